/**
 * Brier score: mean squared distance of the probability from what happened.
 *
 * @param actual - 1 or 0 by row
 * @param score - probability of 1
 * @returns 0 (perfect) to 1; p (1 - p) for a constant p equal to the share of ones; 0 without rows
 *
 * Complexity: O(n).
 *
 * Reference: Brier, Verification of forecasts expressed in terms of probability (1950);
 * sklearn.metrics.brier_score_loss.
 * @example
 * brierScore([1, 0], [0.9, 0.2]) // 0.025
 */
export function brierScore(actual: ArrayLike<number>, score: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += (score[i]! - actual[i]!) ** 2;
  return actual.length === 0 ? 0 : sum / actual.length;
}
