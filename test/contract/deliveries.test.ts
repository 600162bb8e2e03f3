import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messageId } from '../../src/act/ids.ts';
import { emptyMemory } from '../../src/act/memory.ts';
import type { AlertStore, DeliveryStore, OrderStore, PendingQuery } from '../../src/act/ports.ts';
import { createActTwins } from '../../src/act/twins.ts';
import type { Delivery, Transition } from '../../src/domain/alert.ts';
import type { Order } from '../../src/domain/order.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import type { Database } from '../../src/store/database.ts';
import { createDeliveries } from '../../src/store/deliveries.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createOrders } from '../../src/store/orders.ts';

interface Stores {
  readonly alerts: AlertStore;
  readonly deliveries: DeliveryStore;
  readonly orders: OrderStore;
}

const day = 86_400_000;
let wall = Date.UTC(2026, 9, 1);
const clock = { now: () => wall };
const directory = mkdtempSync(join(tmpdir(), 'leeway-deliveries-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});
/** Every test has days of its own: what others wrote is too old for it. */
beforeEach(() => {
  wall += 30 * day;
});

function embedded(): Stores {
  return {
    alerts: createAlerts({ database, clock }),
    deliveries: createDeliveries({ database }),
    orders: createOrders({ database, clock }),
  };
}

let count = 0;

function transition(over: Partial<Transition> & { step?: number } = {}): Transition {
  const { step = 1, ...rest } = over;
  count++;
  return {
    id: `tr_${String(count).padStart(32, '0')}`,
    model: `m${count}`,
    environment: 'prod',
    policy: 'default',
    episode: 1,
    from: 'ok',
    to: 'firing',
    reason: 'opened',
    at: wall,
    windowStart: 3600,
    windowSeconds: 3600,
    notify: true,
    severity: 'critical',
    routes: [],
    subjects: ["it's"],
    memory: JSON.stringify({ ...emptyMemory, step }),
    body: `{"n":${count},"text":"'\\n{x}"}`,
    ...rest,
  };
}

function order(over: Partial<Order> = {}): Order {
  count++;
  return {
    id: `or_${String(count).padStart(32, '0')}`,
    model: 'm',
    environment: 'prod',
    kind: 'retrain',
    state: 'requested',
    reason: '',
    at: wall,
    step: 1,
    transition: '',
    target: 'ci',
    trigger: 'policy',
    by: 'default',
    body: '{"order":1}',
    result: '',
    ...over,
  };
}

describe.each([
  ['in memory', () => createActTwins(clock)],
  ['chDB', embedded],
])('deliveries, %s', (_name, open) => {
  const endpoint = 'pager';
  const attempt = (id: string, number: number, over: Partial<Delivery> = {}): Delivery => ({
    message: messageId(id, over.endpoint ?? endpoint),
    endpoint,
    attempt: number,
    at: wall,
    outcome: 'retry',
    status: 503,
    detail: '',
    durationSeconds: 0.5,
    next: wall + 5000,
    ...over,
  });
  const query = (over: Partial<PendingQuery> = {}): PendingQuery => ({
    endpoint,
    takes: 'alerts',
    since: wall - day,
    now: wall,
    limit: 100,
    ...over,
  });
  const ids = async (stores: Stores, over: Partial<PendingQuery> = {}) =>
    (await stores.deliveries.pending(query(over))).map(each => each.id);

  it('gives what is due, oldest first, however many wait', async () => {
    const stores = open();
    const all = Array.from({ length: 6 }, () => transition());
    for (const each of all) {
      await stores.alerts.append(each);
      wall += 10;
    }
    for (const { id } of all.slice(0, 4)) await stores.deliveries.record(attempt(id, 1));
    expect(await ids(stores, { limit: 1 })).toEqual([all[4]!.id]);
    expect(await ids(stores)).toEqual([all[4]!.id, all[5]!.id]);
    expect(await ids(stores, { now: wall + 5000 })).toEqual(all.map(each => each.id));
    expect(await ids(stores, { limit: 3, now: wall + 5000 })).toEqual(all.slice(0, 3).map(each => each.id));
  });

  it('gives the body as it was written, and how often it was tried', async () => {
    const stores = open();
    const one = transition();
    await stores.alerts.append(one);
    await stores.deliveries.record(attempt(one.id, 1));
    await stores.deliveries.record(attempt(one.id, 2));
    expect(await stores.deliveries.pending(query({ now: wall + 5000 }))).toEqual([
      { id: one.id, body: one.body, attempts: 2, tries: 2 },
    ]);
  });

  it('gives of one alert only the first that has not ended; a new one makes it due', async () => {
    const stores = open();
    const [first, second, third] = [1, 2, 3].map(step => transition({ model: 'line', step }));
    await stores.alerts.append(first!);
    await stores.deliveries.record(attempt(first!.id, 1, { next: wall + day }));
    expect(await ids(stores)).toEqual([]);
    wall += 1000;
    await stores.alerts.append(second!);
    expect(await ids(stores, { now: wall - 500 })).toEqual([]);
    expect(await ids(stores)).toEqual([first!.id]);
    wall += 1000;
    await stores.deliveries.record(attempt(first!.id, 2, { at: wall, next: wall + day }));
    expect(await ids(stores)).toEqual([]);
    wall += 1000;
    await stores.deliveries.record(
      attempt(first!.id, 3, { at: wall, outcome: 'failed', status: 400, next: 0 }),
    );
    expect(await ids(stores)).toEqual([second!.id]);
    await stores.alerts.append({ ...third!, policy: 'another' });
    expect(await ids(stores)).toEqual([second!.id, third!.id]);
  });

  it('keeps to the receivers that are named', async () => {
    const stores = open();
    const [all, mine, other] = [[], ['chat', endpoint], ['chat']].map(routes => transition({ routes }));
    for (const each of [all!, mine!, other!]) {
      await stores.alerts.append(each);
      wall += 1;
    }
    await stores.alerts.append(transition({ notify: false }));
    expect(await ids(stores)).toEqual([all!.id, mine!.id]);
    expect(await ids(stores, { endpoint: 'chat' })).toEqual([all!.id, mine!.id, other!.id]);
    expect(await ids(stores, { endpoint: 'mail' })).toEqual([all!.id]);
  });

  it('sends orders to their target while they are requested; one without a target to "retraining"', async () => {
    const stores = open();
    const [one, old] = [order(), order({ target: '' })];
    for (const each of [one, old, order({ state: 'dry-run' })]) await stores.orders.append(each);
    const of = (name: string) => ids(stores, { takes: 'orders', endpoint: name });
    expect(await of('ci')).toEqual([one.id]);
    expect(await of('retraining')).toEqual([old.id]);
    expect(await of(endpoint)).toEqual([]);
    await stores.orders.append({ ...one, step: 2, state: 'sent' });
    expect(await of('ci')).toEqual([]);
  });

  it('gives again what somebody asks for, whatever its age and end, with a schedule of its own', async () => {
    const stores = open();
    const one = transition();
    await stores.alerts.append(one);
    await stores.deliveries.record(attempt(one.id, 1, { outcome: 'done', status: 200, next: 0 }));
    wall += 20 * day;
    expect(await ids(stores)).toEqual([]);
    await stores.deliveries.record(
      attempt(one.id, 2, { at: wall, outcome: 'again', status: 0, detail: 'asked for by ann', next: 0 }),
    );
    expect(await stores.deliveries.pending(query())).toEqual([
      { id: one.id, body: one.body, attempts: 2, tries: 0 },
    ]);
    await stores.deliveries.record(attempt(one.id, 3, { at: wall, next: wall + 5000 }));
    expect(await ids(stores)).toEqual([]);
    expect(await stores.deliveries.pending(query({ now: wall + 5000 }))).toMatchObject([
      { attempts: 3, tries: 1 },
    ]);
    await stores.deliveries.record(attempt(one.id, 4, { at: wall, outcome: 'done', status: 200, next: 0 }));
    expect(await ids(stores, { now: wall + 5000 })).toEqual([]);
  });

  it('gives an order again while it is under way, and not when it has come to an end', async () => {
    const stores = open();
    const one = order();
    const again = attempt(one.id, 2, {
      message: messageId(one.id, 'ci'),
      endpoint: 'ci',
      outcome: 'again',
      next: 0,
    });
    await stores.orders.append(one);
    await stores.orders.append({ ...one, step: 2, state: 'sent' });
    await stores.deliveries.record(again);
    expect(await ids(stores, { takes: 'orders', endpoint: 'ci' })).toEqual([one.id]);
    await stores.orders.append({ ...one, step: 3, state: 'succeeded' });
    expect(await ids(stores, { takes: 'orders', endpoint: 'ci' })).toEqual([]);
  });

  it('goes on with what ended in 410 when the receiver is active again', async () => {
    const stores = open();
    const one = transition();
    await stores.alerts.append(one);
    await stores.deliveries.record(attempt(one.id, 1));
    await stores.deliveries.record(attempt(one.id, 2, { outcome: 'disabled', status: 410, next: 0 }));
    expect(await stores.deliveries.pending(query())).toMatchObject([{ id: one.id, attempts: 2, tries: 0 }]);
  });

  it('tells receivers apart of which one is called like the beginning of another', async () => {
    const stores = open();
    const one = transition();
    const [short, long] = ['pager', 'pager_two.b'].map(name =>
      attempt(one.id, 1, { message: messageId(one.id, name), endpoint: name }),
    );
    for (const each of [short!, long!]) await stores.deliveries.record(each);
    const of = async (id: string) => (await stores.deliveries.attempts(id)).map(each => each.endpoint);
    expect(await of(short!.message)).toEqual(['pager']);
    expect(await of(long!.message)).toEqual(['pager_two.b']);
    expect(await of(one.id)).toEqual(['pager', 'pager_two.b']);
    expect(await of(one.id.slice(0, -1))).toEqual([]);
    const ofOne = { endpoint: null, id: short!.message, outcome: null, limit: 9 };
    expect(await stores.deliveries.list(ofOne)).toHaveLength(1);
  });

  it('knows whose message a transition or order is before it was sent', async () => {
    const stores = open();
    const [all, chat, quiet] = [{}, { routes: ['chat'] }, { notify: false }].map(over => transition(over));
    for (const each of [all!, chat!, quiet!]) await stores.alerts.append(each);
    const [mine, old] = [order(), order({ target: '' })];
    for (const each of [mine, { ...mine, step: 2, state: 'sent' as const }, old])
      await stores.orders.append(each);
    const whose = (id: string) =>
      Promise.all(['chat', endpoint, 'ci', 'retraining'].map(name => stores.deliveries.isFor(id, name)));
    expect(await whose(all!.id)).toEqual([true, true, true, true]);
    expect(await whose(chat!.id)).toEqual([true, false, false, false]);
    expect(await whose(quiet!.id)).toEqual([false, false, false, false]);
    expect(await whose(mine.id)).toEqual([false, false, true, false]);
    expect(await whose(old.id)).toEqual([false, false, false, true]);
    expect(await whose('tr_0')).toEqual([false, false, false, false]);
  });

  it('does not wait for a time that the clock was set back from', async () => {
    const stores = open();
    const one = transition();
    await stores.alerts.append(one);
    await stores.deliveries.record(attempt(one.id, 1, { at: wall + 7_200_000, next: wall + 7_205_000 }));
    expect(await ids(stores)).toEqual([one.id]);
  });

  it('lists attempts, of a message, of a receiver, by outcome, with what was answered', async () => {
    const stores = open();
    const one = transition();
    await stores.alerts.append(one);
    const failed = attempt(one.id, 1, { detail: "no: it's {not}" });
    const done = attempt(one.id, 2, {
      at: wall + 10,
      outcome: 'done',
      status: 200,
      next: 0,
      run: '17',
      url: 'https://ci.example.com/17',
    });
    const other = attempt(one.id, 1, { message: messageId(one.id, 'chat'), endpoint: 'chat', at: wall + 5 });
    await stores.deliveries.record(failed, 'the\nwhole "answer"');
    await stores.deliveries.record(other);
    await stores.deliveries.record(done);
    await stores.deliveries.record(done);
    expect(await stores.deliveries.attempts(one.id)).toEqual([
      { ...failed, answer: 'the\nwhole "answer"' },
      { ...other, answer: '' },
      { ...done, answer: '' },
    ]);
    expect(await stores.deliveries.attempts(messageId(one.id, 'chat'))).toHaveLength(1);
    const list = (over: Partial<Parameters<DeliveryStore['list']>[0]>) =>
      stores.deliveries.list({ endpoint: null, id: one.id, outcome: null, limit: 10, ...over });
    expect((await list({})).map(each => each.at - wall)).toEqual([10, 5, 0]);
    expect(await list({ endpoint: 'chat' })).toHaveLength(1);
    expect(await list({ outcome: 'done' })).toMatchObject([{ run: '17' }]);
    expect(await list({ limit: 1 })).toHaveLength(1);
    expect(await stores.deliveries.recent('nobody', 5)).toEqual([]);
    const again = attempt(one.id, 3, { at: wall + 20, outcome: 'again', status: 0 });
    await stores.deliveries.record(again);
    expect((await stores.deliveries.recent(endpoint, 2)).map(each => each.status)).toEqual([200, 503]);
  });
});

it('reads no body and no memory while nothing is due', async () => {
  const asked: string[] = [];
  const watched: Database = {
    ...database,
    rows: (sql, parameters) => {
      asked.push(sql);
      return database.rows(sql, parameters);
    },
  };
  const stores = embedded();
  const { pending } = createDeliveries({ database: watched });
  const one = transition();
  await stores.alerts.append(one);
  const message = messageId(one.id, 'pager');
  const record = (number: number, outcome: Delivery['outcome'], next: number) =>
    stores.deliveries.record({
      message,
      endpoint: 'pager',
      attempt: number,
      at: wall,
      outcome,
      status: 503,
      detail: '',
      durationSeconds: 0,
      next,
    });
  const look = async (takes: PendingQuery['takes'], now = wall) => {
    asked.length = 0;
    const due = await pending({ endpoint: 'pager', takes, since: wall - day, now, limit: 9 });
    return { due: due.length, wide: asked.filter(sql => /\b(body|memory)\b/.test(sql)).length };
  };
  expect(await look('alerts')).toEqual({ due: 1, wide: 1 });
  expect(await look('orders')).toEqual({ due: 0, wide: 0 });
  await record(1, 'retry', wall + 5000);
  expect(await look('alerts')).toEqual({ due: 0, wide: 0 });
  expect(await look('alerts', wall + 5000)).toEqual({ due: 1, wide: 1 });
  await record(2, 'done', 0);
  expect(await look('alerts', wall + 5000)).toEqual({ due: 0, wide: 0 });
});
