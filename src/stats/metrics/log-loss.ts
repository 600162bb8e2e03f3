/** Probabilities are kept this far from 0 and 1, so that one wrong certainty does not make the loss infinite. */
export const probabilityFloor = 2 ** -52;

/**
 * Logarithmic loss of probabilities of a yes: the mean surprise at the true answers.
 *
 * @param actual - 1 or 0 by row
 * @param score - probability of 1
 * @returns nats per row, 0 for perfect; 0 without rows
 *
 * One confident mistake outweighs hundreds of right answers: look at the Brier score beside it.
 *
 * Complexity: O(n).
 *
 * Reference: Good, Rational decisions (1952); sklearn.metrics.log_loss.
 * @example
 * logLoss([1, 0], [0.9, 0.2]) // 0.164252033486018
 */
export function logLoss(actual: ArrayLike<number>, score: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    const p = clipped(score[i]!);
    sum -= actual[i] === 1 ? Math.log(p) : Math.log(1 - p);
  }
  return actual.length === 0 ? 0 : sum / actual.length;
}

/**
 * Logarithmic loss of probabilities of several classes.
 *
 * @param actual - true class of each row, as an index from 0
 * @param probabilities - of each class, by row; they are taken as they are, not made to add up to 1
 * @returns nats per row; 0 without rows
 *
 * Complexity: O(n).
 *
 * Reference: sklearn.metrics.log_loss.
 * @example
 * logLossOfClasses([0, 2], [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]) // 0.4337502838523616
 */
export function logLossOfClasses(
  actual: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum -= Math.log(clipped(probabilities[i]![actual[i]!]!));
  return actual.length === 0 ? 0 : sum / actual.length;
}

function clipped(p: number): number {
  return Math.min(1 - probabilityFloor, Math.max(probabilityFloor, p));
}
