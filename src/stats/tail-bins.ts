/** Sub-bins on either side of the range of the edges. */
export const tailSize = 64;

/** Linear steps to an octave of the distance to the edge. */
const steps = 4;
/** Distance at which the octaves begin, in units of the scale; nearer is one sub-bin. */
const nearest = 2 ** -6;
/** Least scale beside the edges themselves: a constant column spans one double only. */
const leastScale = 2 ** -30;
const smallestNormal = 2 ** -1022;

/** Sub-bins beyond the edges of a numeric subject, ready to give values their numbers. */
export interface TailBins {
  /** Number of edges: 0..k are the ordinary bins, sub-bins k+1+j lie below the range and k+1+64+j above it. */
  readonly k: number;
  /** Falling: sub-bin j below the range holds `below[j+1] < x <= below[j]`, without the edge itself. */
  readonly below: Float64Array;
  /** Rising: sub-bin j above the range holds `above[j] <= x < above[j+1]`, without the edge itself. */
  readonly above: Float64Array;
}

/**
 * How many bin numbers there are: the ordinary ones, and 128 sub-bins where there is a range to lie beyond.
 *
 * @param edges number of edges
 * @example
 * [0, 1, 11].map(binNumbers) // => [1, 2, 140]
 */
export function binNumbers(edges: number): number {
  return edges < 2 ? edges + 1 : edges + 1 + 2 * tailSize;
}

/**
 * Prepares the sub-bins beyond a range: how far outside the reference's range is a value?
 *
 * Log-linear: four equal steps to each octave of the distance to the nearer edge, so a sub-bin is at most a quarter of
 * its distance wide. Distances count in units of a scale: the range of the edges, at least 2^-30 of the largest edge.
 * The first sub-bin ends at 2^-6, the last one begins at 768 and is open.
 *
 * @param edges strictly increasing, at least two; with fewer there is no range and `null` is given
 * @example
 * tailBinOf(createTailBins([0, 1]), 1.001) // => 67
 */
export function createTailBins(edges: readonly number[]): TailBins | null {
  const k = edges.length;
  if (k < 2) return null;
  const [low, high] = [edges[0]!, edges[k - 1]!];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const range = Math.max(high - low, largest * leastScale, smallestNormal);
  const scale = Math.min(range, Number.MAX_VALUE);
  const below = new Float64Array(tailSize + 1);
  const above = new Float64Array(tailSize + 1);
  for (let j = 0; j < tailSize; j++) {
    const distance = scale * distanceOf(j);
    below[j] = low - distance;
    above[j] = high + distance;
  }
  below[tailSize] = -Infinity;
  above[tailSize] = Infinity;
  return { k, below, above };
}

/** Where sub-bin j begins, in units of the scale. */
function distanceOf(j: number): number {
  if (j === 0) return 0;
  const octave = Math.floor((j - 1) / steps);
  return nearest * 2 ** octave * (1 + ((j - 1) % steps) / steps);
}

/**
 * Number of the sub-bin of a finite value that lies outside of the edges. O(log sub-bins).
 *
 * @param tails prepared by `createTailBins`
 * @param x below the first edge or above the last one
 * @example
 * [-0.001, -1, -1e300, 1.02, 2].map(x => tailBinOf(createTailBins([0, 1]), x)) // => [3, 28, 66, 69, 92]
 */
export function tailBinOf(tails: TailBins, x: number): number {
  const { k, below, above } = tails;
  const up = x > below[0]!;
  let from = 0;
  let to = tailSize;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (up ? above[middle]! <= x : below[middle]! >= x) from = middle;
    else to = middle;
  }
  return k + 1 + (up ? tailSize : 0) + from;
}

/**
 * The ordinary bin a bin number belongs to: 0 for sub-bins below the range, k for those above it, itself otherwise.
 *
 * @param bin bin number of a numeric subject
 * @param k number of edges
 * @example
 * [0, 5, 10, 11, 74, 75, 138].map(bin => outerCell(bin, 10)) // => [0, 5, 10, 0, 0, 10, 10]
 */
export function outerCell(bin: number, k: number): number {
  if (bin <= k) return bin;
  return bin <= k + tailSize ? 0 : k;
}

/**
 * Range of a sub-bin: the end nearer to the edges belongs to it (the edge itself does not), the far end does not.
 * An end without a limit is infinite.
 *
 * @example
 * tailBounds(createTailBins([0, 1]), 93) // => { low: 2.25, high: 2.5 }
 */
export function tailBounds(tails: TailBins, bin: number): { readonly low: number; readonly high: number } {
  const j = bin - tails.k - 1;
  if (j < tailSize) return { low: tails.below[j + 1]!, high: tails.below[j]! };
  return { low: tails.above[j - tailSize]!, high: tails.above[j - tailSize + 1]! };
}

/**
 * The value that stands for the rows of a sub-bin: their mean, from the sum kept with the counts. Rounding never takes
 * it out of the sub-bin; where the sum is not finite the sub-bin's middle stands, or its nearer end when it is open.
 *
 * @param tails prepared by `createTailBins`
 * @param bin number of the sub-bin
 * @param rows count and sum of its values
 * @example
 * tailValue(createTailBins([0, 1]), 93, { count: 4, sum: 9.6 }) // 2.4
 */
export function tailValue(
  tails: TailBins,
  bin: number,
  rows: { readonly count: number; readonly sum: number },
): number {
  const { low, high } = tailBounds(tails, bin);
  const mean = rows.sum / rows.count;
  if (Number.isFinite(mean)) return Math.min(high, Math.max(low, mean));
  if (low === -Infinity) return high;
  return high === Infinity ? low : low / 2 + high / 2;
}

/**
 * Indexes of bins in increasing order of value: sub-bins below the range, the ordinary bins, sub-bins above it.
 *
 * @param bins bin numbers of a numeric subject, increasing
 * @param k number of edges
 * @example
 * orderOfBins([0, 2, 4, 5, 70], 3) // => [3, 2, 0, 1, 4]
 */
export function orderOfBins(bins: readonly number[], k: number): number[] {
  const below: number[] = [];
  const ordinary: number[] = [];
  const above: number[] = [];
  bins.forEach((bin, i) => {
    if (bin <= k) ordinary.push(i);
    else if (bin <= k + tailSize) below.push(i);
    else above.push(i);
  });
  return [...below.reverse(), ...ordinary, ...above];
}
