/**
 * How the values of one subject are put into bins, frozen with a baseline.
 *
 * Numeric: `edges` e[0] < e[1] < ... < e[k-1], strictly increasing. Bin 0 holds values below e[0]; bin i (1..k-1)
 * holds e[i-1] <= x < e[i], the last one closed above. Values below e[0] and above e[k-1] lie in log-linear sub-bins
 * (stats/tail-bins.ts): k+1+j below and k+1+64+j above, j = 0..63 outwards. Bins 0 and k hold them in profiles stored before
 * there were sub-bins; readers add up both. With fewer than two edges there is no range, and no sub-bins.
 * Categorical: bin i holds `categories[i]`, bin `categories.length` every other value (`other`).
 */
export interface Binning {
  readonly subject: string;
  readonly kind: 'numeric' | 'categorical';
  readonly edges: readonly number[];
  readonly categories: readonly string[];
  /** Mean of the reference's values in bins 1..k-1; [] for categories and in baselines cut before there were any. */
  readonly centres: readonly number[];
}

/**
 * Counts of one subject over a period, in the bins of a frozen binning. `n` counts every row the subject could have
 * had a value in; `n = sum(counts) + nMissing + nNan + nMismatch`. `bins` is strictly increasing; empty bins are left out.
 */
export interface Profile {
  readonly n: number;
  readonly nMissing: number;
  readonly nNan: number;
  readonly nMismatch: number;
  /** Sum and sum of squares of the finite numeric values; 0 for categories. */
  readonly sum: number;
  readonly sum2: number;
  readonly bins: readonly number[];
  readonly counts: readonly number[];
  /** Sums of the values in the sub-bins, which are the last of `bins`, in their order; [] when there are none. */
  readonly tailSums: readonly number[];
}

/** Profile grains in seconds: a bucket, an hour, a day. */
export const grains = [300, 3600, 86400] as const;
export type Grain = (typeof grains)[number];

/** A profile in its place: the row of table `profiles`. */
export interface ProfileRow extends Profile {
  readonly model: string;
  readonly environment: string;
  readonly baseline: number;
  readonly grain: Grain;
  /** Start, epoch seconds, multiple of the grain. */
  readonly bucket: number;
  readonly generation: bigint;
  /** '' is all versions together. */
  readonly version: string;
  /** '' is all rows; otherwise `tag=value`. */
  readonly segment: string;
  readonly subject: string;
  /** Names of the commonest unseen categories with their counts; for display only. */
  readonly extra: Readonly<Record<string, number>>;
}

/** The commit record of a profiled bucket: a generation is valid when, and only when, its run is recorded. */
export interface ProfileRun {
  readonly model: string;
  readonly environment: string;
  readonly baseline: number;
  readonly grain: Grain;
  readonly bucket: number;
  readonly generation: bigint;
  /** Store's clock when reading began, epoch milliseconds. */
  readonly started: number;
  /** Distinct rows read (after collapse). */
  readonly rows: number;
  /** Sum modulo 2^64 of the rows' key hashes, as decimal text: what the auditor compares. */
  readonly keySum: string;
  /** Copies not yet merged away when read: a lower bound. */
  readonly duplicates: number;
  /** Ids seen with different content: a lower bound. */
  readonly reused: number;
}
