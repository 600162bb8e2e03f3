import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import type { OrderRequest } from './actor.ts';
import type { RetrainingEvent } from './callback.ts';
import { type Rails, refusals } from './guards.ts';
import { messageId, orderId } from './ids.ts';
import { createLinks } from './links.ts';
import { emptyLength, emptyMemory, type Memory } from './memory.ts';
import { defaultPolicy } from './policy.ts';
import type { Promotion } from './ports.ts';
import { createRetraining, type RetrainingDeps } from './retraining.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const start = Date.UTC(2026, 9, 1);
const hour = 3_600_000;
const links = createLinks('http://127.0.0.1:8080');
let clock: ReturnType<typeof createManualClock>;
let stores: ActTwins;
let promotions: Promotion[];
let promote: () => Promise<number>;
let events: ReturnType<typeof createRecordedEvents>;

const memory: Memory = {
  ...emptyMemory,
  state: 'firing',
  announced: 'firing',
  episode: 1,
  step: 1,
  since: start / 1000 - 7200,
  sinceEnd: start / 1000 - 3600,
  last: { start: start / 1000 - 7200, end: start / 1000 - 3600, found: 3 },
  remedial: true,
  calibrated: true,
  evidence: [
    {
      check: 'drift',
      subject: 'feature:age',
      effect: 0.3,
      effectLow: 0.25,
      effectHigh: 0.35,
      tolerance: 0.1,
      n: 900,
      nReference: 5000,
      sentence: 'age moved',
      p: 0.001,
      alpha: 0.01,
      calibration: 'calibrated',
    },
  ],
};

beforeEach(() => {
  clock = createManualClock(start);
  stores = createActTwins(clock);
  promotions = [];
  promote = async () => 2;
  events = createRecordedEvents();
});

function retraining(over: Partial<RetrainingDeps> = {}) {
  return createRetraining({
    ...stores,
    target: () => 'trainer',
    rails: () => rails,
    counts: { rows: async () => 5000, labels: async () => 500 },
    doubts: async () => [],
    token: async order => `token-of-${order}`,
    promoter: { promote: promotion => (promotions.push(promotion), promote()) },
    links,
    events,
    clock,
    ...over,
  });
}

const rails: Rails = {
  cooldown: 24 * hour,
  perDay: 2,
  per30Days: 10,
  leastRows: 1000,
  leastLabels: 0,
  windows: 1,
  timeout: 24 * hour,
};

const request = (over: Partial<OrderRequest> = {}): OrderRequest => ({
  alert: { policy: 'default', model: 'churn', environment: 'prod' },
  transition: 'tr_1',
  memory,
  policy: defaultPolicy,
  calls: ['retrain'],
  now: clock.now(),
  ...over,
});
const id = orderId('tr_1');
const doubted = (...doubts: string[]): Memory => ({
  ...memory,
  lengths: { 3600: { ...emptyLength, doubts } },
});
const training = { from: start - hour, to: start };
const done: RetrainingEvent = { event_id: 'e9', state: 'succeeded', version: '2', training };
const states = () => stores.orders.appended.map(step => step.state);

async function armed(over: Partial<RetrainingDeps> = {}) {
  const desk = retraining(over);
  await desk.arm('churn', 'ann');
  return desk;
}

/** Records what the outbox would. */
const deliver = (outcome: 'done' | 'failed' | 'retry' | 'disabled', status: number) =>
  stores.deliveries.record({
    message: messageId(id, 'trainer'),
    endpoint: 'trainer',
    attempt: stores.deliveries.recorded.length + 1,
    at: clock.now(),
    outcome,
    status,
    detail: 'its words',
    durationSeconds: 0,
    next: 0,
  });

