import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryTwin } from '../../src/act/mlflow/twin.ts';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import type { RegistryRecord } from '../../src/domain/registry.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** Baselines that follow the model registry: the store, and a real MLflow server that calls a real service. */
const python = process.env['LEEWAY_PYTHON'] ?? 'python3';
const missing =
  spawnSync(python, ['-c', 'import importlib.util as u; exit(u.find_spec("mlflow") is None)']).status !== 0;
if (missing && process.env['LEEWAY_REQUIRE_MLFLOW'] === '1')
  throw new Error('mlflow is required and not there: LEEWAY_PYTHON names a Python that can import it');
if (missing) console.log('skipped: mlflow cannot be imported (LEEWAY_PYTHON names a Python that can)');

const secret = 'a secret of the registry, as it is';
const directory = mkdtempSync(join(tmpdir(), 'leeway-mlflow-'));
let app: App;
let mlflow = '';
let server: ChildProcess | null = null;

beforeAll(async () => {
  const port = await freePort();
  mlflow = `http://127.0.0.1:${port}`;
  if (!missing) server = startMlflow(port);
  app = await startApp(
    loadConfig(
      null,
      {
        data: join(directory, 'data'),
        listen: { host: '127.0.0.1', port: 0 },
        outbound: { allow: ['127.0.0.1'] },
        mlflow: { url: mlflow, webhookSecret: new Secret(secret), models: { 'churn-classifier': 'churn' } },
        log: { level: 'silent' },
      },
      {},
    ),
    { scheduled: false },
  );
  if (!missing) await until(async () => (await fetch(`${mlflow}/health`).catch(() => null))?.ok === true);
}, 180_000);
afterAll(async () => {
  if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  await app.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

function startMlflow(port: number): ChildProcess {
  const store = ['--backend-store-uri', `sqlite:///${join(directory, 'mlflow.db')}`];
  const artifacts = ['--artifacts-destination', join(directory, 'artifacts')];
  const address = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  return spawn(python, ['-m', 'mlflow', 'server', ...store, ...artifacts, ...address], {
    detached: true,
    stdio: 'ignore',
    cwd: directory,
    env: {
      ...process.env,
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    },
  });
}

/** Not so long ago that it would not be kept. */
const midnight = Math.floor(systemClock.now() / 86_400_000) * 86_400_000 - 86_400_000;

const record = (over: Partial<RegistryRecord> = {}): RegistryRecord => ({
  delivery: 'd1',
  at: midnight + 123,
  event: 'version',
  name: 'churn-classifier',
  version: '4',
  alias: '',
  model: 'churn',
  outcome: 'made',
  detail: '',
  baseline: 3,
  ...over,
});

describe.each(['twin', 'store'])('registry events: %s', kind => {
  it('finds by delivery, lists the newest first, and keeps one row a delivery', async () => {
    const store = kind === 'twin' ? createRegistryTwin() : app.storage.registry;
    await store.append(record({ delivery: 'd2', at: midnight + 200, detail: "it's ü" }));
    await store.append(record());
    await store.append(record());
    expect(await store.find('d1')).toEqual(record());
    expect(await store.find('nothing')).toBeNull();
    const listed = (await store.recent(10)).filter(each => each.at < midnight + 1000);
    expect(listed.map(each => each.delivery)).toEqual(['d2', 'd1']);
    expect(await store.recent(1)).toHaveLength(1);
  });
});

describe.skipIf(missing)('a real MLflow server', () => {
  it('tells of versions and aliases, and baselines follow', { timeout: 120_000 }, async () => {
    await post('webhooks', {
      name: 'leeway',
      url: `${app.url}/v1/mlflow`,
      secret,
      events: ['MODEL_VERSION', 'MODEL_VERSION_ALIAS'].map(entity => ({ entity, action: 'CREATED' })),
    });
    await post('registered-models/create', { name: 'churn-classifier' });
    await post('registered-models/create', { name: 'other' });

    const bare = await run(null);
    await register('churn-classifier', bare);
    expect(await told(1)).toEqual([['version', '1', '', 'no-artifact', null]]);

    const first = await run(rows(0));
    await register('churn-classifier', first);
    expect((await told(2))[0]).toEqual(['version', '2', '', 'already-active', 1]);
    expect((await baselines())[0]).toMatchObject({
      active: true,
      rows: 600,
      note: `MLflow churn-classifier version 2, run ${first}, leeway/baseline.ndjson`,
    });

    const second = await run(rows(5));
    await register('churn-classifier', second);
    expect((await told(3))[0]).toEqual(['version', '3', '', 'made', 2]);
    await post('registered-models/alias', { name: 'churn-classifier', alias: 'challenger', version: '3' });
    expect((await told(4))[0]).toEqual(['alias', '3', 'challenger', 'alias-passed-over', null]);
    expect(await active()).toBe(1);
    await post('registered-models/alias', { name: 'churn-classifier', alias: 'champion', version: '3' });
    expect((await told(5))[0]).toEqual(['alias', '3', 'champion', 'activated', 2]);
    expect(await active()).toBe(2);
    // Back to the one before: its baseline is there already.
    await post('registered-models/alias', { name: 'churn-classifier', alias: 'champion', version: '2' });
    expect((await told(6))[0]).toEqual(['alias', '2', 'champion', 'activated', 1]);
    expect(await baselines()).toHaveLength(2);

    const broken = await run('{"features":{"age":1}}\n');
    await register('churn-classifier', broken);
    expect((await told(7))[0]).toEqual(['version', '4', '', 'artifact-refused', null]);
    await register('other', second);
    expect((await told(8))[0]).toEqual(['version', '1', '', 'not-mapped', null]);
  });
});

/** Events MLflow has delivered, the newest first, when there are as many. */
async function told(count: number): Promise<unknown[]> {
  let events: Record<string, unknown>[] = [];
  await until(async () => {
    const answer = await fetch(`${app.url}/v1/mlflow?limit=100`);
    const all = ((await answer.json()) as { events: Record<string, unknown>[] }).events;
    events = all.filter(each => !/^d\d$/.test(String(each['delivery'])));
    return events.length >= count;
  });
  expect(events).toHaveLength(count);
  return events.map(each => [
    each['event'],
    each['version'],
    each['alias'],
    each['outcome'],
    each['baseline'],
  ]);
}

async function baselines() {
  const answer = await fetch(`${app.url}/v1/models/churn/baselines`);
  const { baselines: list } = (await answer.json()) as { baselines: { baseline: number; active: boolean }[] };
  return [...list].sort((a, b) => a.baseline - b.baseline);
}

const active = async () => (await baselines()).find(each => each.active)?.baseline;

function rows(shift: number): string {
  return Array.from(
    { length: 600 },
    (_, i) => `{"features":{"age":${30 + shift + (i % 40)},"plan":"${i % 3 === 0 ? 'pro' : 'free'}"}}\n`,
  ).join('');
}

/** A run with rows logged as its baseline, or without. */
async function run(baseline: string | null): Promise<string> {
  const made = (await post('runs/create', { experiment_id: '0', start_time: systemClock.now() })) as {
    run: { info: { run_id: string; artifact_uri: string } };
  };
  const { run_id: id, artifact_uri: uri } = made.run.info;
  if (baseline !== null) {
    const path = `${uri.replace(/^mlflow-artifacts:\/*/, '')}/leeway/baseline.ndjson`;
    const url = `${mlflow}/api/2.0/mlflow-artifacts/artifacts/${path}`;
    expect((await fetch(url, { method: 'PUT', body: baseline })).status).toBe(200);
  }
  return id;
}

const register = (name: string, id: string) =>
  post('model-versions/create', { name, run_id: id, source: `mlflow-artifacts:/0/${id}/artifacts/model` });

async function post(path: string, body: object): Promise<unknown> {
  const answer = await fetch(`${mlflow}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([200, expect.anything()]);
  return JSON.parse(text);
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const listener = createServer();
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Asks ten times a second, until the test's own time is over. */
async function until(is: () => Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise(resolve => setTimeout(resolve, 100));
}
