import type { Group } from '../group.ts';
import { counter, gauge } from '../metric.ts';

/** How far behind the sources are, and what befell them. */
export const createSources: Group = ({ registry, partitions }) => {
  const bySource = ['source'] as const;
  const lag = gauge(registry, 'leeway_source_lag_records', 'Records a source holds that were not read yet.', [
    'source',
    'partition',
  ]);
  const paused = gauge(registry, 'leeway_source_paused', '1 while a source is paused.', bySource);
  const crashes = counter(registry, 'leeway_source_crashes_total', 'Crashes of a source.', bySource);
  const resets = counter(
    registry,
    'leeway_source_offset_resets_total',
    'Offsets out of range, replaced by the earliest of the broker: rows may be missing.',
    bySource,
  );
  const gone = counter(
    registry,
    'leeway_source_offsets_missing_total',
    'Offsets that were gone from the brokers (retention) before they were read: most of them are lost records.',
    bySource,
  );
  const commits = counter(registry, 'leeway_source_commits_total', 'Offsets committed.', bySource);
  return {
    sourceStarted: ({ source }) => {
      // A source that joins again may be paused still.
      for (const one of [paused, crashes, resets, gone, commits]) one.inc({ source }, 0);
    },
    sourcePaused: ({ source }) => paused.set({ source }, 1),
    sourceResumed: ({ source }) => paused.set({ source }, 0),
    sourceCrashed: ({ source }) => crashes.inc({ source }),
    offsetReset: ({ source }) => resets.inc({ source }),
    offsetsMissing: ({ source, missing }) => gone.inc({ source }, missing),
    offsetCommitted: ({ source }) => commits.inc({ source }),
    partitionLost: ({ source, partition }) => lag.remove({ source, partition }),
    lagMeasured: e => {
      if (partitions.admit(JSON.stringify([e.source, e.partition])) === null) return;
      lag.set({ source: e.source, partition: e.partition }, e.lag);
    },
  };
};
