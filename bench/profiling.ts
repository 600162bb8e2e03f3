import { bucketSeconds } from '../src/domain/inference.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { ProfileStore } from '../src/profile/ports.ts';
import { createProfiler } from '../src/profile/profiler.ts';
import { chunks, encodeInferences, inferenceColumns } from '../src/store/inferences.ts';
import { createProfileStore } from '../src/store/profiles.ts';
import { createLedger, type Ledger, measure } from './cpu.ts';
import { type Breakdown, byName, peakMemory, type Report } from './figure.ts';
import { benchModel, featureCount, inferencesOf, payloads } from './records.ts';
import { activateBaseline, type Bench, openBench, watched } from './store.ts';

export interface ProfilingOptions {
  readonly runs: number;
  readonly buckets: number;
  /** Rows of one bucket. */
  readonly rows: number;
}

/** Closed buckets to profiles: read, collapsed, binned, written, and the hour they belong to added up. */
export async function profiling(options: ProfilingOptions): Promise<Report> {
  const { runs, buckets, rows } = options;
  const bench = await openBench();
  const from = Math.floor(systemClock.now() / 3_600_000 - 1) * 3_600_000;
  const baseline = await activateBaseline(bench, from - 86_400_000);
  await load(bench, options, from);
  await bench.settled();
  const ledger = createLedger();
  const work = createWork(bench, { ledger, from, options });
  const results: Record<string, number>[] = [];
  for (let run = 0; run <= runs; run++) {
    const result = await work();
    if (run > 0) results.push(result);
  }
  const memory = peakMemory('profiling');
  const { storage } = bench;
  const subjects = (await storage.baselines.read(benchModel, baseline))!.subjects.length;
  await bench.close();
  const values = buckets * rows * featureCount;
  const parts = byName(results);
  return {
    figures: [
      {
        name: 'feature values profiled',
        unit: 'million a CPU second',
        values: parts.get('total')!.map(seconds => values / seconds / 1e6),
        goal: { value: 18, better: 'more' },
      },
      memory,
    ],
    breakdowns: [breakdown(parts, values)],
    notes: [
      `Profiling: ${buckets} buckets of ${rows} rows and ${featureCount} features (${subjects} subjects with prediction, scores, latency, sizes and status, which are profiled but not counted), up to 1,024 bins each; ${runs} runs after one to warm up. The hour they belong to is added up in the same tick and counted.`,
    ],
  };
}

function breakdown(parts: ReadonlyMap<string, readonly number[]>, values: number): Breakdown {
  const shown = [
    'read (engine)',
    'parse the result',
    'bin and count, rest of the job',
    'write profiles (engine)',
    'questions, run records, hours (engine)',
  ];
  return {
    title: 'A million feature values from stored rows to profiles',
    unit: 'ms of CPU',
    parts: shown.map(name => ({ name, values: parts.get(name)!.map(s => (s * 1000) / (values / 1e6)) })),
  };
}

async function load({ storage }: Bench, { buckets, rows }: ProfilingOptions, from: number): Promise<void> {
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = from + bucket * bucketSeconds * 1000;
    const span = { from: start, to: start + bucketSeconds * 1000 };
    for (const part of chunks(
      inferencesOf(payloads(rows, span, `bucket-${bucket}`), systemClock.now()),
      20_000,
    ))
      await storage.database.insertNative(
        `${storage.db}.inferences`,
        inferenceColumns,
        encodeInferences(part),
      );
  }
}

interface Work {
  readonly ledger: Ledger;
  readonly from: number;
  readonly options: ProfilingOptions;
}

/** One tick with every bucket due; CPU seconds by part. */
function createWork({ storage, events }: Bench, { ledger, from, options }: Work) {
  const starts = Array.from({ length: options.buckets }, (_, i) => from / 1000 + i * bucketSeconds);
  const store = createProfileStore(watched(storage.database, ledger), storage.db);
  let parsed = 0;
  const profiles: ProfileStore = {
    ...store,
    readRows: async (stream, part) => {
      const blocks = await store.readRows(stream, part);
      return parsing(blocks, seconds => (parsed += seconds));
    },
  };
  const profiler = createProfiler({
    profiles,
    baselines: storage.baselines,
    storeClock: storage.storeClock,
    events,
    random: Math.random,
    rawRetentionSeconds: 30 * 86_400,
  });
  return async () => {
    const at = await storage.storeClock.now();
    const marks = starts.map(bucket => ({ model: benchModel, environment: 'prod', bucket, at }));
    await storage.database.insertRows(`${storage.db}.touched`, marks);
    await systemClock.sleep(10);
    ledger.clear();
    parsed = 0;
    const tick = await measure(() => profiler.tick({ now: systemClock.now() }));
    if (tick.value.profiled !== starts.length) throw new Error('not every bucket was profiled');
    const total = tick.cpuSeconds;
    const read = ledger.seconds('read');
    const write = ledger.seconds('insert');
    const statements = ledger.seconds('statement');
    return {
      total,
      'read (engine)': read,
      'parse the result': parsed,
      'write profiles (engine)': write,
      'questions, run records, hours (engine)': statements,
      'bin and count, rest of the job': total - read - parsed - write - statements,
    };
  };
}

/** Goes through blocks that are parsed as they are asked for, and tells the CPU seconds that took. */
function* parsing<T>(blocks: Iterable<T>, spent: (seconds: number) => void): Generator<T> {
  const iterator = blocks[Symbol.iterator]();
  for (;;) {
    const before = process.cpuUsage();
    const next = iterator.next();
    const { user, system } = process.cpuUsage(before);
    spent((user + system) / 1e6);
    if (next.done === true) return;
    yield next.value;
  }
}
