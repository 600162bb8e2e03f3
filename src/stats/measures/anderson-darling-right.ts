import { andersonDarlingCriterion, andersonDarlingVariance } from './anderson-darling.ts';

/**
 * Two-sample Anderson-Darling statistic with the right-continuous distribution function instead of mid-ranks: the
 * variant that packages offer beside the other one. Without ties the two are close.
 *
 * @param current - counts by cell, cells in increasing order of value
 * @param reference - counts of the same cells
 * @returns standardised statistic; NaN when a sample is empty, all rows share one cell, or there are fewer than four
 *   rows
 *
 * Not for few distinct values: `andersonDarling` treats ties better.
 *
 * Complexity: O(cells).
 *
 * Reference: Scholz and Stephens, K-sample Anderson-Darling tests (1987), equation 6; scipy.stats.anderson_ksamp with
 * variant="right".
 * @example
 * andersonDarlingRight([1, 0, 1, 0, 1, 1], [0, 1, 0, 1, 0, 0]) // -0.6
 */
export function andersonDarlingRight(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const found = andersonDarlingCriterion(current, reference, ({ all, total, below, lead }) =>
    below < all ? (total * lead * lead) / ((below / all) * (1 - below / all)) : 0,
  );
  if (found === null) return NaN;
  return (found.criterion - 1) / Math.sqrt(andersonDarlingVariance(found.n, found.m));
}
