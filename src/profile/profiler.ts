import type { BaselineSubject } from '../domain/baseline.ts';
import { bucketSeconds } from '../domain/inference.ts';
import type { ProfileRow, ProfileRun } from '../domain/profile.ts';
import type { Events } from '../lib/events.ts';
import { type Coding, createCoding } from './codes.ts';
import { bucketsToProfile, defaultDebounceSeconds, relevantBaselines } from './due.ts';
import { nextGeneration } from './generation.ts';
import type { BaselineStore, ProfileStore, StoreTime, Stream, StreamBaseline } from './ports.ts';
import { createSumMaker, type UnseenSubject } from './sums.ts';
import { createTabulation, type Tabulation } from './tabulate.ts';

export interface ProfilerDeps {
  readonly profiles: ProfileStore;
  readonly baselines: Pick<BaselineStore, 'activations' | 'read'>;
  readonly storeClock: StoreTime;
  readonly events: Events;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long raw rows are kept, seconds: older buckets are sealed. */
  readonly rawRetentionSeconds: number;
  /**
   * Least time between two profilings of an old bucket, on the store's clock; ten minutes by default. 0 for a run by
   * event time, whose results may not depend on how fast it runs.
   */
  readonly debounceSeconds?: number;
  /** `tag=value` texts that are profiled besides; none by default. */
  readonly segments?: readonly string[];
  /** Rows (copies included) and buckets of one group: one read, one insert of profiles, one of run records. */
  readonly groupRows?: number;
  readonly groupBuckets?: number;
  /** Rows of a stream after which a tick leaves the rest due, so that judging is not held up; 2,000,000 by default. */
  readonly tickRows?: number;
  /** Called at named points, for crash tests: `profile-half-written`, `run-recorded`. */
  readonly failpoint?: (name: 'profile-half-written' | 'run-recorded') => void | Promise<void>;
}

export interface TickOptions {
  /** Run's clock, epoch milliseconds: decides what is closed and sealed. */
  readonly now: number;
  readonly model?: string;
  readonly environment?: string;
}

export interface TickResult {
  /** Buckets profiled. */
  readonly profiled: number;
  /** Buckets that could have been profiled and were not, because the tick had done enough. */
  readonly due: number;
}

export interface Profiler {
  /**
   * Profiles what is due: buckets, then the hours and days they belong to. Harmless to repeat and to run twice at once.
   * A stream that fails holds up no other; the first failure is thrown when all had their turn.
   */
  tick(options: TickOptions): Promise<TickResult>;
  /** Drops profiles of replaced generations; returns how many rows. */
  sweep(): Promise<number>;
}

/** Values (rows times subjects) of one group, and of one slice of a read: they bound the memory. */
const groupValues = 4_000_000;
const sliceValues = 3_000_000;

interface Prepared {
  readonly coding: Coding;
  readonly unseen: readonly UnseenSubject[];
}

interface Group {
  readonly of: StreamBaseline;
  readonly buckets: readonly number[];
  readonly copies: ReadonlyMap<number, number>;
}

