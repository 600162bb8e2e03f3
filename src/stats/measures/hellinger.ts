import { rowsOf } from '../rows.ts';

/**
 * Hellinger distance of two sets of shares: how far apart are they, with rare cells weighing more than in total
 * variation?
 *
 * H = sqrt(sum of (sqrt p - sqrt q)^2 / 2) = sqrt(1 - sum of sqrt(p q)).
 *
 * @param current - counts by cell
 * @param reference - counts of the same cells
 * @returns distance in [0, 1]: 0 for equal shares, 1 for samples without a common cell; symmetric, always finite; NaN
 *   when a sample is empty
 *
 * Not to be read against a fixed threshold when cells are many and rows few: with nothing changed it is about
 * sqrt((cells - 1) (1/n + 1/m) / 8). NannyML takes the same formula on Doane's bins of the reference; Evidently takes
 * densities on bins chosen for the distinct values only.
 *
 * Complexity: O(cells).
 *
 * Reference: Hellinger (1909); Le Cam and Yang, Asymptotics in Statistics (2000), section 3.1.
 * @example
 * hellinger([1, 3], [3, 1]) // 0.3660254
 */
export function hellinger(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return NaN;
  let squares = 0;
  for (let i = 0; i < current.length; i++) {
    const d = Math.sqrt(current[i]! / n) - Math.sqrt(reference[i]! / m);
    squares += d * d;
  }
  return Math.min(1, Math.sqrt(squares / 2));
}
