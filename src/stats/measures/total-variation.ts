import { rowsOf } from '../rows.ts';

/**
 * Total variation of two sets of shares: which share of the rows would have to move to make them equal?
 *
 * TV = half the sum of |q - p|, the largest difference in mass over any set of cells.
 *
 * @param current - counts by cell
 * @param reference - counts of the same cells
 * @returns share of rows in [0, 1]; symmetric; NaN when a sample is empty
 *
 * Not as an estimate of what moved when cells are many and rows few: noise alone adds about 0.4 times the sum over the
 * cells of sqrt(p (1/n + 1/m)). The effect of a finding corrects for that, this number does not. Evidently reports the p-value of a permutation test
 * by this name, not the distance.
 *
 * Complexity: O(cells).
 *
 * Reference: Levin and Peres, Markov Chains and Mixing Times, 2nd edition (2017), section 4.1.
 * @example
 * totalVariation([20, 80], [50, 50]) // 0.3
 */
export function totalVariation(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return NaN;
  let moved = 0;
  for (let i = 0; i < current.length; i++) moved += Math.abs(current[i]! / n - reference[i]! / m);
  return Math.min(1, moved / 2);
}
