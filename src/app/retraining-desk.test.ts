import { describe, expect, it } from 'vitest';
import { failingDeps, namedKeys } from '../../test/twins/http-deps.ts';
import type { Retraining } from '../act/retraining.ts';
import { createRetrainingWorld } from '../act/retraining-world.ts';
import { loadConfig } from '../config/load.ts';
import { buildHttp } from '../http/server.ts';
import { LeewayError } from '../lib/errors.ts';
import { createAccess } from './access.ts';
import { createCallbackTokens } from './callback-tokens.ts';
import { createRetrainingDesk } from './retraining-desk.ts';
import { railsOf, targetFor } from './retraining-rules.ts';

const start = Date.UTC(2026, 9, 1);
const hour = 3_600_000;
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The HTTP interface over the life of orders, with in-memory stores: the service without rows. */
async function setup(retraining: object = { url: 'https://train.example.org', secrets: [secret] }) {
  const config = loadConfig(null, { retraining } as never, {});
  const world = createRetrainingWorld(start);
  const kept: string[] = [];
  const tokens = createCallbackTokens({
    secrets: { all: async () => kept, add: async text => void kept.push(text) },
    clock: world.clock,
  });
  const outcomes: string[] = [];
  const life = await world.restart({
    target: kind => targetFor(config, kind),
    rails: kind => railsOf(config, kind),
    token: tokens.draft,
  });
  const publisher = {
    accessRefused: () => undefined,
    accessUsed: () => undefined,
    callbackReceived: (e: { outcome: string }) => void outcomes.push(e.outcome),
  };
  let broken: LeewayError | null = null;
  const guarded: Retraining = {
    ...life,
    ask: ask => (broken === null ? life.ask(ask) : Promise.reject(broken)),
  };
  const deps = failingDeps(() => {
    throw new Error('not used');
  });
  const app = await buildHttp({
    ...deps,
    models: { ...deps.models, list: async () => [{ model: 'churn', environment: 'prod' }] as never },
    alerts: {
      ...deps.alerts,
      orders: async () => [...world.stores.orders.appended].reverse(),
    },
    retraining: createRetrainingDesk({
      config,
      storage: world.stores,
      retraining: guarded,
      runNow: world.clock.now,
    }),
    access: createAccess({
      config,
      keys: namedKeys(),
      clock: world.clock,
      publisher,
      tokens,
      storage: world.stores,
    }),
  });
  const call = async (method: 'GET' | 'POST', url: string, key: string, payload?: object) => {
    const headers = { host: 'localhost', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) };
    const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  };
  const wish = { reason: 'new prices', by: 'ann' };
  const order = () => call('POST', '/v1/models/churn/retrain', 'key-retrain', wish);
  /** An order that is sent, and the token in its message. */
  const sent = async () => {
    await call('POST', '/v1/models/churn/arm', 'key-admin', { armed: true, by: 'ann' });
    const { id } = (await order()).body as { id: string };
    const { body } = world.stores.orders.appended.find(each => each.id === id && each.step === 1)!;
    const whole = await tokens.complete(body);
    return {
      id,
      body,
      token: (JSON.parse(whole) as { data: { callback_token: string } }).data.callback_token,
    };
  };
  const fail = (error: LeewayError | null) => {
    broken = error;
  };
  return { world, call, order, sent, outcomes, kept, tokens, fail };
}

const running = { event_id: 'e1', state: 'running' };
const done = { event_id: 'e2', state: 'succeeded', version: '2', baseline: 4 };

