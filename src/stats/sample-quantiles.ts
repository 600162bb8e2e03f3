/** How a quantile lies between two sorted values: numpy's names; Hyndman and Fan's types 7, 1, 5 and 8. */
export type QuantileMethod = 'linear' | 'inverted_cdf' | 'hazen' | 'median_unbiased';

/**
 * Quantile of a sample: which value has a share `q` of the values at or below it?
 *
 * @param sorted - values in increasing order, without missing ones
 * @param q - share, 0 to 1
 * @param method - `linear` (the usual one), `inverted_cdf` (always one of the values), `hazen` or `median_unbiased`
 * @returns NaN when there is no value
 *
 * Complexity: constant.
 *
 * Reference: Hyndman and Fan, Sample quantiles in statistical packages (1996); numpy.quantile.
 * @example
 * sampleQuantile([1, 2, 3, 4], 0.5, 'linear') // 2.5
 */
export function sampleQuantile(
  sorted: ArrayLike<number>,
  q: number,
  method: QuantileMethod = 'linear',
): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  if (method === 'inverted_cdf') return sorted[within(Math.ceil(n * q) - 1, n)]!;
  const position = positionOf(n, q, method);
  const low = Math.floor(position);
  const a = sorted[within(low, n)]!;
  const b = sorted[within(low + 1, n)]!;
  return a === b ? a : a + (position - low) * (b - a);
}

/**
 * Quantile of weighted values: the smallest value whose share of the weight, with all below it, reaches `q`.
 *
 * The comparison is exact: 0.1 as a double is a little more than a tenth, so a weight of 10 in 100 does not reach it.
 *
 * @param values - in any order
 * @param weights - 0 or more, of the same values; need not be whole
 * @param q - share, 0 to 1; 0 gives the smallest value that has weight
 * @returns NaN when there is no weight
 *
 * Complexity: O(k log k).
 *
 * Reference: numpy.quantile with weights and method="inverted_cdf".
 * @example
 * weightedQuantile([10, 20, 30], [1, 1, 2], 0.5) // 20
 */
export function weightedQuantile(values: ArrayLike<number>, weights: ArrayLike<number>, q: number): number {
  const order = Array.from(values, (_, i) => i)
    .filter(i => weights[i]! > 0)
    .sort((a, b) => values[a]! - values[b]! || a - b);
  let total = 0;
  for (const i of order) total += weights[i]!;
  let below = 0;
  for (const i of order) {
    below += weights[i]!;
    if (reaches(below, q, total)) return values[i]!;
  }
  return order.length > 0 ? values[order[order.length - 1]!]! : Number.NaN;
}

/** Place between the sorted values, counted from 0. */
function positionOf(n: number, q: number, method: Exclude<QuantileMethod, 'inverted_cdf'>): number {
  if (method === 'linear') return q * (n - 1);
  const offset = method === 'hazen' ? 0.5 : 1 / 3;
  return q * (n + 1 - 2 * offset) + offset - 1;
}

/** Whether a weight is at least q x total, without the rounding of that product (0.1 is a little more than a tenth). */
function reaches(weight: number, q: number, total: number): boolean {
  const product = q * total;
  if (weight !== product) return weight > product;
  const [a, b] = halves(q);
  const [c, d] = halves(total);
  return a * c - product + a * d + b * c + b * d <= 0;
}

/** A number as the sum of two of at most 26 bits (Veltkamp's splitting). */
function halves(value: number): readonly [number, number] {
  const scaled = 134_217_729 * value;
  const high = scaled - (scaled - value);
  return [high, value - high];
}

function within(index: number, n: number): number {
  return Math.min(n - 1, Math.max(0, index));
}
