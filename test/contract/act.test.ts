import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinks } from '../../src/act/links.ts';
import { emptyMemory } from '../../src/act/memory.ts';
import { buildTransition } from '../../src/act/message.ts';
import type {
  AlertStore,
  ArmingStore,
  CallbackStore,
  DeliveryStore,
  OrderStore,
  SlotStore,
} from '../../src/act/ports.ts';
import { finding, judged } from '../../src/act/samples.ts';
import { createActTwins } from '../../src/act/twins.ts';
import type { Delivery } from '../../src/domain/alert.ts';
import type { JudgedWindow } from '../../src/domain/finding.ts';
import type { Order } from '../../src/domain/order.ts';
import { createSealer } from '../../src/lib/seal.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import { createArming } from '../../src/store/arming.ts';
import { createCallbacks } from '../../src/store/callbacks.ts';
import type { Database } from '../../src/store/database.ts';
import { createDeliveries } from '../../src/store/deliveries.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createLabelCounts } from '../../src/store/label-counts.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createOrders } from '../../src/store/orders.ts';
import { createSlots } from '../../src/store/slots.ts';
import { createTokenSecrets } from '../../src/store/token-secrets.ts';

interface Stores {
  readonly alerts: AlertStore;
  readonly deliveries: DeliveryStore;
  readonly orders: OrderStore;
  readonly callbacks: CallbackStore;
  readonly arming: ArmingStore;
  readonly slots: SlotStore;
  addWindow(window: JudgedWindow): Promise<void>;
  addActivation(model: string, from: number): Promise<void>;
}