describe('consider', () => {
  it('orders with evidence, period, and where to report back', async () => {
    const desk = await armed();
    const order = await desk.consider(request());
    expect(order).toMatchObject({
      id,
      state: 'requested',
      step: 1,
      kind: 'retrain',
      transition: 'tr_1',
      model: 'churn',
    });
    expect(JSON.parse(order!.body)).toEqual({
      type: 'retraining.requested',
      timestamp: '2026-10-01T00:00:00.000Z',
      data: {
        order: id,
        kind: 'retrain',
        model: 'churn',
        environment: 'prod',
        trigger: 'policy',
        by: 'default',
        reason: 'age moved',
        policy: 'default',
        episode: 1,
        transition: 'tr_1',
        period: { from: '2026-09-30T22:00:00.000Z', to: '2026-10-01T00:00:00.000Z' },
        findings: [expect.objectContaining({ subject: 'feature:age', effect: 0.3, tolerance: 0.1 })],
        findings_left_out: 2,
        links: {
          model: 'http://127.0.0.1:8080/#/models/churn?environment=prod',
          rows: expect.stringContaining('/v1/models/churn/export?environment=prod&from='),
          baselines: 'http://127.0.0.1:8080/v1/models/churn/baselines',
          callback: `http://127.0.0.1:8080/v1/retrainings/${id}/events`,
        },
        callback_token: `token-of-${id}`,
      },
    });
    expect(desk.inFlight()).toBe(true);
    expect(await desk.consider(request())).toEqual(order);
    expect(states()).toEqual(['requested']);
    expect(events.seen).toEqual([{ name: 'orderChanged', event: order }]);
  });

  it('is a dry run until armed, and again after disarming', async () => {
    const desk = retraining();
    expect(await desk.consider(request())).toMatchObject({
      state: 'dry-run',
      reason: expect.stringMatching(/^not-armed/),
    });
    expect(desk.inFlight()).toBe(false);
    await desk.arm('churn', 'ann');
    expect(await desk.isArmed('churn')).toBe(true);
    expect(await desk.consider(request({ transition: 'tr_2' }))).toMatchObject({ state: 'requested' });
    await desk.cancel(orderId('tr_2'), 'ann');
    clock.advance(24 * hour);
    await desk.disarm('churn', 'ann');
    expect(await desk.consider(request({ transition: 'tr_3' }))).toMatchObject({ state: 'dry-run' });
  });

  it('is a dry run when nobody is there to take it', async () => {
    const desk = await armed({ target: () => null });
    expect(await desk.consider(request())).toMatchObject({
      state: 'dry-run',
      reason: expect.stringMatching(/^no-receiver/),
    });
    await desk.tick();
  });

  it.each([
    ['not-model-drift', { ...memory, remedial: false }],
    ['blind', doubted('blind', 'missing feature:age')],
    ['data-quality', doubted('missing feature:age')],
  ])('refuses: %s', async (reason, given) => {
    const desk = await armed();
    const order = await desk.consider(request({ memory: given }));
    expect(order).toMatchObject({ state: 'refused', step: 1 });
    expect(refusals).toContain(order!.reason.split(':')[0]);
    expect(order!.reason).toMatch(new RegExp(`^${reason}: `));
    expect(desk.inFlight()).toBe(false);
  });

  it('waits for rows to learn from', async () => {
    let rows = 999;
    const asked: unknown[] = [];
    const desk = await armed({
      counts: { rows: async period => (asked.push(period), rows), labels: async () => 0 },
    });
    expect(await desk.consider(request())).toMatchObject({
      state: 'refused',
      reason: 'too-few-rows: 999 of 1000 new rows',
    });
    expect(asked).toEqual([
      { model: 'churn', environment: 'prod', from: memory.since * 1000, to: request().now },
    ]);
    rows = 1000;
    expect(await desk.consider(request())).toMatchObject({ id, state: 'requested', step: 2 });
  });

  it('holds back while the data is in doubt and orders when it no longer is', async () => {
    const desk = await armed();
    await desk.consider(request({ memory: doubted('missing feature:age') }));
    await desk.consider(request({ memory: doubted('schema') }));
    expect(states()).toEqual(['refused']);
    await desk.consider(request({ memory: doubted('blind') }));
    const order = await desk.consider(request());
    expect(order).toMatchObject({ id, state: 'requested', step: 3, reason: '' });
    expect(states()).toEqual(['refused', 'refused', 'requested']);
  });

  it('does not think over as of earlier what was refused later', async () => {
    const desk = await armed();
    const refused = await desk.consider(request({ memory: doubted('schema') }));
    expect(await desk.consider(request({ now: clock.now() - 1 }))).toEqual(refused);
    expect(states()).toEqual(['refused']);
    expect(await desk.consider(request())).toMatchObject({ state: 'requested' });
  });

  it('gives one order at a time and none within the cooldown', async () => {
    const desk = await armed();
    await desk.consider(request());
    const next = () => desk.consider(request({ transition: 'tr_2', now: clock.now() }));
    expect(await next()).toMatchObject({ state: 'refused', reason: expect.stringMatching(/^in-flight/) });
    await desk.receive(id, { event_id: 'e1', state: 'failed' });
    expect(await next()).toMatchObject({
      reason: 'cooldown: one order within 24 h; the next is possible from 2026-10-02T00:00:00.000Z',
    });
    clock.advance(24 * hour - 1);
    expect(await next()).toMatchObject({ state: 'refused' });
    clock.advance(1);
    expect(await next()).toMatchObject({ state: 'requested' });
    await desk.arm('fraud', 'ann');
    const other = { policy: 'default', model: 'fraud', environment: 'prod' };
    expect(await desk.consider(request({ transition: 'tr_3', alert: other }))).toMatchObject({
      state: 'requested',
    });
  });
});

