import { afterAll, expect, it } from 'vitest';
import type { HttpDeps } from '../ports.ts';
import type { HttpApp } from '../route.ts';
import { buildHttp } from '../server.ts';

const apps: HttpApp[] = [];
afterAll(() => Promise.all(apps.map(app => app.close())));

const order = {
  id: 'or_1',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'promoted',
  reason: 'baseline 2 is active; confirmed by ops',
  at: 5,
  step: 5,
  transition: 'tr_1',
  target: 'trainer',
  trigger: 'policy',
  by: 'default',
  body: '{}',
  result: '{"confirmed_by":"ops"}',
};

async function setup() {
  const asked: unknown[] = [];
  const app = await buildHttp({
    retraining: {
      promote: async (id: string, confirmed: unknown) => {
        asked.push([id, confirmed]);
        return id === 'or_1' ? order : null;
      },
      life: async (id: string) => {
        const state = id === 'or_failed' ? 'failed' : 'succeeded';
        return id === 'or_none' ? null : { order: { ...order, state }, steps: [], reports: [] };
      },
    },
    limits: { bodyBytes: 2000, uploadBytes: 2000 },
    corsOrigins: [],
    loopback: true,
    page: null,
    version: '0.1.0',
    problem: () => undefined,
  } as unknown as HttpDeps);
  apps.push(app);
  const post = (id: string, payload: object) =>
    app.inject({ method: 'POST', url: `/v1/orders/${id}/promote`, payload });
  return { post, asked };
}

it('promotes on a named person’s word, and shows the order', async () => {
  const { post, asked } = await setup();
  const answer = await post('or_1', { by: 'ops', confirm: true });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ state: 'promoted', result: { confirmed_by: 'ops' } });
  await post('or_1', { by: 'ops', confirm: true, newest_rows: true });
  expect(asked).toEqual([
    ['or_1', { by: 'ops', newestRows: false }],
    ['or_1', { by: 'ops', newestRows: true }],
  ]);
});

it.each([
  ['or_1', { by: 'ops' }, 400, ''],
  ['or_1', { by: 'ops', confirm: false }, 400, ''],
  ['or_1', { confirm: true }, 400, ''],
  ['or_none', { by: 'ops', confirm: true }, 404, 'There is no order "or_none".'],
  ['or_failed', { by: 'ops', confirm: true }, 409, 'only a succeeded one can be promoted'],
  ['or_held', { by: 'ops', confirm: true }, 409, 'Retraining is stopped'],
])('%s with %j: %d', async (id, payload, status, message) => {
  const { post, asked } = await setup();
  const answer = await post(id, payload);
  expect(answer.statusCode).toBe(status);
  expect(answer.body).toContain(JSON.stringify(message).slice(1, -1));
  expect(asked).toHaveLength(status === 400 ? 0 : 1);
});
