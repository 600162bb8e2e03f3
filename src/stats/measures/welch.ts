import { smallestP } from '../normal.ts';
import { rowsOf } from '../rows.ts';
import { studentTwoSided } from '../student-t.ts';
import { meanOf, squaredDeviations } from './moments.ts';
import type { WeightedValues } from './weighted-values.ts';

/**
 * Welch's t test: do two samples have the same mean, whatever their variances?
 *
 * Null hypothesis: the means are equal. t = (current mean - reference mean) / sqrt(s^2 / n + r^2 / m) with the unbiased
 * variances, against Student's law with the Welch-Satterthwaite degrees of freedom.
 *
 * @param current - values with their counts
 * @param reference - the same of the other sample
 * @returns t (positive: current values lie higher), degrees of freedom and two-sided p, floored at 1e-300; NaN when a
 *   sample has fewer than two rows or both are the same constant
 *
 * Not for heavy tails with few rows; blind to everything but the mean. On bins the spread inside the bins is left out,
 * which makes p slightly too small.
 *
 * Complexity: O(values of both).
 *
 * Reference: Welch, The generalization of Student's problem (1947); scipy.stats.ttest_ind with equal_var=False.
 * @example
 * welch({ values: [1, 2, 3], counts: [1, 1, 1] }, { values: [2, 4, 6], counts: [1, 1, 1] }).t // -1.549193
 */
export function welch(
  current: WeightedValues,
  reference: WeightedValues,
): { readonly t: number; readonly degrees: number; readonly p: number } {
  const n = rowsOf(current.counts);
  const m = rowsOf(reference.counts);
  if (n < 2 || m < 2) return { t: NaN, degrees: NaN, p: NaN };
  const ours = squaredDeviations(current) / (n - 1) / n;
  const theirs = squaredDeviations(reference) / (m - 1) / m;
  const t = (meanOf(current) - meanOf(reference)) / Math.sqrt(ours + theirs);
  if (Number.isNaN(t)) return { t, degrees: NaN, p: NaN };
  if (!Number.isFinite(t)) return { t, degrees: n + m - 2, p: smallestP };
  const degrees = (ours + theirs) ** 2 / (ours ** 2 / (n - 1) + theirs ** 2 / (m - 1));
  return { t, degrees, p: studentTwoSided(t, degrees) };
}
