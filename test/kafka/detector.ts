/**
 * One of several detectors over one store, in a process of its own: does a round after the other, at the event time
 * that stands in a file, notes what it passes, and strikes itself where a test asks for it. Argument: DetectorOptions
 * as JSON.
 */
import { existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '../../src/act/policy.ts';
import { startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { hourMs, hours, model } from '../fault/story/history.ts';

export interface DetectorOptions {
  readonly name: string;
  /** Shared by the detectors of a run: files `clock` and `strike`, and the marks of each. */
  readonly directory: string;
  readonly clickhouse: string;
  readonly receiver: string;
  /** Address at which the detectors are reached together. */
  readonly publicUrl: string;
  readonly port: number;
  /** Null: it is the only one. */
  readonly election: Readonly<Record<string, unknown>> | null;
  /** Where the history begins, and when the run began, epoch milliseconds. */
  readonly start: number;
  readonly begun: number;
}

/** What is done to the process that passes a point next. */
export interface Strike {
  readonly point: string;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

const options = JSON.parse(process.argv[2]!) as DetectorOptions;
const secret = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
const marks = openSync(join(options.directory, `marks-${options.name}`), 'a');
const mark = (name: string) => void writeSync(marks, `${name} ${systemClock.now()}\n`);
const eventTime = () => Number(readFileSync(join(options.directory, 'clock'), 'utf8'));
const strikeFile = join(options.directory, 'strike');

const failpoint = (name: string) => {
  mark(name);
  if (!existsSync(strikeFile)) return;
  const { point, signal } = JSON.parse(readFileSync(strikeFile, 'utf8')) as Strike;
  if (point !== name) return;
  rmSync(strikeFile);
  mark(`struck-${signal}`);
  process.kill(process.pid, signal);
};

/** The story lasts days: too short to learn the noise of a stream, so it pages and orders without. */
const policy = {
  ...defaultPolicy,
  noisyChecks: [],
  orderingCalibrations: ['learning', 'provisional', 'calibrated'],
} as const;

const app = await startApp(
  loadConfig(null, {
    data: join(options.directory, options.name),
    clickhouse: { url: options.clickhouse },
    listen: { host: '127.0.0.1', port: options.port },
    ...(options.election === null ? {} : { election: { ...options.election, publicUrl: options.publicUrl } }),
    outbound: { allow: [new URL(options.receiver).host] },
    channels: [{ type: 'webhook', name: 'people', url: `${options.receiver}/alerts`, secrets: [secret] }],
    retraining: { url: `${options.receiver}/orders`, secrets: [secret], leastRows: 720 },
    budget: { falseAlarmsPerModelMonth: 20 },
    models: { [model]: { segments: ['country'] } },
  }),
  {
    clock: {
      now: () => options.start + (hours + 1) * hourMs + systemClock.now() - options.begun,
      sleep: systemClock.sleep,
    },
    runClock: { kind: 'event', now: eventTime },
    failpoint,
    scheduled: false,
    logs: 'json',
    policy,
  },
);
mark('up');
let led = false;
setInterval(() => {
  if (app.leads() !== led) mark(app.leads() ? 'leads' : 'follows');
  led = app.leads();
}, 20).unref();

const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
while (!ending.signal.aborted) {
  const at = eventTime();
  const { judged, sent } = await app.round();
  if (app.leads()) mark(`round-${at}-${judged + sent}`);
  await systemClock.sleep(100);
}
await app.stop();
process.exit(0);
