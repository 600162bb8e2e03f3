import { createTelemetry } from '../src/app/telemetry.ts';
import { type App, startApp } from '../src/app.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { Source, Intake as SourceIntake } from '../src/source/ports.ts';
import { chunks } from '../src/store/inferences.ts';
import { measure } from './cpu.ts';
import { peakMemory, type Report } from './figure.ts';
import { createRandom, featureCount, payloads, rawRecords } from './records.ts';
import { activateBaseline, temporaryConfig } from './store.ts';

export interface FindingOptions {
  readonly runs: number;
  readonly rowsPerHour: number;
}

const hour = 3_600_000;
/** Hours of traffic before the first window that is measured: the windows of 24 hours are full then. */
const before = 24;
/** The clock is set so far ahead of the moment at which a window is due. */
const lead = 2500;

/** From a window being due to its finding being stored, in a running service woken by its own schedule. */
export async function finding({ runs, rowsPerHour }: FindingOptions): Promise<Report> {
  const { config, remove } = temporaryConfig();
  const latest = Math.floor(systemClock.now() / hour) * hour;
  const first = latest - (runs + 1 + before) * hour;
  const clock = createShiftedClock(first);
  const feed = createFeed();
  const seen = { stored: Number.NEGATIVE_INFINITY };
  const app = await startApp(config, {
    logs: 'silent',
    sources: [feed.source],
    runClock: { kind: 'wall', now: clock.now },
    failpoint: name => {
      if (name === 'finding-written') seen.stored = performance.now();
    },
  });
  const events = createTelemetry(config, 'silent', systemClock);
  await activateBaseline({ storage: app.storage, events }, first - hour);
  await feed.deliver({ from: first, to: latest, rows: rowsPerHour * (runs + 1 + before) });
  // Everything up to the first measured hour is made and judged.
  const due = (end: number) => end + config.latenessSeconds * 1000;
  clock.set(due(latest - runs * hour) - 60_000);
  while ((await app.round()).judged > 0);
  const idle = await idleRounds(app);
  const random = createRandom(7);
  const waits: number[] = [];
  const cpu: number[] = [];
  for (let run = runs - 1; run >= 0; run--) {
    const end = latest - run * hour;
    // The schedule wakes at full seconds: the windows come due anywhere in between.
    await systemClock.sleep(Math.floor(random() * 2000));
    const dueAt = clock.set(due(end) - lead) + lead;
    const cost = await measure(() => untilJudged(app, end));
    if (!(seen.stored > dueAt)) throw new Error('a window was judged before it was due');
    waits.push((seen.stored - dueAt) / 1000);
    cpu.push(cost.cpuSeconds);
  }
  const memory = peakMemory('service, due to finding');
  await app.stop();
  remove();
  return {
    figures: [
      { name: 'due to finding stored', unit: 's', values: waits, goal: { value: 5, better: 'less' } },
      { name: 'one due hour: profiled, added up, judged', unit: 'CPU s', values: cpu },
      { name: 'a round of the jobs with nothing due', unit: 'ms of CPU', values: idle },
      memory,
    ],
    breakdowns: [],
    notes: [
      `Due to finding: a running service with ${rowsPerHour} rows of ${featureCount} features an hour, its schedule waking every 2 s; the clock is set just before an hour is due, and the time runs until its last finding (windows of 1, 6, 24 h as they end) is stored; ${runs} hours. At the due moment the last bucket, the hour and the windows are all still to be made; the hour's other buckets come with it, because the clock jumps.`,
    ],
  };
}

/** A clock that runs at the usual speed and can be set; `set` returns the moment at which it was, by performance.now. */
function createShiftedClock(start: number) {
  let base = start;
  let origin = performance.now();
  return {
    now: () => base + (performance.now() - origin),
    set: (time: number): number => {
      base = time;
      origin = performance.now();
      return origin;
    },
  };
}

/** Waits until the schedule has judged the windows that end at `end`, and the round that did it is over. */
async function untilJudged(app: App, end: number): Promise<void> {
  for (;;) {
    const [row] = await app.storage.database.rows<{ found: string }>(
      `SELECT count() AS found FROM ${app.storage.db}.findings
       WHERE toUnixTimestamp(window_start) + window_seconds = {end:UInt32}`,
      { end: end / 1000 },
    );
    if (Number(row?.found) > 0) break;
    await systemClock.sleep(250);
  }
  await app.round();
}

async function idleRounds(app: App): Promise<number[]> {
  const costs: number[] = [];
  for (let i = 0; i < 10; i++) costs.push((await measure(() => app.round())).cpuSeconds * 1000);
  return costs;
}

/** A source that hands the pipeline what the bench delivers. */
function createFeed() {
  let intake: SourceIntake | null = null;
  const source: Source = {
    name: 'bench',
    state: 'running',
    start: async given => {
      intake = given;
    },
    pause: () => undefined,
    resume: () => undefined,
    stop: async () => undefined,
  };
  return {
    source,
    deliver: async ({ from, to, rows }: { from: number; to: number; rows: number }) => {
      const records = rawRecords(payloads(rows, { from, to }), systemClock.now());
      for (const part of chunks(records, 10_000))
        await intake?.store(
          { source: 'bench', partition: 'bench', records: part, lag: 0, lastPosition: '' },
          new AbortController().signal,
        );
    },
  };
}