describe('orders by hand', () => {
  it('pass the rails, and say what would lift a refusal', async () => {
    const { call, order, world } = await setup();
    const dry = await order();
    expect(dry).toMatchObject({
      status: 200,
      body: {
        state: 'dry-run',
        trigger: 'manual',
        by: 'ann',
        why: 'new prices',
        target: 'retraining',
        lift: 'Arm the model: `leeway retrain arm churn`.',
      },
    });
    await call('POST', '/v1/retraining/stop', 'key-admin', { by: 'bob', reason: 'incident' });
    expect((await order()).body).toMatchObject({
      state: 'refused',
      reason: 'stopped: retraining is stopped since 2026-10-01T00:00:00.000Z by bob: incident',
      lift: 'Start retraining again: `leeway retrain start`.',
    });
    world.clock.advance(1000);
    await call('POST', '/v1/retraining/start', 'key-admin', { by: 'bob' });
    await call('POST', '/v1/models/churn/arm', 'key-admin', { armed: true, by: 'ann' });
    const wish = { reason: 'x', by: 'ann', kind: 'rebuild', request_id: 'r1' };
    const first = await call('POST', '/v1/models/churn/retrain', 'key-retrain', wish);
    expect(first.body).toMatchObject({ state: 'requested', kind: 'rebuild', lift: '' });
    expect((await call('POST', '/v1/models/churn/retrain', 'key-retrain', wish)).body).toEqual(first.body);
    const overview = await call('GET', '/v1/retraining', 'key-read');
    expect(overview.body).toMatchObject({
      stop: { on: false, by: 'bob' },
      armed: [{ model: 'churn', by: 'ann' }],
      history: [
        { on: true, model: 'churn' },
        { on: false, model: '' },
        { on: true, reason: 'incident' },
      ],
      kinds: [
        { kind: 'retrain', target: 'retraining', rails: { cooldownHours: 24, perDay: 2, per30Days: 10 } },
        { kind: 'rebuild', target: 'retraining' },
      ],
    });
    const shown = JSON.stringify((await call('GET', '/v1/orders', 'key-read')).body);
    expect(shown).not.toContain('lwc1.');
  });

  it('of a model that is not there are refused, and can be ended', async () => {
    const { call, sent } = await setup();
    const wish = { reason: 'x', by: 'ann' };
    expect((await call('POST', '/v1/models/fraud/retrain', 'key-retrain', wish)).status).toBe(404);
    const { id } = await sent();
    const cancel = () => call('POST', `/v1/orders/${id}/cancel`, 'key-admin', { by: 'ann' });
    expect((await cancel()).body).toMatchObject({ state: 'cancelled', reason: 'by ann' });
    expect((await cancel()).status).toBe(409);
    expect((await call('POST', '/v1/orders/or_x/cancel', 'key-admin', { by: 'ann' })).status).toBe(404);
    expect((await call('GET', `/v1/orders/${id}`, 'key-read')).body).toMatchObject({
      order: { state: 'cancelled' },
      steps: [{ state: 'requested' }, { state: 'cancelled' }],
      reports: [],
    });
  });

  it('show the run that their target started, and no address that is no web page', async () => {
    const { world, call, sent } = await setup();
    const { id } = await sent();
    const attempt = {
      attempt: 1,
      at: start,
      outcome: 'done',
      status: 201,
      detail: '',
      durationSeconds: 1,
      next: 0,
    } as const;
    const record = (endpoint: string, more: object) =>
      world.stores.deliveries.record({ ...attempt, message: `${id}_${endpoint}`, endpoint, ...more });
    await record('ci', { run: 'retrain #7', url: 'https://ci.example.org/7' });
    await record('airflow', { at: start + 1000, run: 'manual_7', url: 'javascript:alert(1)' });
    await record('hook', {});
    expect((await call('GET', `/v1/orders/${id}`, 'key-read')).body).toMatchObject({
      runs: [
        { target: 'ci', run: 'retrain #7', url: 'https://ci.example.org/7', at: start },
        { target: 'airflow', run: 'manual_7', url: '', at: start + 1000 },
      ],
    });
  });

  it('arming says who takes which kind of orders, and that nobody does', async () => {
    const { call, order } = await setup({
      targets: {
        a: { type: 'webhook', url: 'https://a.example.org', secrets: [secret] },
        b: { type: 'webhook', url: 'https://b.example.org', secrets: [secret] },
      },
      retrain: { target: 'b' },
      rebuild: { target: 'none' },
    });
    const armed = await call('POST', '/v1/models/churn/arm', 'key-admin', { armed: true, by: 'ann' });
    expect(armed.body.receivers).toEqual({ retrain: 'b', rebuild: null });
    expect((await order()).body).toMatchObject({ state: 'requested', target: 'b' });
  });
});

