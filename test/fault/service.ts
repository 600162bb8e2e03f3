/**
 * The whole embedded service as the kill tests run it, in a process of its own: reads the history from its committed
 * offset on, and ends by itself with what it leaves behind in `state.json`. Argument: ServiceOptions as JSON.
 */
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '../../src/act/policy.ts';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHistory, hourMs, hours, model, trainingRows } from './embedded/history.ts';
import { readState } from './embedded/state.ts';
import { createStepSource } from './embedded/step-source.ts';

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

await (options.prepare ? prepare() : live());
process.exit(0);

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
      await (await running).settle();
      mark(`settled-${source.eventTime}`);
    },
    committed: () => mark('committed'),
  });
  mark('start');
  const app = await startService({ kind: 'event', now: () => source.eventTime }, [source], mark);
  up(app);
  await Promise.race([source.done, app.failed]);
  const state = await readState(app.storage.database, app.storage.db, source.eventTime);
  await app.stop();
  writeFileSync(join(options.directory, 'state.json'), JSON.stringify(state));
}

function startService(
  runClock: { readonly kind: 'event'; readonly now: () => number },
  sources: readonly ReturnType<typeof createStepSource>[] = [],
  failpoint: (name: string) => void = () => undefined,
): Promise<App> {
  const config = loadConfig(null, {
    data: join(options.directory, 'data'),
    listen: { host: '127.0.0.1', port: options.port },
    webhooks: {
      allow: [new URL(options.receiver).host],
      alerts: [{ name: 'people', url: `${options.receiver}/alerts`, secrets: [secret] }],
    },
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
