import type { Events } from '../lib/events.ts';
import { relevantBaselines } from './due.ts';
import type { AuditStore, BaselineStore } from './ports.ts';

export interface AuditorDeps {
  readonly audit: AuditStore;
  readonly baselines: Pick<BaselineStore, 'activations'>;
  readonly events: Events;
  /** How long raw rows are kept, seconds: sealed buckets are not compared. */
  readonly rawRetentionSeconds: number;
}

export interface AuditOptions {
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  readonly period: 'day' | 'all';
}

/** Compares what is stored with what was profiled. Expected to find nothing, ever. */
export interface Auditor {
  /** Marks buckets that differ, so that they are profiled again, and returns how many there were. */
  run(options: AuditOptions): Promise<{ readonly buckets: number; readonly mismatches: number }>;
}

const bucketSeconds = 300;

/**
 * Creates the auditor: for every closed bucket, the count and the sum of key hashes of its distinct rows against the
 * run record of the active baseline. A bucket that is marked as due is not a mismatch. A difference is looked at twice,
 * because rows may be on their way between their insert and their mark.
 */
export function createAuditor(deps: AuditorDeps): Auditor {
  return {
    run: async ({ now, period }) => {
      const to = Math.floor(now / 1000 / bucketSeconds) * bucketSeconds;
      const kept = Math.ceil((now / 1000 - deps.rawRetentionSeconds) / bucketSeconds) * bucketSeconds;
      const from = Math.max(0, kept, period === 'day' ? to - 86400 : 0);
      let buckets = 0;
      let mismatches = 0;
      for (const stream of await deps.audit.streams()) {
        const active = relevantBaselines(await deps.baselines.activations(stream.model), now)[0];
        if (active === undefined || active.until !== Infinity) continue;
        const of = { ...stream, baseline: active.baseline };
        const first = await deps.audit.compare(of, { from, to });
        const second = first.mismatches.length > 0 ? await deps.audit.compare(of, { from, to }) : first;
        const confirmed = second.mismatches.filter(bucket => first.mismatches.includes(bucket));
        if (confirmed.length > 0) await deps.audit.touch(stream, confirmed);
        buckets += second.buckets;
        mismatches += confirmed.length;
      }
      deps.events.auditFinished({ buckets, mismatches });
      return { buckets, mismatches };
    },
  };
}