describe('an order on its way', () => {
  it('is sent when the receiver took it', async () => {
    const desk = await armed();
    await desk.consider(request());
    await desk.tick();
    await deliver('retry', 503);
    await desk.tick();
    expect(states()).toEqual(['requested']);
    await deliver('done', 202);
    await desk.tick();
    await desk.tick();
    expect(states()).toEqual(['requested', 'sent']);
  });

  it.each(['failed', 'disabled'] as const)('fails when it cannot be delivered (%s)', async outcome => {
    const desk = await armed();
    await desk.consider(request());
    await deliver(outcome, 404);
    await desk.tick();
    expect(await stores.orders.latest(id)).toMatchObject({
      state: 'failed',
      reason: 'not-delivered: status 404 its words',
    });
    expect(desk.inFlight()).toBe(false);
  });

  it("times out on the run's clock, counted from when it was ordered", async () => {
    const desk = await armed();
    await desk.consider(request());
    await deliver('done', 200);
    await desk.tick();
    clock.advance(24 * hour - 1);
    await desk.receive(id, { event_id: 'e1', state: 'running' });
    await desk.tick();
    expect(desk.inFlight()).toBe(true);
    clock.advance(1);
    await desk.tick();
    expect(await stores.orders.latest(id)).toMatchObject({ state: 'timed-out' });
    expect(await desk.receive(id, done)).toMatchObject({ outcome: 'late' });
  });

  it("times out on the wall clock when the run's clock stands still", async () => {
    const wall = createManualClock(0);
    const desk = await armed({ wall, rails: () => ({ ...rails, timeout: hour }) });
    await desk.consider(request());
    await desk.tick();
    wall.advance(hour - 1);
    await desk.tick();
    expect(desk.inFlight()).toBe(true);
    wall.advance(1);
    await desk.tick();
    expect(states()).toEqual(['requested', 'timed-out']);
  });

  it('can be cancelled while it is under way, and only then', async () => {
    const desk = await armed();
    expect(await desk.cancel(id, 'ann')).toBeNull();
    await desk.consider(request());
    expect(await desk.cancel(id, 'ann')).toMatchObject({ state: 'cancelled', reason: 'by ann' });
    expect(await desk.cancel(id, 'ann')).toBeNull();
    expect(await desk.receive(id, done)).toMatchObject({ outcome: 'ended' });
  });
});

