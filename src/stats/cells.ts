import type { Counts } from './profile.ts';
import { binNumbers, createTailBins, orderOfBins, outerCell, type TailBins, tailValue } from './tail-bins.ts';

/** What the cells of a subject are made of: the same shape as domain `Binning`. */
export interface CellShape {
  readonly kind: 'numeric' | 'categorical';
  readonly edges: readonly number[];
  readonly categories: readonly string[];
  /** Mean of the reference's values in each bin between the edges; [] where it was not kept. */
  readonly centres: readonly number[];
}

/** Two profiles of one subject, cell beside cell: what is compared. */
export interface BinnedPair {
  readonly kind: 'numeric' | 'categorical';
  /** Value that stands for each cell, never falling; empty for categories. */
  readonly values: ArrayLike<number>;
  /** The same for the reference's rows, where any differs: the two sides have means of their own beyond the range. */
  readonly valuesReference?: ArrayLike<number>;
  readonly current: ArrayLike<number>;
  readonly reference: ArrayLike<number>;
  /** Rows without a value; not-a-number and mismatching values are in neither. */
  readonly currentMissing: number;
  readonly referenceMissing: number;
}

/**
 * Which counts stand against each other, and for which values?
 *
 * Numeric: every bin between the edges, in increasing order of value, with the mean of the reference's values in it
 * (the middle where that is not known); before and behind them the sub-bins beyond the range that hold anything,
 * each side with the mean of its own rows. Bins 0 and k hold rows beyond the range of profiles that were stored before
 * there were sub-bins: their sums are unknown, so the nearest edge stands for them.
 * Categorical: the categories in their order, then all others together.
 *
 * @param shape binning of both profiles
 * @param reference, current profiles in that binning
 * @returns cells of equal number; O(bins)
 * @example
 * const shape = { kind: 'numeric', edges: [0, 1, 2], categories: [], centres: [0.4, 1.5] };
 * const reference = { ...emptyProfile, n: 9, nMissing: 1, bins: [1, 2], counts: [4, 4] };
 * const current = { ...emptyProfile, n: 3, bins: [1, 94], counts: [2, 1], tailSums: [5] };
 * cellsOf(shape, reference, current).values // => [0.4, 1.5, 5]
 */
export function cellsOf(shape: CellShape, reference: Counts, current: Counts): BinnedPair {
  const missing = { currentMissing: current.nMissing, referenceMissing: reference.nMissing };
  if (shape.kind === 'categorical')
    return {
      kind: 'categorical',
      values: [],
      current: categoryCounts(shape, current),
      reference: categoryCounts(shape, reference),
      ...missing,
    };
  const sides = { current: spreadOf(shape, current), reference: spreadOf(shape, reference) };
  const cells = shownBins(shape, sides);
  const counts = (side: Spread) => Float64Array.from(cells, bin => side.counts[bin]!);
  const valueOf = cellValues(shape);
  const values = (side: Spread, other: Spread) =>
    Float64Array.from(cells, bin => valueOf(bin, side.counts[bin]! > 0 ? side : other));
  const ofCurrent = values(sides.current, sides.reference);
  const ofReference = values(sides.reference, sides.current);
  const differ = ofCurrent.some((value, i) => value !== ofReference[i]);
  return {
    kind: 'numeric',
    values: ofCurrent,
    ...(differ ? { valuesReference: ofReference } : {}),
    current: counts(sides.current),
    reference: counts(sides.reference),
    ...missing,
  };
}

/**
 * Counts of the ordinary cells of a numeric subject: below the range, each bin, above the range. What lies in sub-bins
 * counts below or above.
 *
 * @example
 * orderedCounts({ edges: [0, 1, 2] }, { bins: [1, 2, 4, 94], counts: [5, 6, 7, 8] }) // => [7, 5, 6, 8]
 */
export function orderedCounts(
  shape: Pick<CellShape, 'edges'>,
  profile: Pick<Counts, 'bins' | 'counts'>,
): Float64Array {
  const k = shape.edges.length;
  const cells = new Float64Array(k + 1);
  const { bins, counts } = profile;
  for (let i = 0; i < bins.length; i++) cells[outerCell(bins[i]!, k)]! += counts[i]!;
  return cells;
}

/**
 * Counts of the categories of a subject in their order, then of every other value.
 *
 * @example
 * categoryCounts({ categories: ['a', 'b'] }, { bins: [1, 2], counts: [5, 6] }) // => [0, 5, 6]
 */
export function categoryCounts(
  shape: Pick<CellShape, 'categories'>,
  profile: Pick<Counts, 'bins' | 'counts'>,
): Float64Array {
  const cells = new Float64Array(shape.categories.length + 1);
  const { bins, counts } = profile;
  for (let i = 0; i < bins.length; i++) cells[bins[i]!]! += counts[i]!;
  return cells;
}

/** Counts by bin number, and the sums of the sub-bins. */
interface Spread {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
}

function spreadOf({ edges }: CellShape, { bins, counts, tailSums }: Counts): Spread {
  const spread = {
    counts: new Float64Array(binNumbers(edges.length)),
    sums: new Float64Array(binNumbers(edges.length)),
  };
  const firstTail = bins.length - tailSums.length;
  for (let i = 0; i < bins.length; i++) {
    spread.counts[bins[i]!] = counts[i]!;
    if (i >= firstTail) spread.sums[bins[i]!] = tailSums[i - firstTail]!;
  }
  return spread;
}

/** Bin numbers in increasing order of value: those between the edges, and beyond them those that hold anything. */
function shownBins({ edges }: CellShape, { current, reference }: Record<'current' | 'reference', Spread>) {
  const k = edges.length;
  const shown: number[] = [];
  for (let bin = 0; bin < current.counts.length; bin++)
    if ((bin > 0 && bin < k) || current.counts[bin]! > 0 || reference.counts[bin]! > 0) shown.push(bin);
  return orderOfBins(shown, k).map(i => shown[i]!);
}

/** The value of a bin: `side` is the one whose rows it stands for. */
function cellValues({ edges, centres }: CellShape): (bin: number, side: Spread) => number {
  const k = edges.length;
  const tails: TailBins | null = createTailBins(edges);
  return (bin, side) => {
    if (bin > k && tails !== null)
      return tailValue(tails, bin, { count: side.counts[bin]!, sum: side.sums[bin]! });
    if (k === 0) return 0;
    if (bin === 0) return edges[0]!;
    if (bin === k) return edges[k - 1]!;
    return centres[bin - 1] ?? edges[bin - 1]! / 2 + edges[bin]! / 2;
  };
}
