/**
 * Borders of bins of one width, as numpy lays them: the first and last value are borders themselves.
 *
 * @param low - smallest value
 * @param high - largest value; half a unit is added on both sides when it equals the smallest
 * @param bins - number of bins, at least 1
 * @returns bins + 1 increasing borders
 *
 * Complexity: O(bins).
 *
 * Reference: numpy.histogram_bin_edges.
 * @example
 * equalWidthEdges(0, 1, 4) // [0, 0.25, 0.5, 0.75, 1]
 */
export function equalWidthEdges(low: number, high: number, bins: number): number[] {
  const from = low === high ? low - 0.5 : low;
  const to = low === high ? high + 0.5 : high;
  const step = (to - from) / bins;
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? to : i * step + from));
}

/**
 * Counts of values by bin; values outside are left out, the last bin takes in its upper border.
 *
 * @param values - in any order
 * @param edges - increasing borders
 * @returns counts, one fewer than borders
 *
 * Complexity: O(n log bins).
 *
 * Reference: numpy.histogram.
 * @example
 * histogramOf([0, 0.5, 1, 2], [0, 0.5, 1]) // [1, 2]
 */
export function histogramOf(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const last = edges.length - 1;
  const counts = Array.from({ length: last }, () => 0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= edges[0]! && value <= edges[last]!)) continue;
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle;
      else high = middle;
    }
    counts[low]!++;
  }
  return counts;
}

/**
 * Borders by Sturges' rule: log2(n) + 1 bins of one width.
 *
 * @param values - sample, at least one value
 * @returns increasing borders
 *
 * Complexity: O(n).
 *
 * Reference: Sturges (1926); numpy.histogram_bin_edges(bins="sturges").
 * @example
 * sturgesEdges([0, 1, 2, 4]) // [0, 1.3333333333333333, 2.6666666666666665, 4]
 */
export function sturgesEdges(values: ArrayLike<number>): number[] {
  const { low, high } = rangeOf(values);
  return equalWidthEdges(low, high, binsOfWidth(high - low, Math.log2(values.length) + 1));
}

/**
 * Borders by Doane's rule: Sturges' with more bins for skewed samples.
 *
 * @param values - sample, at least one value
 * @returns increasing borders
 *
 * Complexity: O(n).
 *
 * Reference: Doane, Aesthetic frequency classification (1976); numpy.histogram_bin_edges(bins="doane").
 * @example
 * doaneEdges([0, 1, 2, 4]) // [0, 1, 2, 3, 4]
 */
export function doaneEdges(values: ArrayLike<number>): number[] {
  const { low, high } = rangeOf(values);
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  const sd = Math.sqrt(squares / n);
  if (n <= 2 || !(sd > 0)) return equalWidthEdges(low, high, 1);
  let skewness = 0;
  for (let i = 0; i < n; i++) skewness += ((values[i]! - mean) / sd) ** 3 / n;
  const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
  const bins = 1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness) / error);
  return equalWidthEdges(low, high, binsOfWidth(high - low, bins));
}

function rangeOf(values: ArrayLike<number>): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return { low, high };
}

/** Whole bins of the width that a fractional number of bins would have, rounded as numpy rounds. */
function binsOfWidth(range: number, bins: number): number {
  return range > 0 ? Math.ceil(range / (range / bins)) : 1;
}