describe('reports with a token', () => {
  it('whose token is stored nowhere and shown to nobody', async () => {
    const { sent, call, tokens, world, kept } = await setup();
    const { id, token, body } = await sent();
    const mac = token.slice(token.lastIndexOf('.') + 1);
    expect(body).toContain(`"callback_token":"lwc1.${id}.`);
    world.clock.advance(hour);
    expect(await tokens.complete(body)).toContain(token);
    const shown = await Promise.all(
      [`/v1/orders/${id}`, '/v1/orders', '/v1/models/churn/orders'].map(url => call('GET', url, 'key-read')),
    );
    for (const hidden of [mac, kept[0]!]) {
      expect(hidden.length).toBeGreaterThan(40);
      expect(JSON.stringify([world.stores.orders.appended, shown])).not.toContain(hidden);
    }
    expect(shown[0]!.status).toBe(200);
    expect((await call('POST', `/v1/retrainings/${id}/events`, `lwc1.${id}.1800000000`, {})).status).toBe(
      401,
    );
  });

  it('need no key, for their order alone', async () => {
    const { call, sent, outcomes } = await setup();
    const { id, token } = await sent();
    const url = `/v1/retrainings/${id}/events`;
    expect(await call('POST', url, token, running)).toMatchObject({
      status: 200,
      body: { state: 'running' },
      headers: { 'leeway-outcome': 'taken' },
    });
    expect(await call('POST', url, token, running)).toMatchObject({
      status: 200,
      headers: { 'leeway-outcome': 'duplicate' },
    });
    expect(await call('POST', url, token, { event_id: 'e0', state: 'accepted' })).toMatchObject({
      status: 200,
      headers: { 'leeway-outcome': 'out-of-order' },
    });
    expect(await call('POST', url, token, { event_id: 'e1', state: 'failed' })).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(/^event-id-reused: /) },
    });
    expect((await call('POST', '/v1/retrainings/or_other/events', token, running)).status).toBe(401);
    expect((await call('POST', url, `${token}x`, running)).body.message).toMatch(/^forged: /);
    expect((await call('POST', url, '', running)).status).toBe(401);
    // It opens no other door.
    expect((await call('GET', '/v1/orders', token)).status).toBe(401);
    expect(outcomes).toEqual(['forged', 'forged']);
    expect((await call('POST', url, token, done)).body).toMatchObject({ state: 'promoted' });
  });

  it('that come after the order timed out change nothing, and later are not even read', async () => {
    const { call, sent, world, outcomes } = await setup();
    const { id, token } = await sent();
    const life = await world.restart();
    world.clock.advance(24 * hour);
    await life.tick();
    const late = await call('POST', `/v1/retrainings/${id}/events`, token, done);
    expect(late).toMatchObject({ status: 409, body: { message: expect.stringMatching(/^late: /) } });
    world.clock.advance(24 * hour);
    const over = await call('POST', `/v1/retrainings/${id}/events`, token, done);
    expect(over).toMatchObject({ status: 401, body: { message: expect.stringMatching(/^expired: /) } });
    expect(outcomes).toEqual(['expired']);
    expect((await call('GET', `/v1/orders/${id}`, 'key-read')).body).toMatchObject({
      order: { state: 'timed-out' },
      reports: [{ event: 'e2', state: 'succeeded' }],
    });
  });

  it('of two processes that came up together are taken by both', async () => {
    const kept: string[] = [];
    const clock = createRetrainingWorld(start).clock;
    const secrets = { all: async () => [...kept], add: async (text: string) => void kept.push(text) };
    const [a, b] = [createCallbackTokens({ secrets, clock }), createCallbackTokens({ secrets, clock })];
    expect(await b.judge('or_1', 'lwc1.or_1.1.x')).toBe('forged');
    const mint = async (of: typeof a) => {
      const body = JSON.stringify({ data: { callback_token: await of.draft('or_1', hour) } });
      return (JSON.parse(await of.complete(body)) as { data: { callback_token: string } }).data
        .callback_token;
    };
    const token = await mint(a);
    clock.advance(10_000);
    expect(await b.judge('or_1', token)).toBe('valid');
    expect(await a.judge('or_1', await mint(b))).toBe('valid');
    expect(kept).toHaveLength(1);
  });
});

describe('POST /v1/alertmanager', () => {
  const alert = (labels: object) => ({ status: 'firing', labels, fingerprint: 'f', startsAt: 's' });
  const body = (...alerts: object[]) => ({ version: '4', groupKey: 'g', status: 'firing', alerts, new: 1 });

  it('orders, says what it passed over, and is asked twice for one order', async () => {
    const { call, world } = await setup();
    const notify = () =>
      call('POST', '/v1/alertmanager', 'key-retrain', body(alert({ model: 'churn' }), alert({ model: 'x' })));
    expect(await notify()).toMatchObject({
      status: 200,
      body: {
        alerts: [
          { ignored: null, order: { state: 'dry-run', trigger: 'alertmanager' } },
          { ignored: 'unknown-model', order: null },
        ],
      },
    });
    await notify();
    expect(world.stores.orders.appended).toHaveLength(1);
  });

  it('answers 5xx what must come again, and 4xx what never can be read', async () => {
    const { call, fail } = await setup();
    const notify = (what: object, key = 'key-retrain') => call('POST', '/v1/alertmanager', key, what);
    for (const code of ['LW_STORE_AWAY', 'LW_NOT_LEADER'] as const) {
      fail(new LeewayError(code, 'not now'));
      expect((await notify(body(alert({ model: 'churn' })))).status).toBe(503);
    }
    fail(null);
    expect((await notify({ no: 'alerts' })).status).toBe(400);
    expect((await notify(body(), 'key-read')).status).toBe(403);
  });
});
