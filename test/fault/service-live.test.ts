import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Source, SourceState } from '../../src/source/ports.ts';
import { bundle } from './story/bundle.ts';

/** The embedded service as `leeway start` runs it: wall clock, scheduled jobs, one data directory. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-live-'));
let app: App;
let service = '';

beforeAll(async () => {
  service = await bundle('test/fault/story/service.ts');
}, 120_000);
afterEach(() => app.stop());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(options: AppOptions = {}): Promise<App> {
  const config = loadConfig(null, {
    data: join(directory, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
  });
  app = await startApp(config, { logs: 'silent', ...options });
  return app;
}

const send = (rows: readonly object[]) =>
  fetch(`${app.url}/v1/inferences`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.map(row => JSON.stringify(row)).join('\n'),
  });
const read = async <T>(path: string): Promise<T> => (await (await fetch(app.url + path)).json()) as T;
const row = (id: string, model: string) => ({
  id,
  model,
  time: new Date(systemClock.now()).toISOString(),
  features: { age: 41, plan: 'pro' },
  prediction: 0.5,
  latency_ms: 12,
  status: 200,
});
const storedIds = async (model: string): Promise<ReadonlySet<string>> => {
  const rows = await app.storage.database.rows<{ id: string }>(
    `SELECT id FROM ${app.storage.db}.inferences FINAL WHERE model = {model:String}`,
    { model },
  );
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  return new Set(rows.map(({ id }) => id));
};

describe('a running service', () => {
  it('takes the first payloads of a model nobody registered, and shows it everywhere', async () => {
    await start();
    expect(await read('/readyz')).toEqual({ ready: true, reasons: [] });
    const rows = Array.from({ length: 50 }, (_, i) => row(`first-${i}`, 'newcomer'));
    const answer = await send([...rows, { ...row('bad', 'newcomer'), time: 'yesterday' }]);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      stored: 50,
      refused: [{ index: 50, reason: 'bad-time' }],
    });
    const { models } = await read<{ models: object[] }>('/v1/models');
    expect(models).toEqual([
      expect.objectContaining({ model: 'newcomer', environment: 'prod', rows: 50, baseline: null }),
    ]);
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/^leeway_requests_total\{model="newcomer",.*\} 50$/m);
    expect(metrics).toMatch(/^leeway_rejects_total\{.*bad-time.*\} 1$/m);
    const page = await fetch(`${app.url}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    await expect
      .poll(() => jobNames(), { timeout: 20_000 })
      .toEqual(expect.arrayContaining(['profile', 'windows']));
  });

  it('refuses a second process on its data directory, and names the reason', async () => {
    await start();
    const second = await runSecond();
    expect(second.code).not.toBe(0);
    expect(second.errors).toContain('LW_DATA_LOCKED');
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });

  it('stops within 10 s under traffic and keeps every row it has answered for', async () => {
    await start();
    const answered: string[] = [];
    const enough = new AbortController();
    const client = async (name: number) => {
      for (let i = 0; !enough.signal.aborted; i++) {
        const ids = Array.from({ length: 20 }, (_, k) => `${name}-${i}-${k}`);
        const answer = await send(ids.map(id => row(id, 'busy'))).catch(() => null);
        if (answer === null) return;
        if (answer.status === 200) answered.push(...ids);
        else expect(answer.status).toBe(503);
      }
    };
    const clients = [1, 2, 3, 4].map(client);
    await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(500);
    const began = performance.now();
    await app.stop();
    // 10 s are promised; connections kept alive must not use them up.
    expect(performance.now() - began).toBeLessThan(5000);
    enough.abort();
    await Promise.all(clients);
    await start();
    const stored = await storedIds('busy');
    expect(answered.filter(id => !stored.has(id))).toEqual([]);
    // Every row that was stored was also marked, so that it will be profiled.
    const marked = await app.storage.database.rows(
      `SELECT bucket FROM ${app.storage.db}.inferences WHERE model = 'busy' AND bucket NOT IN
         (SELECT bucket FROM ${app.storage.db}.touched WHERE model = 'busy')`,
    );
    expect(marked).toEqual([]);
  });

  it('is not ready while a source is not, and says which', async () => {
    let state: SourceState = 'starting';
    const source: Source = {
      name: 'orders',
      get state() {
        return state;
      },
      start: async () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      stop: async () => undefined,
    };
    await start({ sources: [source] });
    const answer = await fetch(`${app.url}/readyz`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      {
        ready: false,
        reasons: ['source orders is starting: it has not begun to read yet, the log says why'],
      },
    ]);
    state = 'running';
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  });
});

describe('roles', () => {
  it('takes rows in a process that only ingests, and runs no job there', async () => {
    await start({ roles: ['ingest'] });
    expect((await send([row('one', 'split')])).status).toBe(200);
    expect(await app.round()).toEqual({ judged: 0, sent: 0 });
    expect(await storedIds('split')).toEqual(new Set(['one']));
  });

  it('takes no rows in a process that only works on them', async () => {
    await start({ roles: ['profile', 'detect', 'act'] });
    const answer = await send([row('two', 'split')]);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('LW_NOT_READY');
    expect(await storedIds('split')).toEqual(new Set(['one']));
  });

  it('refuses act without detect: its findings would be missed', async () => {
    await expect(start({ roles: ['ingest', 'profile', 'act'] })).rejects.toMatchObject({ code: 'LW_USAGE' });
  });
});

async function jobNames(): Promise<string[]> {
  const { jobs } = await read<{ jobs: { job: string; outcome: string }[] }>('/v1/jobs');
  return jobs.filter(({ outcome }) => outcome === 'done').map(({ job }) => job);
}

/** Starts the service on the same data directory in another process. */
function runSecond(): Promise<{ readonly code: number | null; readonly errors: string }> {
  const options = {
    directory,
    start: 0,
    begun: 0,
    port: 0,
    receiver: app.url,
    kills: {},
    prepare: true,
    clickhouse: null,
  };
  const child = spawn(process.execPath, [service, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', chunk => {
    errors += String(chunk);
  });
  return new Promise(resolve => child.on('close', code => resolve({ code, errors })));
}
