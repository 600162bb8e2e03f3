import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { readState, type State } from './story/state.ts';

/** A service in this process over a ClickHouse, on a clock that tests can step; its jobs run when told. */
export interface SmallApp {
  readonly app: App;
  /** Milliseconds by which its wall clock is wrong. */
  offset: number;
  now(): number;
  post(rows: readonly object[], path?: string): Promise<{ stored: number; refused: readonly object[] }>;
  /** Rounds of the jobs until there is nothing left to do. */
  settle(): Promise<void>;
  read(): Promise<State>;
}

export interface SmallAppOptions {
  readonly clickhouse: string;
  readonly database: string;
  readonly data: string;
  /** Epoch milliseconds at which its clock starts. */
  readonly start: number;
  readonly rawDays?: number;
}

export async function startSmallApp(options: SmallAppOptions): Promise<SmallApp> {
  const { clickhouse: url, database, data, start, rawDays = 30 } = options;
  const begun = systemClock.now();
  const self = { offset: 0, now: () => start + self.offset + systemClock.now() - begun };
  const clock: Clock = { now: () => self.now(), sleep: systemClock.sleep };
  const config = loadConfig(null, {
    data,
    clickhouse: { url, database },
    listen: { host: '127.0.0.1', port: 0 },
    retention: { rawDays },
  });
  // By event time old buckets are profiled again at once, not after ten minutes.
  const runClock = { kind: 'event', now: self.now } as const;
  const app = await startApp(config, { clock, runClock, scheduled: false, logs: 'silent' });
  return Object.assign(self, {
    app,
    post: async (rows: readonly object[], path = '/v1/inferences') => {
      const response = await fetch(app.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: rows.map(row => JSON.stringify(row)).join('\n'),
      });
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as { stored: number; refused: object[] };
    },
    settle: async () => {
      while ((await app.round()).judged > 0);
    },
    read: () => readState(app.storage.database, app.storage.db, self.now()),
  });
}

const hourMs = 3_600_000;

/** One row of a model at an event time; every number is a multiple of 1/8, so that sums do not depend on the order. */
export function makeRow(index: number, time: number): object {
  return {
    id: `row-${index}`,
    model: 'churn',
    time: new Date(time).toISOString(),
    features: { age: 18 + ((index * 7) % 50), plan: index % 3 === 0 ? 'free' : 'pro' },
    prediction: (index % 8) / 8,
    latency_ms: 125 * (1 + (index % 16)),
    status: 200,
  };
}

/** Rows spread evenly over the hours before `end`. */
export function rowsBefore(end: number, { hours, anHour }: { hours: number; anHour: number }): object[] {
  const begin = end - hours * hourMs;
  return Array.from({ length: hours * anHour }, (_, i) => makeRow(i, begin + (i * hourMs) / anHour));
}

/** Rows to make a baseline of. */
export const trainingRows = (time: number): object[] =>
  Array.from({ length: 600 }, (_, i) => ({ ...makeRow(i, time), id: `training-${i}` }));

/** Seeded shuffle. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [list[i], list[other]] = [list[other]!, list[i]!];
  }
  return list;
}