/** Creates the job that turns closed buckets into profiles. */
export function createProfiler(deps: ProfilerDeps): Profiler {
  const prepare = createPreparer(deps.baselines);
  const sums = createSumMaker(deps);
  const tickStream = async (stream: Stream, now: number): Promise<TickResult> => {
    let budget = deps.tickRows ?? 2_000_000;
    const spans = relevantBaselines(await deps.baselines.activations(stream.model), now);
    let profiled = 0;
    let left = 0;
    for (const span of spans) {
      const of = { ...stream, baseline: span.baseline };
      const prepared = await prepare(of);
      if (prepared === null) continue;
      const storeNow = await deps.storeClock.now();
      const { rawRetentionSeconds, debounceSeconds = defaultDebounceSeconds } = deps;
      const touched = await deps.profiles.dueBuckets(of);
      let waiting = bucketsToProfile(touched, {
        now,
        storeNow,
        rawRetentionSeconds,
        debounceSeconds,
        span,
      });
      while (waiting.length > 0 && budget > 0) {
        const group = await nextGroup(deps, { of, waiting, subjects: prepared.coding.subjects.length });
        waiting = waiting.slice(group.buckets.length);
        budget -= await profileGroup(deps, { group, prepared, due: waiting.length });
        profiled += group.buckets.length;
      }
      left += waiting.length;
      await sums.make({ of, now, unseen: prepared.unseen });
    }
    return { profiled, due: left };
  };
  return {
    tick: async ({ now, model, environment }) => {
      let profiled = 0;
      let due = 0;
      const failures: unknown[] = [];
      for (const stream of await deps.profiles.streams()) {
        if (model !== undefined && stream.model !== model) continue;
        if (environment !== undefined && stream.environment !== environment) continue;
        try {
          const one = await tickStream(stream, now);
          profiled += one.profiled;
          due += one.due;
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
      return { profiled, due };
    },
    sweep: () => deps.profiles.sweep(),
  };
}

/** Baselines never change, so their binnings are made ready once. */
function createPreparer(
  baselines: ProfilerDeps['baselines'],
): (of: StreamBaseline) => Promise<Prepared | null> {
  const ready = new Map<string, Prepared>();
  return async ({ model, baseline }) => {
    const key = JSON.stringify([model, baseline]);
    const known = ready.get(key);
    if (known !== undefined) return known;
    const read = await baselines.read(model, baseline);
    if (read === null) return null;
    const prepared = {
      coding: createCoding(read.subjects.map(subject => subject.binning)),
      unseen: unseenSubjects(read.subjects),
    };
    ready.set(key, prepared);
    return prepared;
  };
}

function unseenSubjects(subjects: readonly BaselineSubject[]): UnseenSubject[] {
  return subjects
    .filter(({ binning, aside }) => binning.kind === 'categorical' && aside === '')
    .map(({ binning }) => ({ subject: binning.subject, known: binning.categories }));
}

/** The first of the waiting buckets that fit into a group, at least one. */
async function nextGroup(
  deps: ProfilerDeps,
  { of, waiting, subjects }: { of: StreamBaseline; waiting: readonly number[]; subjects: number },
): Promise<Group> {
  const most = Math.min(deps.groupRows ?? 100_000, groupValues / Math.max(1, subjects));
  const candidates = waiting.slice(0, deps.groupBuckets ?? 2000);
  const copies = await deps.profiles.countCopies(of, candidates);
  let rows = 0;
  const tooMany = candidates.findIndex((bucket, i) => (rows += copies.get(bucket) ?? 0) > most && i > 0);
  return { of, buckets: tooMany < 0 ? candidates : candidates.slice(0, tooMany), copies };
}

interface GroupWork {
  readonly group: Group;
  readonly prepared: Prepared;
  /** Buckets still waiting after this group. */
  readonly due: number;
}

/** Reads a group of buckets once, writes its profiles, then the records that make them valid. Returns the rows read. */
async function profileGroup(deps: ProfilerDeps, { group, prepared, due }: GroupWork): Promise<number> {
  const { of, buckets, copies } = group;
  const started = await deps.storeClock.now();
  const generation = nextGeneration(started, await deps.profiles.lastGeneration(of), deps.random);
  const tabulation = createTabulation(prepared.coding, deps.segments ?? []);
  await readGroup(deps, group, { tabulation, subjects: prepared.coding.subjects.length });
  const totals = tabulation.totals();
  const rowsOf = (bucket: number) => totals.get(bucket)?.rows ?? 0;
  const doubled = buckets.filter(bucket => (copies.get(bucket) ?? 0) > rowsOf(bucket));
  const reused =
    doubled.length > 0 ? await deps.profiles.countReused(of, doubled) : new Map<number, number>();
  await deps.profiles.writeProfiles([
    ...profileRows({ of, generation, tabulation, coding: prepared.coding }),
  ]);
  await deps.failpoint?.('profile-half-written');
  const runs = buckets.map((bucket): ProfileRun => {
    const rows = rowsOf(bucket);
    return {
      ...place(of, bucket),
      generation,
      started,
      rows,
      keySum: (totals.get(bucket)?.keySum ?? 0n).toString(),
      // Copies were counted before the rows were read, so rows that came in between cannot make it negative for long.
      duplicates: Math.max(0, (copies.get(bucket) ?? 0) - rows),
      reused: reused.get(bucket) ?? 0,
    };
  });
  await deps.profiles.recordRuns(runs);
  await deps.failpoint?.('run-recorded');
  const rows = runs.reduce((sum, run) => sum + run.rows, 0);
  const seconds = ((await deps.storeClock.now()) - started) / 1000;
  const { model, environment } = of;
  deps.events.bucketsProfiled({
    model,
    environment,
    grain: bucketSeconds,
    buckets: buckets.length,
    rows,
    seconds,
    due,
  });
  return Math.max(rows, buckets.length);
}

async function readGroup(
  deps: ProfilerDeps,
  { of, buckets, copies }: Group,
  { tabulation, subjects }: { tabulation: Tabulation; subjects: number },
): Promise<void> {
  const total = buckets.reduce((sum, bucket) => sum + (copies.get(bucket) ?? 0), 0);
  const slices = 2 ** Math.min(8, Math.ceil(Math.log2(Math.max(1, (total * subjects) / sliceValues))));
  for (let slice = 0; slice < slices; slice++)
    for (const block of await deps.profiles.readRows(of, { buckets, slice, slices })) tabulation.add(block);
}

function place(of: StreamBaseline, bucket: number) {
  const { model, environment, baseline } = of;
  return { model, environment, baseline, grain: bucketSeconds as 300, bucket };
}

interface RowsOf {
  readonly of: StreamBaseline;
  readonly generation: bigint;
  readonly tabulation: Tabulation;
  readonly coding: Coding;
}

const noNames: ProfileRow['extra'] = {};

/** Field by field: objects made by spreading are several times slower here, and there are hundreds of thousands. */
function profileRows({ of, generation, tabulation, coding }: RowsOf): ProfileRow[] {
  const { model, environment, baseline } = of;
  const rows: ProfileRow[] = [];
  for (const { bucket, version, segment, profiles } of tabulation.cells())
    for (let i = 0; i < profiles.length; i++) {
      const { n, nMissing, nNan, nMismatch, sum, sum2, bins, counts, tailSums } = profiles[i]!;
      const subject = coding.subjects[i]!;
      // biome-ignore format: one line a part
      rows.push({
        model, environment, baseline, grain: 300, bucket, generation, version, segment, subject,
        n, nMissing, nNan, nMismatch, sum, sum2, bins, counts, tailSums, extra: noNames,
      });
    }
  return rows;
}
