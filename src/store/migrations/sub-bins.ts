/** Migration 2: sums of the values beyond the baseline's range, and the mean of the reference's values in each bin. */
export const subBins: readonly string[] = [
  'ALTER TABLE {db}.profiles{cluster} ADD COLUMN IF NOT EXISTS tail_sums Array(Float64) AFTER counts',
  'ALTER TABLE {db}.baseline_subjects{cluster} ADD COLUMN IF NOT EXISTS tail_sums Array(Float64) AFTER counts',
  'ALTER TABLE {db}.baseline_subjects{cluster} ADD COLUMN IF NOT EXISTS centres Array(Float64) AFTER categories',
];
