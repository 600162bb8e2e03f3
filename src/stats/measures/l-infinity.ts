import { rowsOf } from '../rows.ts';

/**
 * Largest change of the share of one cell: how much did the cell that moved most gain or lose?
 *
 * L-infinity = the maximum of |q - p| over the cells.
 *
 * @param current - counts by cell
 * @param reference - counts of the same cells
 * @returns share of rows in [0, 1]; symmetric; NaN when a sample is empty
 *
 * Not for ordered values in narrow bins: a large shift moves each bin by little. NannyML and Vertex AI use the same
 * formula for categories; SageMaker's L-infinity of a numeric feature is the Kolmogorov-Smirnov statistic.
 *
 * Complexity: O(cells).
 * @example
 * lInfinity([20, 30, 50], [40, 20, 40]) // 0.2
 */
export function lInfinity(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return NaN;
  let largest = 0;
  for (let i = 0; i < current.length; i++) {
    largest = Math.max(largest, Math.abs(current[i]! / n - reference[i]! / m));
  }
  return largest;
}
