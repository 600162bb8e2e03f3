/**
 * The whole service as the kill tests run it, in a process of its own: reads the history from its committed
 * offset on, and ends by itself with what it leaves behind in `state.json`. Argument: ServiceOptions as JSON.
 */
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '../../../src/act/policy.ts';
import { type App, startApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { Secret } from '../../../src/config/secret.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createHistory, hourMs, hours, model, trainingRows } from './history.ts';
import { readState } from './state.ts';
import { createStepSource } from './step-source.ts';

/** The story lasts days: too short to learn the noise of a stream, so it pages and orders without. */
const policy = {
  ...defaultPolicy,
  noisyChecks: [],
  orderingCalibrations: ['learning', 'provisional', 'calibrated'],
} as const;

/** What a test tells the service. */
export interface ServiceOptions {
  /** Where everything of this run is kept. */
  readonly directory: string;
  readonly port: number;
  readonly receiver: string;
  /** Address of the store; null keeps the rows in the data directory. */
  readonly clickhouse: string | null;
  /** Where the history begins, and when the run began, epoch milliseconds. */
  readonly start: number;
  readonly begun: number;
  /** Makes the baseline and arms the model instead of reading. */
  readonly prepare: boolean;
  /** By failpoint the numbers of the hits, counted over all lives of the run, at which the process kills itself. */
  readonly kills: Readonly<Record<string, readonly number[]>>;
}

const options = JSON.parse(process.argv[2] ?? '{}') as ServiceOptions;
const secret = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
/** The machine's clock, moved to just after the history: records are accepted in every life alike. */
const clock: Clock = {
  now: () => options.start + (hours + 1) * hourMs + systemClock.now() - options.begun,
  sleep: systemClock.sleep,
};

try {
  await (options.prepare ? prepare() : live());
} catch (error) {
  console.error(isAway(error) ? 'the store went away' : '', error);
  process.exit(1);
}
process.exit(0);

function isAway(error: unknown): boolean {
  const { code, failure } = error as { readonly code?: unknown; readonly failure?: unknown };
  return code === 'LW_STORE_AWAY' || failure === 'retry';
}

async function prepare(): Promise<void> {
  const app = await startService({ kind: 'event', now: () => options.start });
  await post(`${app.url}/v1/models/${model}/baselines`, 'application/x-ndjson', trainingRows(options.start));
  await post(`${app.url}/v1/models/${model}/arm`, 'application/json', '{"armed":true,"by":"test"}');
  await app.stop();
}

async function live(): Promise<void> {
  const mark = createMarks();
  let up: (app: App) => void = () => undefined;
  const running = new Promise<App>(resolve => {
    up = resolve;
  });
  const source = createStepSource({
    history: createHistory(options.start),
    start: options.start,
    offsetFile: join(options.directory, 'offset'),
    gate: async () => {
      mark('step');
      await settle(await running);
      mark(`settled-${source.eventTime}`);
    },
    committed: () => mark('committed'),
  });
  mark('start');
  const app = await startService({ kind: 'event', now: () => source.eventTime }, [source], mark);
  up(app);
  await Promise.race([source.done, app.failed]);
  const state = await again(() => readState(app.storage.database, app.storage.db, source.eventTime));
  await app.stop();
  writeFileSync(join(options.directory, 'state.json'), JSON.stringify(state));
}

/** Rounds until none of their jobs failed for a killed store: in service the schedule repeats them. */
async function settle(app: App): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const before = await failedJobs(app);
    await app.settle();
    if (options.clickhouse === null || (await failedJobs(app)) === before) return;
    await systemClock.sleep(100);
  }
  throw new Error('the jobs do not get through');
}

async function failedJobs(app: App): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const lines = text.match(/^leeway_job_runs_total\{.*outcome="failed".*\} \d+$/gm) ?? [];
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Repeats `work` while the store is away. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      await systemClock.sleep(100);
    }
  }
}

function startService(
  runClock: { readonly kind: 'event'; readonly now: () => number },
  sources: readonly ReturnType<typeof createStepSource>[] = [],
  failpoint: (name: string) => void = () => undefined,
): Promise<App> {
  const config = loadConfig(null, {
    data: join(options.directory, 'data'),
    ...(options.clickhouse === null ? {} : { clickhouse: { url: options.clickhouse } }),
    listen: { host: '127.0.0.1', port: options.port },
    outbound: { allow: [new URL(options.receiver).host] },
    channels: [{ type: 'webhook', name: 'people', url: `${options.receiver}/alerts`, secrets: [secret] }],
    retraining: { url: `${options.receiver}/orders`, secrets: [secret], leastRows: 720 },
    budget: { falseAlarmsPerModelMonth: 20 },
    models: { [model]: { segments: ['country'] } },
  });
  return startApp(config, { clock, runClock, sources, failpoint, scheduled: false, logs: 'silent', policy });
}

/** Notes every point that is passed, for good, and ends the process at those that are asked for. */
function createMarks(): (name: string) => void {
  const file = join(options.directory, 'marks');
  const hits = new Map<string, number>();
  const output = openSync(file, 'a+');
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const name = line.split(' ')[0]!;
    hits.set(name, (hits.get(name) ?? 0) + 1);
  }
  return name => {
    const count = (hits.get(name) ?? 0) + 1;
    hits.set(name, count);
    writeSync(output, `${name} ${systemClock.now()}\n`);
    if (options.kills[name]?.includes(count) === true) process.kill(process.pid, 'SIGKILL');
  };
}

async function post(url: string, type: string, body: string): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
