/**
 * Quantile of binned values: which value has a share `q` of the values at or below it?
 *
 * Linear inside a bin; the bin below the first edge answers the first edge, the one above the last edge the last edge
 * (so an answer at the end of the range means "there or beyond"). Error: at most the width of the bin it falls in.
 *
 * @param edges edges of the binning, strictly increasing
 * @param bins bins that hold values, increasing
 * @param counts their counts
 * @param q share, 0 to 1
 * @returns NaN when there is no value or no edge
 * @example
 * quantileOfBins([0, 10, 20], { bins: [1, 2], counts: [5, 5] }, 0.75) // => 15
 */
export function quantileOfBins(
  edges: readonly number[],
  { bins, counts }: { readonly bins: readonly number[]; readonly counts: readonly number[] },
  q: number,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 || edges.length === 0) return NaN;
  const wanted = Math.min(1, Math.max(0, q)) * total;
  let below = 0;
  for (const [i, bin] of bins.entries()) {
    const count = counts[i]!;
    if (below + count >= wanted || i === bins.length - 1) return within(edges, bin, (wanted - below) / count);
    below += count;
  }
  return NaN;
}

function within(edges: readonly number[], bin: number, share: number): number {
  const low = edges[bin - 1] ?? edges[0]!;
  const high = edges[bin] ?? edges[edges.length - 1]!;
  return low + (high - low) * Math.min(1, Math.max(0, share));
}
