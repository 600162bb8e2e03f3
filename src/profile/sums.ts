import type { ProfileRun } from '../domain/profile.ts';
import { sumsToMake } from './due.ts';
import { nextGeneration } from './generation.ts';
import type { StreamBaseline, UnseenNames, UnseenQuery } from './ports.ts';
import type { ProfilerDeps } from './profiler.ts';

/** A categorical subject and the categories its baseline knows. */
export type UnseenSubject = UnseenQuery;

interface SumWork {
  readonly of: StreamBaseline;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  readonly unseen: readonly UnseenSubject[];
}

/** Hours added up at once. */
const batch = 1000;

type Grain = 3600 | 86400;

/** Makes the hours and days whose parts have changed: hours of valid buckets first, then days of valid hours. */
export function createSumMaker(deps: ProfilerDeps): { make(work: SumWork): Promise<void> } {
  return {
    make: async work => {
      for (const grain of [3600, 86400] as const) {
        const due = await deps.profiles.dueSums(work.of, grain);
        const starts = sumsToMake(due, grain, {
          now: work.now,
          rawRetentionSeconds: deps.rawRetentionSeconds,
        });
        for (let i = 0; i < starts.length; i += batch)
          await makeBatch(deps, work, { grain, buckets: starts.slice(i, i + batch), due: starts.length - i });
      }
    },
  };
}

interface Batch {
  readonly grain: Grain;
  readonly buckets: readonly number[];
  /** Starts to make, this batch included. */
  readonly due: number;
}

async function makeBatch(
  deps: ProfilerDeps,
  { of, unseen }: SumWork,
  { grain, buckets, due }: Batch,
): Promise<void> {
  const started = await deps.storeClock.now();
  const generation = nextGeneration(started, await deps.profiles.lastGeneration(of), deps.random);
  const extra = await namesOfUnseen(deps, of, { grain, buckets, unseen });
  const sums = await deps.profiles.addUp(of, { grain, buckets, generation, extra });
  const { model, environment, baseline } = of;
  const runs = sums.map(
    (sum): ProfileRun => ({ model, environment, baseline, grain, generation, started, ...sum }),
  );
  await deps.profiles.recordRuns(runs);
  const seconds = ((await deps.storeClock.now()) - started) / 1000;
  const rows = sums.reduce((total, sum) => total + sum.rows, 0);
  deps.events.bucketsProfiled({
    model,
    environment,
    grain,
    buckets: sums.length,
    rows,
    seconds,
    due: due - sums.length,
  });
}

/** Names are read from raw rows only where something unseen was counted. */
async function namesOfUnseen(
  { profiles }: ProfilerDeps,
  of: StreamBaseline,
  { grain, buckets, unseen }: { grain: Grain; buckets: readonly number[]; unseen: readonly UnseenSubject[] },
): Promise<readonly UnseenNames[]> {
  if (unseen.length === 0) return [];
  const bins = new Map(unseen.map(({ subject, known }) => [subject, known.length]));
  const found = await profiles.bucketsWithOther(of, { grain, buckets, bins });
  if (found.length === 0) return [];
  const subjects = new Set(found.map(({ subject }) => subject));
  return profiles.unseenNames(of, {
    grain,
    buckets: [...new Set(found.map(({ bucket }) => bucket))],
    subjects: unseen.filter(({ subject }) => subjects.has(subject)),
  });
}