describe('the stop', () => {
  it('cancels what was not sent, lets go on what was, and promotes when it is over', async () => {
    const desk = await armed();
    await desk.consider(request());
    await desk.stop(true, 'ann', 'incident');
    await desk.tick();
    expect(await stores.orders.latest(id)).toMatchObject({
      state: 'cancelled',
      reason: 'stopped: retraining was stopped before it was sent',
    });
    expect(await desk.consider(request({ transition: 'tr_2' }))).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(/^stopped: .* by ann: incident$/),
    });
    await desk.stop(false, 'bob', '');
    clock.advance(24 * hour);
    const order = await desk.consider(request({ transition: 'tr_2' }));
    expect(order).toMatchObject({ state: 'requested', step: 2 });
    await desk.receive(order!.id, { event_id: 'e1', state: 'running' });
    await desk.stop(true, 'ann', '');
    await desk.tick();
    expect(await desk.receive(order!.id, done)).toMatchObject({
      outcome: 'taken',
      order: { state: 'succeeded', reason: '' },
    });
    await desk.tick();
    expect(promotions).toEqual([]);
    await desk.stop(false, 'bob', '');
    await desk.tick();
    expect(await stores.orders.latest(order!.id)).toMatchObject({ state: 'promoted' });
  });

  it.each(['stop', 'disarm'] as const)('%s counts after a clock that was set back', async what => {
    const desk = await armed();
    await desk.stop(false, 'bob', '');
    clock.set(start - 5 * hour);
    if (what === 'stop') await desk.stop(true, 'ann', '');
    else await desk.disarm('churn', 'ann');
    expect(await desk.consider(request())).toMatchObject({ state: what === 'stop' ? 'refused' : 'dry-run' });
    expect((await stores.arming.history('churn', 5)).length).toBe(what === 'stop' ? 1 : 2);
  });
});

describe('receive', () => {
  it('follows the receiver from accepted to promoted', async () => {
    const desk = await armed();
    await desk.consider(request());
    await desk.receive(id, { event_id: 'e1', state: 'accepted' });
    await desk.receive(id, { event_id: 'e2', state: 'running', message: 'epoch 1' });
    clock.advance(hour);
    const metrics = { accuracy_before: 0.7, accuracy_after: 0.8 };
    const answer = await desk.receive(id, { ...done, metrics });
    expect(answer).toMatchObject({
      outcome: 'taken',
      order: { state: 'promoted', reason: 'baseline 2 is active' },
    });
    expect(JSON.parse(answer.order!.result)).toMatchObject({ version: '2', baseline: 2, metrics });
    expect(promotions).toEqual([
      {
        model: 'churn',
        environment: 'prod',
        version: '2',
        training,
        by: `order ${id}`,
        from: start + hour,
      },
    ]);
    expect(states()).toEqual(['requested', 'accepted', 'running', 'succeeded', 'promoted']);
    expect(desk.inFlight()).toBe(false);
  });

  it('takes a baseline by its number', async () => {
    const desk = await armed();
    await desk.consider(request());
    await desk.receive(id, { event_id: 'e', state: 'succeeded', version: '2', baseline: 7 });
    expect(promotions).toMatchObject([{ baseline: 7 }]);
    expect(promotions[0]).not.toHaveProperty('training');
  });

  it('is idempotent by event id, and refuses another report under the same id', async () => {
    const desk = await armed();
    await desk.consider(request());
    const first = await desk.receive(id, done);
    expect(await desk.receive(id, done)).toEqual({ ...first, outcome: 'duplicate' });
    expect(promotions).toHaveLength(1);
    expect(await desk.receive(id, { ...done, version: '3' })).toMatchObject({ outcome: 'event-id-reused' });
  });

  it('lets reports overtake each other', async () => {
    const desk = await armed();
    await desk.consider(request());
    await desk.receive(id, { event_id: 'e2', state: 'running' });
    expect(await desk.receive(id, { event_id: 'e1', state: 'accepted' })).toMatchObject({
      outcome: 'out-of-order',
      order: { state: 'running' },
    });
    expect(states()).toEqual(['requested', 'running']);
  });

  it.each([
    ['unknown-order', 'or_none', undefined],
    ['ended', id, 'succeeded'],
    ['ended', id, 'running'],
    ['out-of-order', id, 'failed'],
  ] as const)('answers %s to %s after a failure, for %s', async (outcome, order, state) => {
    const desk = await armed();
    await desk.consider(request());
    await desk.receive(id, { event_id: 'e1', state: 'failed', message: 'no rows' });
    const answer = await desk.receive(order, { ...done, state: state ?? 'succeeded' });
    expect(answer.outcome).toBe(outcome);
    expect(states()).toEqual(['requested', 'failed']);
    expect(await stores.orders.latest(id)).toMatchObject({ reason: 'no rows' });
  });

  it('refuses reports about an order that was never sent', async () => {
    const desk = retraining();
    await desk.consider(request());
    expect(await desk.receive(id, done)).toMatchObject({ outcome: 'not-sent', order: { state: 'dry-run' } });
  });

  it.each<[string, Partial<RetrainingEvent>]>([
    ['held-performance-worse', { metrics: { accuracy_before: 0.8, accuracy_after: 0.79 } }],
    ['held-no-version', { version: '' }],
    ['held-no-training-data', { training: { from: start, to: start } }],
  ])('waits for a person: %s', async (reason, over) => {
    const desk = await armed();
    await desk.consider(request());
    const { order } = await desk.receive(id, { ...done, ...over });
    expect(order).toMatchObject({ state: 'succeeded', reason: expect.stringContaining(reason) });
    expect(promotions).toEqual([]);
    expect(desk.inFlight()).toBe(false);
    await desk.tick();
    expect(promotions).toEqual([]);
  });

  it('waits for a person when the report names no data at all', async () => {
    const desk = await armed();
    await desk.consider(request());
    const { order } = await desk.receive(id, { event_id: 'e', state: 'succeeded', version: '2' });
    expect(order!.reason).toMatch(/^held-no-training-data/);
  });

  it('waits for a person when the training data makes no baseline', async () => {
    promote = async () => {
      throw new LeewayError('LW_BASELINE_INVALID', 'only 12 rows');
    };
    const desk = await armed();
    await desk.consider(request());
    const { order } = await desk.receive(id, done);
    expect(order).toMatchObject({ state: 'succeeded', reason: 'held-not-promotable: only 12 rows' });
  });
});

