import type { Clock } from '../lib/clock.ts';
import type { JobRun } from '../store/job-runs.ts';
import type { Purged } from '../store/purge.ts';

export interface NightlyDeps {
  readonly clock: Pick<Clock, 'now'>;
  /** Whether this process does the scheduled work now. */
  readonly leads: () => boolean;
  /** When the last run began that ended well, epoch milliseconds; 0: none is known. */
  readonly lastGood: () => Promise<number>;
  /** Removes rows of ids erased since then that came in meanwhile; how many. */
  readonly sweep: (since: number) => Promise<number>;
  readonly purge: (signal: AbortSignal) => Promise<Purged>;
  /** Tells of a run, and keeps it for `lastGood`. */
  readonly report: (run: JobRun) => Promise<void>;
}

/** What is done once a night about erasures. */
export interface Nightly {
  /** Does it when it is due: no run has ended well since the last night began. One at a time. */
  wake(): Promise<void>;
  /** Ends what is under way; the next start does the rest. */
  stop(): Promise<void>;
}

const day = 86_400_000;
/** The night's work is due from two o'clock UTC on. */
const dueAt = 2 * 3_600_000;
/** After a failure it is tried again so much later. */
const restAfterFailure = 3_600_000;
/** Looked at again from before the last run: clocks differ, and inserts were under way then. */
const overlap = day;
/** Partitions that are named in a report. */
const named = 3;

export function createNightly(deps: NightlyDeps): Nightly {
  const { clock } = deps;
  const stopping = new AbortController();
  let underWay: Promise<void> | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;
  const look = async () => {
    const started = clock.now();
    const rested = started - failedAt;
    if (stopping.signal.aborted || !deps.leads() || (rested >= 0 && rested < restAfterFailure)) return;
    const { outcome, detail } = await work(deps, started, stopping.signal);
    if (outcome === 'skipped') return;
    failedAt = outcome === 'failed' ? started : Number.NEGATIVE_INFINITY;
    await deps.report({ job: 'purge', model: '', started, finished: clock.now(), outcome, detail });
  };
  return {
    wake: () => {
      underWay ??= look().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    stop: async () => {
      stopping.abort(new Error('the service is stopping'));
      await underWay;
    },
  };
}

type Ending = Pick<JobRun, 'outcome' | 'detail'>;

const skipped: Ending = { outcome: 'skipped', detail: '' };

/** Each part is tried, whatever becomes of the other. */
async function work(deps: NightlyDeps, now: number, signal: AbortSignal): Promise<Ending> {
  const problems: string[] = [];
  const attempt = async <T>(part: () => Promise<T>): Promise<T | null> => {
    try {
      return await part();
    } catch (error) {
      problems.push((error as Error).message);
      return null;
    }
  };
  const last = await attempt(deps.lastGood);
  if (last === null) return signal.aborted ? skipped : { outcome: 'failed', detail: problems.join('; ') };
  // One from the future is of a clock that was wrong, or is wrong now: it says nothing.
  const good = last > now ? 0 : last;
  if (good >= lastDue(now)) return skipped;
  const swept = await attempt(() => deps.sweep(Math.max(0, good - overlap)));
  const purged = await attempt(() => deps.purge(signal));
  if (signal.aborted) return skipped;
  const left = purged?.left ?? [];
  if (left.length > 0) {
    const more = left.length > named ? `, and ${left.length - named} more` : '';
    problems.push(`${left.length} partitions left: ${left.slice(0, named).join(', ')}${more}`);
  }
  const done = `${swept ?? 0} rows removed that came in meanwhile, ${purged?.rewritten ?? 0} partitions rewritten`;
  return {
    outcome: problems.length === 0 ? 'done' : 'failed',
    detail: [done, ...problems].join('; '),
  };
}

/** When the last night's work became due. */
function lastDue(now: number): number {
  return Math.floor((now - dueAt) / day) * day + dueAt;
}
