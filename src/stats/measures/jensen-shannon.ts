import { rowsOf } from '../rows.ts';

/**
 * Jensen-Shannon distance of two sets of shares, base 2: how well could one row tell the two samples apart?
 *
 * The square root of the mean of KL(P || M) and KL(Q || M) in bits, M = (P + Q) / 2. Its square is the information a
 * row carries about which of two equally likely samples it came from.
 *
 * @param current - counts by cell
 * @param reference - counts of the same cells
 * @returns distance in [0, 1]: 0 for equal shares, 1 for samples without a common cell; symmetric, always finite; NaN
 *   when a sample is empty
 *
 * Not to be read against a fixed threshold when cells are many and rows few: with nothing changed it is about
 * sqrt((cells - 1) (1/n + 1/m) / 5.545). NannyML's is base 2 too, on other bins; Evidently's uses the natural
 * logarithm, so its largest value is 0.8326 (multiply it by 1.2011).
 *
 * Complexity: O(cells).
 *
 * Reference: Lin, Divergence measures based on the Shannon entropy (1991); Endres and Schindelin, A new metric for
 * probability distributions (2003); scipy.spatial.distance.jensenshannon(p, q, 2).
 * @example
 * jensenShannon([1, 3], [3, 1]) // 0.4344213
 */
export function jensenShannon(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return NaN;
  let nats = 0;
  for (let i = 0; i < current.length; i++) {
    const q = current[i]! / n;
    const p = reference[i]! / m;
    if (p !== q) nats += (p + q) * divergenceAt((q - p) / (q + p));
  }
  return Math.min(1, Math.sqrt(nats / (4 * Math.LN2)));
}

/** (1 + t) ln(1 + t) + (1 - t) ln(1 - t), by its series near 0, where the two terms cancel. */
function divergenceAt(t: number): number {
  const s = t * t;
  if (s >= 1) return 2 * Math.LN2;
  if (s > 0.01) return (1 + t) * Math.log1p(t) + (1 - t) * Math.log1p(-t);
  return s * (1 + s * (1 / 6 + s * (1 / 15 + s * (1 / 28 + s * (1 / 45 + s * (1 / 66 + s / 91))))));
}
