import { createTailBins, orderOfBins, tailValue } from './tail-bins.ts';

/**
 * Quantile of binned values: which value has a share `q` of the values at or below it?
 *
 * Linear inside a bin. Beyond the edges the mean of the values in a sub-bin is given. Error: at most the width of the bin
 * it falls in. Bin 0 below the first edge and bin k above the last one, which only profiles from before there were
 * sub-bins have, answer that edge (so it means "there or beyond").
 *
 * @param edges edges of the binning, strictly increasing
 * @param bins bins that hold values, increasing
 * @param counts their counts
 * @param tailSums sums of the values in those bins that are sub-bins
 * @param q share, 0 to 1
 * @returns NaN when there is no value or no edge
 * @example
 * quantileOfBins([0, 10, 20], { bins: [1, 2], counts: [5, 5] }, 0.75) // => 15
 */
export function quantileOfBins(
  edges: readonly number[],
  { bins, counts, tailSums = [] }: BinnedValues,
  q: number,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0 || edges.length === 0) return NaN;
  const wanted = Math.min(1, Math.max(0, q)) * total;
  const order = orderOfBins(bins, edges.length);
  let below = 0;
  let found = order[0]!;
  for (const i of order) {
    found = i;
    if (below + counts[i]! >= wanted) break;
    below += counts[i]!;
  }
  const [bin, count] = [bins[found]!, counts[found]!];
  const tails = bin > edges.length ? createTailBins(edges) : null;
  if (tails === null) return within(edges, bin, (wanted - below) / count);
  return tailValue(tails, bin, { count, sum: tailSums[found - bins.length + tailSums.length] ?? NaN });
}

/** Counts by bin, as in a profile. */
interface BinnedValues {
  readonly bins: readonly number[];
  readonly counts: readonly number[];
  readonly tailSums?: readonly number[];
}

function within(edges: readonly number[], bin: number, share: number): number {
  const low = edges[bin - 1] ?? edges[0]!;
  const high = edges[bin] ?? edges[edges.length - 1]!;
  return low + (high - low) * Math.min(1, Math.max(0, share));
}
