import type { Profile } from '../domain/profile.ts';

/** Columns that hold a profile, in `profiles` and in `baseline_subjects` alike; 64-bit integers come as text, NaN as null. */
export interface ProfileColumns {
  readonly n: string;
  readonly n_missing: string;
  readonly n_nan: string;
  readonly n_mismatch: string;
  readonly sum: number | null;
  readonly sum2: number | null;
  readonly bins: readonly number[];
  /** Text in `baseline_subjects`, which holds 64-bit counts. */
  readonly counts: readonly (number | string)[];
  /** Rows written before there were sub-bins have none. */
  readonly tail_sums: readonly (number | null)[];
}

/** The same as they are selected. */
export const profileColumns = 'n, n_missing, n_nan, n_mismatch, sum, sum2, bins, counts, tail_sums';

/** The profile in a row of `profileColumns`. */
export function profileOf(row: ProfileColumns): Profile {
  return {
    n: Number(row.n),
    nMissing: Number(row.n_missing),
    nNan: Number(row.n_nan),
    nMismatch: Number(row.n_mismatch),
    sum: row.sum ?? Number.NaN,
    sum2: row.sum2 ?? Number.NaN,
    bins: row.bins.map(Number),
    counts: row.counts.map(Number),
    tailSums: row.tail_sums.map(sum => sum ?? Number.NaN),
  };
}
