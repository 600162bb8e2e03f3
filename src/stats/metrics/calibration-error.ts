/**
 * Expected calibration error: how far do probabilities lie from the shares that came true, on average?
 *
 * Rows are sorted into `bins` equal ranges of probability; the last one takes in 1.
 *
 * @param actual - 1 or 0 by row
 * @param score - probability of 1
 * @param bins - ranges, 10 or 15 as a rule
 * @returns 0 to 1, weighted by rows; 0 without rows
 *
 * Biased upwards by noise when ranges hold few rows, and dependent on their number: compare like with like only.
 *
 * Complexity: O(n + bins).
 *
 * Reference: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using Bayesian binning (2015).
 * @example
 * calibrationError([1, 0, 1, 1], [0.9, 0.1, 0.8, 0.7], 10) // 0.175
 */
export function calibrationError(actual: ArrayLike<number>, score: ArrayLike<number>, bins: number): number {
  const n = actual.length;
  const truths = new Float64Array(bins);
  const scores = new Float64Array(bins);
  for (let i = 0; i < n; i++) {
    const bin = Math.min(Math.floor(score[i]! * bins), bins - 1);
    truths[bin]! += actual[i]!;
    scores[bin]! += score[i]!;
  }
  let sum = 0;
  for (let bin = 0; bin < bins; bin++) sum += Math.abs(truths[bin]! - scores[bin]!);
  return n === 0 ? 0 : sum / n;
}
