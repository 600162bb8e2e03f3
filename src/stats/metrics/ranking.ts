/** What counts, and how. */
export interface NdcgOptions {
  /** Places counted; all of them when left out. */
  readonly places?: number;
  /** `mean`: rows of one score share the discounts of their places; `first`: the earlier row comes first. */
  readonly ties?: 'mean' | 'first';
  /** What a relevance is worth: itself, or 2^relevance - 1. */
  readonly gain?: 'linear' | 'exponential';
}

/**
 * Normalised discounted cumulative gain of one ranked list: how good is the order of the first places?
 *
 * @param relevance - of each row, 0 or more
 * @param score - rows are ranked by it, the highest first
 * @param options - places counted, ties, gain
 * @returns 0 to 1, 1 for the best possible order; 0 when nothing is relevant
 *
 * Complexity: O(n log n).
 *
 * Reference: Jarvelin and Kekalainen, Cumulated gain-based evaluation of IR techniques (2002); McSherry and Najork
 * (2008) for ties; sklearn.metrics.ndcg_score.
 * @example
 * ndcg([3, 2, 3, 0], [0.9, 0.8, 0.7, 0.6], { places: 3 }) // 0.97778136
 */
export function ndcg(
  relevance: ArrayLike<number>,
  score: ArrayLike<number>,
  { places = relevance.length, ties = 'mean', gain = 'linear' }: NdcgOptions = {},
): number {
  const gains = Array.from(relevance, value => (gain === 'linear' ? value : 2 ** value - 1));
  const best = [...gains].sort((a, b) => b - a);
  const ideal = best.slice(0, places).reduce((sum, value, i) => sum + value * discount(i), 0);
  if (ideal === 0) return 0;
  const together = (i: number, j: number) => ties === 'mean' && score[i] === score[j];
  const order = gains.map((_, i) => i).sort((a, b) => score[b]! - score[a]! || a - b);
  let sum = 0;
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && together(order[from]!, order[to]!)) to++;
    let gained = 0;
    let discounts = 0;
    for (let place = from; place < to; place++) {
      gained += gains[order[place]!]!;
      if (place < places) discounts += discount(place);
    }
    sum += (gained / (to - from)) * discounts;
    from = to;
  }
  return sum / ideal;
}

function discount(place: number): number {
  return 1 / Math.log2(place + 2);
}
