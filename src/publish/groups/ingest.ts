import { Histogram } from 'prom-client';
import { ignoreReasons, rejectReasons } from '../../domain/reject.ts';
import type { Group } from '../group.ts';
import { counter } from '../metric.ts';

/** What comes in, and what is refused and why. */
export const createIngest: Group = ({ registry }) => {
  const registers = [registry];
  const rows = counter(registry, 'leeway_rows_stored_total', 'Inferences stored.', ['source']);
  const labels = counter(registry, 'leeway_labels_stored_total', 'Labels stored.');
  const rejects = counter(registry, 'leeway_rejects_total', 'Records refused, by reason (docs/formats.md).', [
    'source',
    'reason',
  ]);
  const passedOver = `Rows passed over on purpose: ${ignoreReasons.join(', ')} (docs/formats.md).`;
  const ignored = counter(registry, 'leeway_ignored_total', passedOver, ['source', 'reason']);
  const flush = new Histogram({
    name: 'leeway_flush_duration_seconds',
    help: 'Time to store and mark one batch.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const open = (source: string) => {
    rows.inc({ source }, 0);
    for (const reason of rejectReasons) rejects.inc({ source, reason }, 0);
    for (const reason of ignoreReasons) ignored.inc({ source, reason }, 0);
  };
  open('http');
  return {
    sourceStarted: ({ source }) => open(source),
    recordRejected: ({ source, reason }) => rejects.inc({ source, reason }),
    recordIgnored: ({ source, reason }) => ignored.inc({ source, reason }),
    batchStored: batch => {
      flush.observe(batch.seconds);
      labels.inc(batch.labels);
      const counts = new Map<string, number>();
      for (const { source } of batch.inferences) counts.set(source, (counts.get(source) ?? 0) + 1);
      for (const [source, count] of counts) rows.inc({ source }, count);
    },
  };
};