describe('after a crash', () => {
  it('knows what is under way', async () => {
    await (await armed()).consider(request());
    const next = retraining();
    expect(next.inFlight()).toBe(false);
    await next.recover();
    expect(next.inFlight()).toBe(true);
    await deliver('done', 200);
    await next.tick();
    expect(states()).toEqual(['requested', 'sent']);
  });

  it.each(['requested', 'sent', 'succeeded', 'promoted'])(
    'goes on with an order whose step "%s" was stored, and the answer lost',
    async lost => {
      let away = 0;
      const orders = {
        ...stores.orders,
        append: async (order: Parameters<typeof stores.orders.append>[0]) => {
          await stores.orders.append(order);
          if (order.state === lost && away++ === 0) throw new Error('the connection broke');
        },
      };
      const desk = await armed({ orders });
      const broken = () => undefined;
      await desk.consider(request()).catch(broken);
      expect(desk.inFlight()).toBe(true);
      await desk.consider(request());
      await deliver('done', 200);
      await desk.tick().catch(broken);
      expect(desk.inFlight()).toBe(true);
      // The receiver reports until it is answered.
      await desk.receive(id, done).catch(() => desk.receive(id, done));
      await desk.tick();
      expect(states()).toEqual(['requested', 'sent', 'succeeded', 'promoted']);
      expect(desk.inFlight()).toBe(false);
      expect(away).toBe(1);
    },
  );

  it('applies a report that was stored and not acted on', async () => {
    const desk = await armed();
    await desk.consider(request());
    const body = JSON.stringify(done);
    await stores.callbacks.append({
      orderId: id,
      eventId: done.event_id,
      state: done.state,
      at: start,
      body,
    });
    expect(await desk.receive(id, done)).toMatchObject({ outcome: 'taken', order: { state: 'promoted' } });
  });

  it('tries a promotion that failed again, more and more seldom, as the same promotion', async () => {
    promote = async () => {
      throw new Error('store is away');
    };
    const desk = await armed();
    await desk.consider(request());
    expect(await desk.receive(id, done)).toMatchObject({
      outcome: 'taken',
      order: { state: 'succeeded', reason: '' },
    });
    const next = retraining();
    await next.recover();
    expect(next.inFlight()).toBe(true);
    for (let i = 0; i < 130; i++) await next.tick();
    expect(promotions).toHaveLength(1 + 8);
    promote = async () => 4;
    clock.advance(hour);
    for (let i = 0; i < 64; i++) await next.tick();
    expect(await stores.orders.latest(id)).toMatchObject({
      state: 'promoted',
      reason: 'baseline 4 is active',
    });
    expect(new Set(promotions.map(p => `${p.by} ${p.from}`)).size).toBe(1);
    expect(next.inFlight()).toBe(false);
    expect(events.seen.some(e => e.name === 'problemOccurred')).toBe(true);
  });
});