let wall = Date.UTC(2026, 9, 1);
const clock = { now: () => wall };
const directory = mkdtempSync(join(tmpdir(), 'leeway-act-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

function twins(): Stores {
  const made = createActTwins(clock);
  return {
    ...made,
    addWindow: async window => made.addWindow(window),
    addActivation: async (model, from) => made.addActivation(model, from),
  };
}

function embedded(): Stores {
  return {
    alerts: createAlerts({ database, clock }),
    deliveries: createDeliveries({ database }),
    orders: createOrders({ database, clock }),
    callbacks: createCallbacks({ database }),
    arming: createArming({ database }),
    slots: createSlots({ database }),
    addWindow: window =>
      database.insertRows(
        'leeway.findings',
        window.findings.map(f => ({
          model: f.model,
          environment: f.environment,
          check: f.check,
          subject: f.subject,
          version: f.version,
          segment: f.segment,
          window_start: f.windowStart,
          window_seconds: f.windowSeconds,
          generation: f.generation,
          verdict: f.verdict,
          calibration: f.calibration,
          noise_version: f.noiseVersion,
          p: f.p,
          alpha: f.alpha,
          effect: f.effect,
          effect_low: f.effectLow,
          effect_high: f.effectHigh,
          tolerance: f.tolerance,
          n: f.n,
          n_reference: f.nReference,
          smallest_detectable: f.smallestDetectable,
          baseline: f.baseline,
          detail: JSON.stringify(f.detail),
          sentence: f.sentence,
        })),
      ),
    addActivation: (model, from) =>
      database.insertRows('leeway.activations', [
        { model, version: '', baseline: 1, from, at: from, by: 'test' },
      ]),
  };
}

const order = (over: Partial<Order>): Order => ({
  id: 'or_1',
  model: 'm',
  environment: 'prod',
  kind: 'retrain',
  state: 'requested',
  reason: '',
  at: 1_700_000_000_123,
  step: 1,
  transition: 'tr_1',
  target: 'retraining',
  trigger: 'policy',
  by: 'default',
  body: '{"a":1}',
  result: '',
  ...over,
});

const attempt = (over: Partial<Delivery>): Delivery => ({
  message: 'x_pager',
  endpoint: 'pager',
  attempt: 1,
  at: 1_700_000_000_001,
  outcome: 'retry',
  status: 503,
  detail: "it's {not} ready",
  durationSeconds: 0.25,
  next: 1_700_000_005_000,
  ...over,
});

const links = createLinks('http://127.0.0.1:8080');

function transition(model: string, step: number, kind: 'opened' | 'resolved', notify = true) {
  const to = kind === 'opened' ? 'firing' : 'ok';
  return buildTransition(
    {
      alert: { policy: 'default', model, environment: 'prod' },
      policy: { severity: 'warning', routes: [] },
      memory: { ...emptyMemory, episode: 1, step },
      change: { kind, from: to === 'ok' ? 'firing' : 'ok', to, notify },
      reason: kind,
      window: { windowStart: 3600, windowSeconds: 3600 },
      now: 1_700_000_000_456,
    },
    links,
  );
}

describe.each([
  ['in memory', twins],
  ['chDB', embedded],
])('what act stores, %s', (name, open) => {
  const model = (text: string) => `${text} "${name}"`;

  it('returns the last transition as it was written, whatever the clock says', async () => {
    const { alerts } = open();
    const key = { policy: 'default', model: model('last'), environment: 'prod' };
    expect(await alerts.last(key)).toBeNull();
    const second = transition(key.model, 2, 'resolved');
    await alerts.append(second);
    const first = transition(key.model, 1, 'opened');
    await alerts.append(first);
    await alerts.append(first);
    expect(await alerts.last(key)).toEqual(second);
    expect(await alerts.last({ ...key, environment: 'test' })).toBeNull();
    expect(await alerts.streams()).toContainEqual({ model: key.model, environment: 'prod' });
  });

  it('returns the last transition of every alert of a stream, with who was told of it', async () => {
    const { alerts } = open();
    const all = model('last of all');
    const of = (step: number, policy: string, kind: 'opened' | 'resolved') => ({
      ...transition(all, step, kind),
      id: `${policy} ${step}`,
      policy,
      routes: ['ops', 'pager'],
    });
    const [last, other] = [of(3, 'strict', 'resolved'), of(1, 'blind', 'opened')];
    for (const each of [last, of(2, 'strict', 'opened'), other]) await alerts.append(each);
    await alerts.append({ ...of(9, 'strict', 'opened'), environment: 'test', id: 'elsewhere' });
    expect(await alerts.lastOfAll({ model: all, environment: 'prod' })).toEqual([other, last]);
    expect(await alerts.lastOfAll({ model: all, environment: 'none' })).toEqual([]);
  });

  it('skips what lies before the first loud verdict, whichever are loud', async () => {
    const stores = open();
    const stream = { model: model('loud'), environment: 'prod' };
    const week = 604_800;
    const window = (start: number, verdict: 'drift' | 'stable' | 'failed') =>
      stores.addWindow(judged(start, 3600, [{ ...stream, verdict }]));
    await window(0, 'drift');
    await window(2 * week, 'failed');
    await window(4 * week, 'stable');
    const ask = (loud: readonly ('drift' | 'failed' | 'blind')[] | null, windowEnd = 0) =>
      stores.alerts.findingsSpan({ ...stream, windowEnd, loud });
    const hour = 3600;
    const to = 4 * week + hour;
    expect(await ask(['drift'])).toEqual({ from: hour, to, findings: 3 });
    expect(await ask(['failed', 'blind'])).toEqual({ from: 2 * week + hour, to, findings: 2 });
    expect(await ask(['blind'])).toBeNull();
    expect(await ask(null, week)).toEqual({ from: 2 * week + hour, to, findings: 2 });
    expect(await ask(null, 5 * week)).toBeNull();
    await window(week + hour, 'stable');
    await window(week - hour, 'stable');
    expect(await ask(['failed'])).toEqual({ from: week + 2 * hour, to, findings: 3 });
  });

  it('gives judged windows back in order, the newest generation of each finding, numbers intact', async () => {
    const stores = open();
    const stream = { model: model('windows'), environment: 'prod' };
    const window = (start: number, seconds: number, over: Parameters<typeof finding>[0]) =>
      judged(start, seconds, [{ ...stream, ...over }]);
    await stores.addWindow(
      window(7200, 3600, { verdict: 'drift', effect: 0.3, p: Number.NaN, detail: { ks: 0.3 } }),
    );
    await stores.addWindow(window(0, 3600, { verdict: 'stable' }));
    await stores.addWindow(window(0, 10_800, { verdict: 'insufficient', effect: Number.NaN }));
    await stores.addWindow(window(3600, 3600, { verdict: 'drift', effect: 0.2, generation: 5n }));
    await stores.addWindow(
      window(3600, 3600, { verdict: 'stable', effect: 0.01, generation: 2n ** 60n + 1n }),
    );
    const all = await stores.alerts.findingsSince({ ...stream, windowEnd: 0 });
    expect(all.map(w => [w.windowStart, w.windowSeconds, w.findings[0]!.verdict])).toEqual([
      [0, 3600, 'stable'],
      [3600, 3600, 'stable'],
      [7200, 3600, 'drift'],
      [0, 10_800, 'insufficient'],
    ]);
    expect(all[1]!.generation).toBe(2n ** 60n + 1n);
    expect(all[2]!.findings[0]).toMatchObject({ effect: 0.3, p: Number.NaN, detail: { ks: 0.3 }, ...stream });
    const late = await stores.alerts.findingsSince({ ...stream, windowEnd: 7200 });
    expect(late.map(w => w.windowStart)).toEqual([3600, 7200, 0]);
    const page = await stores.alerts.findingsSince({ ...stream, windowEnd: 7200, until: 10_800 });
    expect(page.map(w => w.windowStart)).toEqual([3600]);
    const none = { model: model('nothing'), environment: 'prod', windowEnd: 0 };
    expect(await stores.alerts.findingsSince(none)).toEqual([]);
  });

  it('keeps what each alert knows, as it was stored last', async () => {
    const { alerts } = open();
    const stream = { model: model('knows'), environment: 'prod' };
    const of = (policy: string, step: number) => ({ ...stream, policy, step, memory: `{"step":${step}}` });
    expect(await alerts.remembered(stream)).toEqual([]);
    await alerts.remember([of('blind', 0), of('default', 1), { ...of('default', 7), environment: 'test' }]);
    wall++;
    await alerts.remember([of('default', 2)]);
    expect(await alerts.remembered(stream)).toEqual([of('blind', 0), of('default', 2)]);
  });

  it('takes every activation but the first as a promotion', async () => {
    const stores = open();
    expect(await stores.alerts.promotions(model('promotions'))).toEqual([]);
    for (const from of [3000, 1000, 2000]) await stores.addActivation(model('promotions'), from);
    expect(await stores.alerts.promotions(model('promotions'))).toEqual([2000, 3000]);
  });

  it('keeps a message pending until it has come to an end, for each endpoint by itself', async () => {
    const { alerts, deliveries } = open();
    wall += 86_400_000;
    const since = wall;
    const opened = transition(model('pending'), 1, 'opened');
    const quiet = transition(model('quiet'), 1, 'opened', false);
    await alerts.append(opened);
    await alerts.append(quiet);
    const ask = (endpoint: string) =>
      deliveries.pending({ endpoint, takes: 'alerts', since, now: wall, limit: 10 });
    expect(await ask('pager')).toEqual([{ id: opened.id, body: opened.body, attempts: 0, tries: 0 }]);
    const message = `${opened.id}_pager`;
    expect(await deliveries.outcome(message, 'pager')).toBeNull();
    await deliveries.record(attempt({ message, at: wall, next: wall }));
    await deliveries.record(attempt({ message, attempt: 2, at: wall, next: wall }));
    expect(await ask('pager')).toMatchObject([{ attempts: 2, tries: 2 }]);
    expect(await deliveries.outcome(message, 'pager')).toEqual({
      outcome: 'retry',
      status: 503,
      detail: "it's {not} ready",
    });
    await deliveries.record(
      attempt({ message, attempt: 3, at: wall, outcome: 'done', status: 200, next: 0 }),
    );
    expect(await ask('pager')).toEqual([]);
    expect(await ask('other')).toMatchObject([{ attempts: 0 }]);
    expect(
      await deliveries.pending({
        endpoint: 'other',
        takes: 'alerts',
        since: since + 1,
        now: wall,
        limit: 10,
      }),
    ).toEqual([]);
  });

  it('sends orders only while their last step is `requested`', async () => {
    const { orders, deliveries } = open();
    wall += 86_400_000;
    const since = wall;
    const id = `or_${name.length}`;
    const one = order({ id, model: model('orders') });
    await orders.append(one);
    await orders.append({ ...one, id: `${id}dry`, state: 'dry-run' });
    const ask = () =>
      deliveries.pending({ endpoint: 'retraining', takes: 'orders', since, now: wall, limit: 10 });
    expect(await ask()).toEqual([{ id, body: one.body, attempts: 0, tries: 0 }]);
    await orders.append({ ...one, step: 2, state: 'sent' });
    expect(await ask()).toEqual([]);
  });

  it('keeps orders as steps', async () => {
    const { orders } = open();
    const id = `or_steps${name.length}`;
    const first = order({ id, model: model('steps') });
    expect(await orders.latest(id)).toBeNull();
    expect(await orders.steps(id)).toEqual([]);
    expect(await orders.requested(first.model, 0)).toEqual([]);
    await orders.append(first);
    await orders.append(first);
    expect(await orders.latest(id)).toEqual(first);
    const second = { ...first, step: 2, state: 'promoted' as const, at: first.at + 5, result: '{"b":2}' };
    await orders.append(second);
    expect(await orders.latest(id)).toEqual(second);
    expect(await orders.steps(id)).toEqual([first, second]);
    expect(await orders.requested(first.model, first.at)).toEqual([first]);
    expect(await orders.requested(first.model, first.at + 1)).toEqual([]);
    const other = order({
      id: `${id}b`,
      model: first.model,
      kind: 'rebuild',
      trigger: 'schedule',
      at: first.at + 9,
    });
    await orders.append(other);
    expect(await orders.ofModel(first.model, ['promoted', 'requested'])).toEqual([other, second]);
    expect(await orders.ofModel(first.model, ['failed'])).toEqual([]);
    expect(await orders.requested(first.model, 0)).toEqual([first, other]);
    expect((await orders.inStates(['promoted', 'failed'])).filter(o => o.id === id)).toEqual([second]);
    expect((await orders.inStates(['requested'])).filter(o => o.id === id)).toEqual([]);
  });

  it('keeps callbacks by order and event', async () => {
    const { callbacks } = open();
    const callback = {
      orderId: model('o'),
      eventId: "e'1",
      state: 'running',
      at: 1_700_000_000_000,
      body: '{"x":"\\n"}',
    };
    expect(await callbacks.find(callback.orderId, callback.eventId)).toBeNull();
    await callbacks.append(callback);
    expect(await callbacks.find(callback.orderId, callback.eventId)).toEqual(callback);
    expect(await callbacks.find(callback.orderId, 'other')).toBeNull();
    const later = { ...callback, eventId: 'a', at: callback.at + 1 };
    await callbacks.append(later);
    expect(await callbacks.of(callback.orderId)).toEqual([callback, later]);
    expect(await callbacks.of('nobody')).toEqual([]);
  });

  it('arms and disarms; the latest word counts', async () => {
    const { arming } = open();
    expect(await arming.isArmed(model('armed'))).toBe(false);
    await arming.set(model('armed'), true, 'ann', 1000);
    expect(await arming.isArmed(model('armed'))).toBe(true);
    await arming.set(model('armed'), false, 'bob', 3000);
    await arming.set(model('armed'), true, 'ann', 2000);
    expect(await arming.isArmed(model('armed'))).toBe(false);
    const turn = { model: model('armed'), reason: '' };
    expect(await arming.history(model('armed'), 2)).toEqual([
      { ...turn, on: false, by: 'bob', at: 3000 },
      { ...turn, on: true, by: 'ann', at: 2000 },
    ]);
    await arming.set(model('second'), true, 'ann', 4000);
    expect((await arming.history(null, 100)).map(each => each.model)).toContain(model('second'));
  });

  it('stops and starts everything, and keeps who, when and why', async () => {
    const { arming } = open();
    expect(await arming.stopped()).toBeNull();
    await arming.stop({ on: true, by: 'ann', reason: "it's an incident", at: 1000 });
    await arming.stop({ on: false, by: 'bob', reason: '', at: 2000 });
    const stop = { model: '', on: true, by: 'ann', reason: "it's an incident", at: 1000 };
    expect(await arming.stopped()).toEqual({ ...stop, on: false, by: 'bob', reason: '', at: 2000 });
    expect((await arming.stops(10))[1]).toEqual(stop);
    // The stop is no model's.
    expect(await arming.isArmed('')).toBe(false);
  });

  it('remembers how far schedules have come, and never less', async () => {
    const { slots } = open();
    expect(await slots.last(model('nightly'))).toBeNull();
    await slots.take(model('nightly'), 1_700_000_000_000);
    await slots.take(model('nightly'), 1_600_000_000_000);
    expect(await slots.last(model('nightly'))).toBe(1_700_000_000_000);
    expect(await slots.last(model('weekly'))).toBeNull();
  });

  it('remembers the state of endpoints', async () => {
    const { deliveries } = open();
    const endpoint = `pager-${name.length}`;
    expect(await deliveries.endpointState(endpoint, 'alerts')).toBeNull();
    const active = { state: 'active' as const, detail: 'abc', since: 500, at: 1000 };
    await deliveries.setEndpointState(endpoint, 'alerts', active);
    expect(await deliveries.endpointState(endpoint, 'alerts')).toEqual(active);
    expect(await deliveries.endpointState(endpoint, 'orders')).toBeNull();
    await deliveries.setEndpointState(endpoint, 'alerts', { ...active, state: 'disabled', at: 2000 });
    expect(await deliveries.endpointState(endpoint, 'alerts')).toMatchObject({ state: 'disabled' });
  });
});

describe('what people look at, chDB', () => {
  it('says where each alert stands, and since when', async () => {
    const alerts = createAlerts({ database, clock });
    const opened = { ...transition('standing', 1, 'opened', false), at: 1000 };
    const announced = { ...opened, id: 'tr_a', from: 'firing' as const, memory: '{"step":2}', at: 2000 };
    for (const each of [opened, announced]) await alerts.append(each);
    expect(await alerts.alerts('standing')).toEqual([
      { environment: 'prod', policy: 'default', state: 'firing', since: 1000, subjects: [], episode: 1 },
    ]);
    expect((await alerts.transitions('standing', 1)).map(t => t.id)).toEqual(['tr_a']);
    expect(await alerts.alerts('nobody')).toEqual([]);
  });

  it('leaves no alert out, however much the others have changed since', async () => {
    const alerts = createAlerts({ database, clock });
    await alerts.append({ ...transition('busy', 1, 'opened'), policy: 'strict', id: 'tr_long', at: 1000 });
    const changes = Array.from({ length: 1001 }, (_, i) => ({
      ...transition('busy', i + 1, i % 2 === 0 ? 'opened' : 'resolved'),
      id: `tr_busy${i}`,
      at: 2000 + i,
    }));
    await Promise.all(changes.map(each => alerts.append(each)));
    expect(await alerts.alerts('busy')).toMatchObject([
      { policy: 'default', state: 'firing' },
      { policy: 'strict', state: 'firing', since: 1000 },
    ]);
  });

  it('shows each order in its last state, newest first', async () => {
    const orders = createOrders({ database, clock });
    await orders.append(order({ id: 'or_a', model: 'shown', at: 1000 }));
    await orders.append(order({ id: 'or_b', model: 'shown', at: 2000 }));
    await orders.append(order({ id: 'or_a', model: 'shown', at: 3000, step: 2, state: 'failed' }));
    const shown = await orders.orders('shown', 10);
    expect(shown.map(o => [o.id, o.state])).toEqual([
      ['or_a', 'failed'],
      ['or_b', 'requested'],
    ]);
    expect(await orders.orders('shown', 1)).toHaveLength(1);
    expect((await orders.orders(null, 100)).length).toBeGreaterThan(2);
  });

  it('keeps the secrets of tokens, oldest first, each once', async () => {
    const secrets = createTokenSecrets({ database });
    expect(await secrets.all()).toEqual([]);
    for (const secret of ['first', 'second', 'first']) await secrets.add(secret);
    expect([...(await secrets.all())].sort()).toEqual(['first', 'second']);
    await database.command('TRUNCATE TABLE leeway.token_secrets');
  });

  it('seals the secrets of tokens where there is a key, those it had before too', async () => {
    const [old, key] = [randomBytes(32), randomBytes(32)];
    const under = (...keys: readonly Buffer[]) =>
      createTokenSecrets({ database, sealer: createSealer(keys) });
    const text = async () =>
      JSON.stringify(await database.rows('SELECT secret FROM leeway.token_secrets FINAL'));
    await under().add('plain');
    expect(await text()).toContain('plain');
    expect(await under(old).all()).toEqual(['plain']);
    await under(old).add('sealed');
    expect(await text()).not.toMatch(/plain|sealed/);
    expect(await under(key, old).all()).toEqual(['plain', 'sealed']);
    expect(await under(key).all()).toEqual(['plain', 'sealed']);
    expect(await under(old).all()).toEqual([]);
    expect(await under().all()).toEqual([]);
    await database.command('TRUNCATE TABLE leeway.token_secrets');
  });

  it('counts labels by their own time, one for each id', async () => {
    const label = (id: string, time: number) => ({ model: 'labelled', id, label: 1, labelled: 'yes', time });
    await database.insertRows('leeway.labels', [
      label('a', 1_700_000_000_000),
      label('b', 1_700_000_001_000),
      label('b', 1_700_000_002_000),
    ]);
    const counts = createLabelCounts({ database });
    expect(await counts.between('labelled', 0, 1_800_000_000_000)).toBe(2);
    expect(await counts.between('labelled', 1_700_000_002_000, 1_700_000_002_001)).toBe(1);
    expect(await counts.between('labelled', 0, 1_700_000_000_000)).toBe(0);
    expect(await counts.between('nobody', 0, 1_800_000_000_000)).toBe(0);
  });
});
