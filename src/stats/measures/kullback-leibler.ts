import { rowsOf } from '../rows.ts';

/**
 * Kullback-Leibler divergence of two sets of shares: how many nats are lost by taking Q for P?
 *
 * KL(P || Q) = sum of p ln(p / q) over the cells, 0 where p is 0. Not symmetric: it asks for both directions.
 *
 * @param of - counts by cell of P
 * @param from - counts of the same cells of Q
 * @returns nats, at least 0; Infinity when Q lacks a cell that P has; NaN when a sample is empty
 *
 * Not for thinly filled cells: the value grows with the number of cells over the number of rows (by about half of
 * cells (1/n + 1/m) with nothing changed), and one empty cell makes it infinite. Evidently calls sum r ln(r / c) of
 * reference r and current c by this name, after putting 0.0001 into empty cells: here that is the direction
 * reference from current, without the fill.
 *
 * Complexity: O(cells).
 *
 * Reference: Kullback and Leibler, On Information and Sufficiency (1951); scipy.stats.entropy(p, q).
 * @example
 * kullbackLeibler([1, 3], [2, 2]) // 0.1308120
 */
export function kullbackLeibler(of: ArrayLike<number>, from: ArrayLike<number>): number {
  const n = rowsOf(of);
  const m = rowsOf(from);
  if (!(n > 0) || !(m > 0)) return NaN;
  let nats = 0;
  for (let i = 0; i < of.length; i++) {
    if (of[i] === 0) continue;
    if (from[i] === 0) return Infinity;
    const p = of[i]! / n;
    nats += p * Math.log(p / (from[i]! / m));
  }
  return Math.max(0, nats);
}
