import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createTableExport } from '../../src/store/table-export.ts';
import { makeLabel, outcomeOf } from '../rig/rows.ts';
import { type FakeLeeway, startFakeLeeway } from './fake-leeway.ts';
import { hasModules, trainerRuns } from './python.ts';
import { openTestStore, type TestStore } from './test-store.ts';
import { startTrainer, type Trainer } from './trainer-process.ts';

const runs = trainerRuns();
const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
let store: TestStore;
const files: Record<string, Buffer> = {};
beforeAll(async () => {
  if (!runs) return;
  store = await openTestStore(join(directory, 'data'));
  await store.write(people('churn', 1200, false));
  await store.write(people('broken', 1200, true));
  for (const model of ['churn', 'broken']) files[model] = await exported(model);
});
afterAll(async () => {
  await store?.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Rows whose label depends on age and plan; version 1 knows nothing of it. In the newest quarter `income` may be gone. */
function people(model: string, count: number, breaks: boolean) {
  return Array.from({ length: count }, (_, i) => {
    const age = 20 + ((i * 37) % 50);
    const plan = i % 3 === 0 ? 'free' : 'pro';
    const labelled = age + (plan === 'free' ? 10 : 0) + ((i * 7919) % 9) > 52 ? 'leaves' : 'stays';
    const gone = breaks && i >= count * 0.75;
    return outcomeOf(
      {
        id: `${i}`,
        model,
        time: 1_700_000_000_000 + i * 60_000,
        numNames: gone ? ['age'] : ['age', 'income'],
        numValues: gone ? [age] : [age, (i * 31) % 90],
        catNames: ['plan'],
        catValues: [plan],
        predicted: i % 2 === 0 ? 'leaves' : 'stays',
        scoreNames: ['leaves', 'stays'],
        scoreValues: i % 2 === 0 ? [0.6, 0.4] : [0.4, 0.6],
      },
      makeLabel({ id: `${i}`, model, labelled }),
    );
  });
}

async function exported(model: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  const range = { environment: 'prod', from: 0, to: 4e12, labelledOnly: true };
  for await (const piece of createTableExport(store.deps).read({ ...range, model }, 'Parquet'))
    pieces.push(piece);
  return Buffer.concat(pieces);
}

const orderOf = (leeway: FakeLeeway, model: string, more: object = {}) => ({
  type: 'retraining.requested',
  timestamp: '2026-01-01T00:00:00Z',
  data: {
    order: `or_${model}`,
    kind: 'retrain',
    model,
    environment: 'prod',
    period: { from: '2023-11-14T00:00:00Z', to: '2023-11-16T00:00:00Z' },
    links: {
      rows: `${leeway.url}/rows/${model}?environment=prod&from=0`,
      baselines: `${leeway.url}/baselines`,
      callback: `${leeway.url}/callback`,
    },
    callback_token: 'token-of-the-order',
    ...more,
  },
});

const asked: string[] = [];
const giveRows = (url: URL, response: ServerResponse) => {
  asked.push(url.search);
  const model = url.pathname.split('/').at(-1)!;
  response.writeHead(200);
  if (model !== 'cut') return void response.end(files[model]);
  response.write(files['churn']!.subarray(0, 20_000));
  setTimeout(() => response.destroy(), 20);
};

/** One trainer for most tests: to start it takes seconds. */
let trainer: Trainer;
const state = join(directory, 'state');
beforeAll(async () => {
  if (runs) trainer = await startTrainer({ state });
});
afterAll(async () => trainer?.stop());

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function start(): Promise<FakeLeeway> {
  const leeway = await startFakeLeeway(giveRows);
  closing.push(leeway.close);
  return leeway;
}

describe.skipIf(!runs)('the trainer', () => {
  test('believes nobody without the secret; trains once, reports with the token, returns a baseline', async () => {
    const leeway = await start();
    const order = orderOf(leeway, 'churn');
    const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(await trainer.send(order, { secret: other })).toBe(401);
    expect(await trainer.send({ type: 'alert.firing' })).toBe(204);
    expect(await Promise.all([trainer.send(order), trainer.send(order)])).toEqual([202, 202]);
    const { event, authorization, signed } = await leeway.told('or_churn', 'succeeded');
    expect([authorization, signed]).toEqual(['Bearer token-of-the-order', false]);
    expect(event).toMatchObject({ event_id: 'or_churn-succeeded', version: '2', baseline: 7 });
    const metrics = event['metrics'] as Record<string, number>;
    expect(metrics['accuracy_after']).toBeGreaterThan(0.85);
    expect(metrics['accuracy_before']).toBeLessThan(0.7);
    expect(metrics['roc_auc_after']).toBeGreaterThan(metrics['roc_auc_before']!);
    expect(leeway.reports.map(report => report.event.state)).toEqual(['accepted', 'running', 'succeeded']);
    expect(asked.at(-1)).toBe('?environment=prod&from=0&format=parquet&labels=only');
    // The same order under another id, and another message under the same id, are nothing new.
    expect(await trainer.send(order, { id: 'or_1_again' })).toBe(202);
    expect(leeway.reports).toHaveLength(3);

    const rows = leeway.baselines[0]!.trimEnd().split('\n');
    expect(rows).toHaveLength(300);
    expect(JSON.parse(rows[0]!)).toMatchObject({
      model: 'churn',
      version: '2',
      environment: 'prod',
      features: { age: 20, income: 0, plan: 'free' },
      prediction: {
        label: expect.any(String),
        probabilities: { leaves: expect.any(Number), stays: expect.any(Number) },
      },
      label: 'stays',
    });
    const answer = await fetch(`${trainer.url}/predict/churn`, {
      method: 'POST',
      body: JSON.stringify([
        { age: 69, plan: 'free' },
        { age: 20, plan: 'never seen', income: null },
      ]),
    });
    const labels = ((await answer.json()) as { label: string }[]).map(({ label }) => label);
    expect(labels).toEqual(['leaves', 'stays']);
  });

  test('a vanished feature: refuses to retrain, rebuilds without it', async () => {
    const leeway = await start();
    await trainer.send(orderOf(leeway, 'broken'));
    expect((await leeway.told('or_broken', 'failed')).event['message']).toContain(
      'income; this needs a rebuild',
    );
    await trainer.send(orderOf(leeway, 'broken', { order: 'or_rebuild', kind: 'rebuild' }));
    expect((await leeway.told('or_rebuild', 'succeeded')).event['message']).toContain('2 features');
    expect(leeway.baselines[0]).not.toContain('income');
  });

  test('rows that break off are never trained on', async () => {
    const leeway = await start();
    await trainer.send(orderOf(leeway, 'cut'));
    expect((await leeway.told('or_cut', 'failed')).event['message']).toContain('IncompleteRead');
    expect(leeway.baselines).toEqual([]);
  });

  test('an order it has taken outlives it; without a token a report is signed', async () => {
    const leeway = await start();
    const order = orderOf(leeway, 'churn', { order: 'or_killed', callback_token: undefined });
    expect(await trainer.send(order)).toBe(202);
    await trainer.stop('SIGKILL');
    trainer = await startTrainer({ state });
    const { signed, authorization, event } = await leeway.told('or_killed', 'succeeded');
    expect([signed, authorization, event['version']]).toEqual([true, undefined, '2']);
  });

  // It takes a quarter of a minute, most of it in MLflow's own tables.
  test.skipIf((process.env['LEEWAY_TRAINER_MLFLOW'] ?? '') === '' || !hasModules('mlflow'))(
    'logs run, model and baseline to MLflow',
    async () => {
      const own = join(directory, 'tracked');
      const env = {
        MLFLOW_TRACKING_URI: `sqlite:///${own}/mlflow.db`,
        MLFLOW_DISABLE_TELEMETRY: 'true',
        MLFLOW_REGISTERED_MODEL: 'churn',
      };
      const leeway = await start();
      const tracking = await startTrainer({ state: own, env });
      closing.push(() => tracking.stop());
      await tracking.send(orderOf(leeway, 'churn'));
      const { event } = await leeway.told('or_churn', 'succeeded');
      expect(event['artifact']).toMatch(/^runs:\/[0-9a-f]{32}$/);
      const kept = await readdir(own, { recursive: true });
      const baseline = kept.find(file => file.endsWith('leeway/baseline.ndjson'));
      expect(readFileSync(join(own, baseline!), 'utf8')).toBe(leeway.baselines[0]);
      expect(kept.filter(file => file.endsWith('MLmodel'))).toHaveLength(1);
    },
    180_000,
  );
});
