/**
 * Counts of one subject over a period in frozen bins: the arithmetic of profiles. The same shape as domain `Profile`:
 * `n = sum(counts) + nMissing + nNan + nMismatch`, `bins` strictly increasing, `counts` positive. `tailSums` are the sums of
 * the values in the sub-bins beyond the range, which are the last of `bins`: [] when there are none.
 */
export interface Counts {
  readonly n: number;
  readonly nMissing: number;
  readonly nNan: number;
  readonly nMismatch: number;
  readonly sum: number;
  readonly sum2: number;
  readonly bins: readonly number[];
  readonly counts: readonly number[];
  readonly tailSums: readonly number[];
}

/** Shared by all profiles without sub-bins, which are nearly all. */
const noSums: readonly number[] = [];

/** The profile of no rows: the neutral element of `addProfiles`. */
export const emptyProfile: Counts = {
  n: 0,
  nMissing: 0,
  nNan: 0,
  nMismatch: 0,
  sum: 0,
  sum2: 0,
  bins: [],
  counts: [],
  tailSums: noSums,
};

/**
 * Profile of the rows of a and b together, both in the same binning. Commutative and associative: counts exactly, sums
 * within rounding. O(bins of a + bins of b); neither input is changed.
 *
 * @example
 * addProfiles({ ...emptyProfile, n: 2, bins: [1], counts: [2] }, { ...emptyProfile, n: 2, bins: [1, 4], counts: [1, 1] })
 * // => { n: 4, nMissing: 0, nNan: 0, nMismatch: 0, sum: 0, sum2: 0, bins: [1, 4], counts: [3, 1], tailSums: [] }
 */
export function addProfiles(a: Counts, b: Counts): Counts {
  const bins: number[] = [];
  const counts: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.bins.length || j < b.bins.length) {
    const left = a.bins[i] ?? Infinity;
    const right = b.bins[j] ?? Infinity;
    bins.push(Math.min(left, right));
    counts.push((left <= right ? a.counts[i]! : 0) + (right <= left ? b.counts[j]! : 0));
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return {
    n: a.n + b.n,
    nMissing: a.nMissing + b.nMissing,
    nNan: a.nNan + b.nNan,
    nMismatch: a.nMismatch + b.nMismatch,
    sum: a.sum + b.sum,
    sum2: a.sum2 + b.sum2,
    bins,
    counts,
    tailSums: a.tailSums.length + b.tailSums.length === 0 ? noSums : addTails(a, b),
  };
}

/** The sub-bins are the last bins of either side, so they are the last bins of both together. */
function addTails(a: Counts, b: Counts): number[] {
  const [skippedA, skippedB] = [a.bins.length - a.tailSums.length, b.bins.length - b.tailSums.length];
  const sums: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.tailSums.length || j < b.tailSums.length) {
    const left = a.bins[skippedA + i] ?? Infinity;
    const right = b.bins[skippedB + j] ?? Infinity;
    sums.push((left <= right ? a.tailSums[i]! : 0) + (right <= left ? b.tailSums[j]! : 0));
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return sums;
}

/** Codes of a row that has no bin, above every bin number. `codeAbsent` rows are not counted in `n` at all. */
export const codeMissing = 65535;
export const codeNan = 65534;
export const codeMismatch = 65533;
export const codeAbsent = 65532;

/** What a tally reads: the code (bin or one of the codes above) of every row, and its value (0 where it has none). */
export interface CodedColumn {
  readonly codes: Uint16Array;
  readonly values: Float64Array;
  /** Bin numbers in all, sub-bins included. */
  readonly bins: number;
  /** Number of the first sub-bin; `bins` when the column has none. */
  readonly tails: number;
}

/** Counts the rows `order[from..to)` of a coded column into a profile. */
export type Tally = (column: CodedColumn, order: Uint32Array, range: { from: number; to: number }) => Counts;

/**
 * A tally with working memory of its own (not to be shared between threads). Cost: the rows, plus the smaller of
 * (bins, distinct codes times their logarithm), so it is cheap for eight rows and for a million.
 *
 * @example
 * const column = { codes: Uint16Array.of(1, 3, 1, 65535), values: Float64Array.of(5, 9, 6, 0), bins: 4, tails: 3 };
 * createTally()(column, Uint32Array.of(0, 1, 2, 3), { from: 0, to: 4 })
 * // => { n: 4, nMissing: 1, nNan: 0, nMismatch: 0, sum: 20, sum2: 142, bins: [1, 3], counts: [2, 1], tailSums: [9] }
 */
export function createTally(): Tally {
  const dense = new Uint32Array(65536);
  const seen = new Uint16Array(65536);
  return (column, order, { from, to }) => {
    const { codes, values } = column;
    let distinct = 0;
    let sum = 0;
    let sum2 = 0;
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      const code = codes[row]!;
      const before = dense[code]!;
      if (before === 0) seen[distinct++] = code;
      dense[code] = before + 1;
      const value = values[row]!;
      sum += value;
      sum2 += value * value;
    }
    const codesSeen = seen.subarray(0, distinct);
    const used = distinct * 8 < column.bins ? sortedBins(codesSeen) : scannedBins(dense, column.bins);
    const profile: Counts = {
      n: to - from - dense[codeAbsent]!,
      nMissing: dense[codeMissing]!,
      nNan: dense[codeNan]!,
      nMismatch: dense[codeMismatch]!,
      sum,
      sum2,
      bins: used,
      counts: used.map(bin => dense[bin]!),
      tailSums:
        (used.at(-1) ?? 0) < column.tails
          ? noSums
          : sumTails(
              column,
              order.subarray(from, to),
              used.filter(bin => bin >= column.tails),
            ),
    };
    for (const code of codesSeen) dense[code] = 0;
    return profile;
  };
}

/** Values beyond the range are rare: the rows are gone through once more when there are any. */
function sumTails({ codes, values, bins, tails }: CodedColumn, rows: Uint32Array, used: number[]): number[] {
  const sums = new Float64Array(bins - tails);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const at = codes[row]! - tails;
    if (at >= 0 && at < sums.length) sums[at]! += values[row]!;
  }
  return used.map(bin => sums[bin - tails]!);
}

function sortedBins(codes: Uint16Array): number[] {
  const bins: number[] = [];
  for (const code of codes.slice().sort()) if (code < codeAbsent) bins.push(code);
  return bins;
}

function scannedBins(dense: Uint32Array, bins: number): number[] {
  const used: number[] = [];
  for (let bin = 0; bin < bins; bin++) if (dense[bin]! > 0) used.push(bin);
  return used;
}
