import { pearson } from '../chi-square.ts';
import { rowsOf } from '../rows.ts';

/**
 * Cramer's V of "which sample" and "which category", corrected for bias: how strongly do the categories depend on the
 * sample?
 *
 * With phi2 = chi-square / N and k non-empty categories: V = sqrt(max(0, phi2 - (k - 1) / (N - 1)) / min(1 - 1 / (N - 1),
 * k - 1 - (k - 1)^2 / (N - 1))), so that its expectation is about 0 with nothing changed, whatever the number of
 * categories.
 *
 * @param current - counts by category
 * @param reference - counts of the same categories
 * @returns strength in [0, 1]; symmetric; 0 for fewer than two categories; NaN when a sample is empty
 *
 * Not as a share of rows: with samples of very different size even a complete change has a small V, because little of
 * the chi-square can come from the small sample.
 *
 * Complexity: O(categories).
 *
 * Reference: Bergsma, A bias-correction for Cramer's V and Tschuprow's T (2013).
 * @example
 * cramersV([30, 70], [70, 30]) // 0.3946613
 */
export function cramersV(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const rows = rowsOf(current) + rowsOf(reference);
  if (!(rowsOf(current) > 0) || !(rowsOf(reference) > 0)) return NaN;
  const { statistic, degrees } = pearson(current, reference);
  if (degrees === 0 || rows < 3) return 0;
  const phi2 = Math.max(0, statistic / rows - degrees / (rows - 1));
  return Math.min(1, Math.sqrt(phi2 / largestPhi2(degrees, rows)));
}

/**
 * The chi-square statistic at which the corrected Cramer's V reaches a value.
 *
 * @param v - in [0, 1]
 * @param degrees - non-empty categories less one, at least 1
 * @param rows - rows of both samples together
 * @returns chi-square statistic
 * @example
 * chiSquareOfCramersV(0.3946613431254393, 1, 200) // 32
 */
export function chiSquareOfCramersV(v: number, degrees: number, rows: number): number {
  return rows * (v * v * largestPhi2(degrees, rows) + degrees / (rows - 1));
}

function largestPhi2(degrees: number, rows: number): number {
  return Math.min(1 - 1 / (rows - 1), degrees - (degrees * degrees) / (rows - 1));
}
