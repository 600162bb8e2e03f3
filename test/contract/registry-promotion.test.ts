import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import type { Order } from '../../src/domain/order.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** A version that brought nothing itself is promoted from what the model registry keeps with it. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-registry-'));
const rows = Array.from({ length: 600 }, (_, i) => `{"features":{"age":${30 + (i % 40)}}}\n`).join('');
const asked: string[] = [];
let registry: Server;
let app: App;

beforeAll(async () => {
  registry = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://registry');
    asked.push(`${url.pathname.split('/').slice(-2).join('/')} ${url.searchParams}`);
    const version = url.searchParams.get('version');
    if (url.pathname === '/get-artifact') response.end(rows);
    else if (url.pathname.endsWith('artifacts/list'))
      response.end('{"files":[{"path":"leeway/baseline.ndjson","is_dir":false,"file_size":"1000"}]}');
    else if (version === '3') response.end('{"model_version":{"run_id":"r1"}}');
    else response.writeHead(404).end('{"error_code":"RESOURCE_DOES_NOT_EXIST"}');
  });
  await new Promise<void>(resolve => registry.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const webhookSecret = new Secret('a secret of the registry');
  app = await startApp(
    loadConfig(
      null,
      {
        data: join(directory, 'data'),
        listen: { host: '127.0.0.1', port: 0 },
        outbound: { allow: ['127.0.0.1'] },
        mlflow: { url, webhookSecret, models: { 'churn-classifier': 'churn' } },
        log: { level: 'silent' },
      },
      {},
    ),
    { scheduled: false },
  );
});
afterAll(async () => {
  await app.stop();
  registry.closeAllConnections();
  registry.close();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

/** An order that has succeeded with a version, and nothing else, and a person's word that it may take over. */
async function promoted(id: string, version: string) {
  const at = systemClock.now();
  const order: Order = {
    id,
    model: 'churn',
    environment: 'prod',
    kind: 'retrain',
    state: 'succeeded',
    reason: 'held-no-training-data: the report names neither a baseline nor a training period',
    at,
    step: 1,
    transition: '',
    target: 'jobs',
    trigger: 'manual',
    by: 'ann',
    body: '{}',
    result: JSON.stringify({ event_id: 'e1', state: 'succeeded', version }),
  };
  await app.storage.orders.append(order);
  const answer = await fetch(`${app.url}/v1/orders/${id}/promote`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'ann', confirm: true }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { state: string; reason: string };
}

it('fetches the rows of the version and makes the active baseline of them', async () => {
  expect(await promoted('or_1', '3')).toMatchObject({
    state: 'promoted',
    reason: 'baseline 1 is active; confirmed by ann',
  });
  expect(asked).toEqual([
    'model-versions/get name=churn-classifier&version=3',
    'artifacts/list run_id=r1&path=leeway',
    '/get-artifact run_id=r1&path=leeway%2Fbaseline.ndjson',
  ]);
  const [baseline] = await app.storage.baselines.list('churn');
  expect(baseline).toMatchObject({
    origin: 'registry',
    rows: 600,
    note: 'registry artifact of version 3, order or_1',
  });
});

it('a version that the registry does not know stays held, with the reason', async () => {
  expect(await promoted('or_2', '9')).toMatchObject({
    state: 'succeeded',
    reason: expect.stringContaining('the registry keeps no rows with it'),
  });
});
