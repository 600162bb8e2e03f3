import type { Group } from '../group.ts';
import { counter, gauge } from '../metric.ts';

const origins = ['learned', 'range', 'uploaded', 'registry'];

/** Profiles made and still to be made, baselines, and what the auditor found. */
export const createProfiling: Group = ({ registry }) => {
  const byGrain = ['grain'] as const;
  const buckets = counter(
    registry,
    'leeway_buckets_profiled_total',
    'Buckets profiled, by grain in seconds.',
    byGrain,
  );
  const rows = counter(registry, 'leeway_profiled_rows_total', 'Rows read into 5-minute profiles.');
  const seconds = counter(registry, 'leeway_profiling_seconds_total', 'Time spent on profiles.', byGrain);
  const due = gauge(
    registry,
    'leeway_due_buckets',
    'Buckets still due after the last run, by grain in seconds.',
    byGrain,
  );
  const audited = counter(
    registry,
    'leeway_audited_buckets_total',
    'Buckets whose rows were compared with their profiles.',
  );
  const mismatches = counter(
    registry,
    'leeway_audit_mismatches_total',
    'Buckets whose profiles did not match their rows; expected to stay 0.',
  );
  const baselines = counter(registry, 'leeway_baselines_cut_total', 'Baselines made.', ['origin']);
  for (const grain of ['300', '3600', '86400']) {
    buckets.inc({ grain }, 0);
    seconds.inc({ grain }, 0);
    due.set({ grain }, 0);
  }
  for (const origin of origins) baselines.inc({ origin }, 0);
  return {
    baselineCut: ({ origin }) => baselines.inc({ origin }),
    bucketsProfiled: e => {
      const grain = String(e.grain);
      buckets.inc({ grain }, e.buckets);
      seconds.inc({ grain }, e.seconds);
      due.set({ grain }, e.due);
      if (e.grain === 300) rows.inc(e.rows);
    },
    auditFinished: e => {
      audited.inc(e.buckets);
      mismatches.inc(e.mismatches);
    },
  };
};
