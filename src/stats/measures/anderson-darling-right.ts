import { rowsOf } from '../rows.ts';
import { andersonDarlingVariance } from './anderson-darling.ts';

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
  const n = rowsOf(current);
  const m = rowsOf(reference);
  const all = n + m;
  if (!(n > 0) || !(m > 0) || all < 4) return NaN;
  let weighted = 0;
  let below = 0;
  let lead = 0;
  let cells = 0;
  for (let i = 0; i < current.length; i++) {
    const total = current[i]! + reference[i]!;
    if (total === 0) continue;
    cells++;
    below += total;
    lead += current[i]! / n - reference[i]! / m;
    if (below < all) weighted += (total * lead * lead) / ((below / all) * (1 - below / all));
  }
  if (cells < 2) return NaN;
  return ((n / all) * (m / all) * weighted - 1) / Math.sqrt(andersonDarlingVariance(n, m));
}
