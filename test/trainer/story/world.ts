import { join } from 'node:path';
import { defaultPolicy } from '../../../src/act/policy.ts';
import { type App, loadConfig, startApp } from '../../../src/app.ts';
import { Secret } from '../../../src/config/secret.ts';
import { systemClock } from '../../../src/lib/clock.ts';

export const model = 'car-loan';
const hourMs = 3_600_000;

/**
 * The story lasts a day. The rail `not-calibrated` is off in it, for the 28 days of history that it asks for are too long:
 * the story pages and orders without knowing the noise of its stream. All other rails are on. Longer windows would hold
 * each change for as long as they are.
 */
const policy = {
  ...defaultPolicy,
  windows: [3600],
  noisyChecks: [],
  orderingCalibrations: ['learning', 'provisional', 'calibrated'],
} as const;

/** A service whose hours pass when the test says so; rows come in, and what it thinks is read, by HTTP alone. */
export interface World {
  readonly app: App;
  /** Start of the hour that has not begun, epoch milliseconds. */
  readonly now: number;
  /** Rows of the next hour, spread over it; then everything that is due is done. */
  hour(rows: readonly object[]): Promise<void>;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: string | object, type?: string): Promise<T>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly directory: string;
  readonly trainer: string;
  readonly trainerSecret: string;
  readonly receiver: string;
  readonly receiverSecret: string;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  // Recent enough that nothing is too old, and always the same hour of the day, because windows are aligned.
  const day = 24 * hourMs;
  let now = Math.floor((systemClock.now() - 2 * day) / day) * day;
  const config = loadConfig(null, {
    data: join(options.directory, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    outbound: { allow: [new URL(options.trainer).host, new URL(options.receiver).host] },
    channels: [
      {
        name: 'people',
        type: 'webhook',
        url: options.receiver,
        secrets: [new Secret(options.receiverSecret)],
      },
    ],
    retraining: {
      url: `${options.trainer}/orders`,
      secrets: [new Secret(options.trainerSecret)],
      leastRows: 8000,
    },
  });
  const runClock = { kind: 'event', now: () => now } as const;
  const app = await startApp(config, { runClock, scheduled: false, logs: 'silent', policy });
  const call = async <T>(
    method: string,
    path: string,
    body?: string,
    type = 'application/json',
  ): Promise<T> => {
    const answer = await fetch(app.url + path, {
      method,
      headers: { 'content-type': type },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const post = <T>(path: string, body: string | object, type?: string) =>
    call<T>('POST', path, typeof body === 'string' ? body : JSON.stringify(body), type);
  return {
    app,
    get now() {
      return now;
    },
    hour: async rows => {
      const timed = rows.map((row, i) => ({
        ...row,
        model,
        time: new Date(now + Math.floor((i * hourMs) / rows.length)).toISOString(),
      }));
      const lines = timed.map(row => JSON.stringify(row)).join('\n');
      const { stored } = await post<{ stored: number }>('/v1/inferences', lines, 'application/x-ndjson');
      if (stored !== rows.length) throw new Error(`${stored} of ${rows.length} rows were stored`);
      // The hour's window is due when late rows have had their ten minutes.
      now += hourMs + 600_000;
      await app.settle();
      now -= 600_000;
      const failed = await failedJobs(app.url);
      if (failed !== '') throw new Error(`a job has failed: ${failed}`);
    },
    get: path => call('GET', path),
    post,
    close: () => app.stop(),
  };
}

/** Jobs that ended badly, as the service itself counts them. */
async function failedJobs(url: string): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (text.match(/^leeway_job_runs_total\{.*outcome="failed".*\} [1-9]\d*$/gm) ?? []).join(' ');
}
