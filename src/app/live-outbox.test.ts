import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintToken, withToken } from '../act/callback-token.ts';
import { type Receiver, startReceiver } from '../act/channels/kit.ts';
import { alertBody } from '../act/channels/samples.ts';
import { createActTwins } from '../act/twins.ts';
import { loadConfig } from '../config/load.ts';
import type { Transition } from '../domain/alert.ts';
import type { Order } from '../domain/order.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createLiveOutbox } from './live-outbox.ts';

const start = Date.parse('2026-11-21T10:10:00Z');
const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const firing: Transition = {
  id: 'tr_1',
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  episode: 3,
  from: 'ok',
  to: 'firing',
  reason: 'opened',
  at: start,
  windowStart: 0,
  windowSeconds: 3600,
  notify: true,
  severity: 'critical',
  routes: [],
  subjects: [],
  memory: '{"step":1}',
  body: alertBody(),
};

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

function setUp() {
  const clock = createManualClock(start);
  const twins = createActTwins(clock);
  const base = `http://127.0.0.1:${receiver.port}`;
  const configOf = (channels: readonly object[]) =>
    loadConfig(null, { channels, outbound: { allow: ['127.0.0.1'] } } as never, {});
  const alertmanager = { name: 'am', type: 'alertmanager', url: `${base}/am` };
  const pager = { name: 'pager', type: 'pagerduty', url: `${base}/pager`, routingKey: 'KEY' };
  const webhook = { name: 'hook', type: 'webhook', url: `${base}/hook`, secrets: [whsec] };
  const { channels, outbound } = configOf([alertmanager, pager, webhook]);
  const config = { channels, outbound };
  let last = firing;
  const outbox = createLiveOutbox({
    config,
    guardSend: send => send,
    deliveries: twins.deliveries,
    clock,
    random: () => 0,
    events: createRecordedEvents(),
    standing: {
      alerts: { latest: async () => [last], transitions: async () => [firing] },
      takenOn: { latest: async () => [] },
    },
    lastOf: async () => last,
  });
  return {
    clock,
    twins,
    config,
    configOf,
    outbox,
    resolve: () => void (last = { ...firing, id: 'tr_2', to: 'ok' }),
  };
}

const paths = () => receiver.received.map(({ url }) => url.split('/')[1]).toSorted();

describe('receivers of a running service', () => {
  it('are delivered to once, and told again where they forget', async () => {
    const { clock, twins, outbox } = setUp();
    await twins.alerts.append(firing);
    await outbox.tick();
    await outbox.close();
    expect(paths()).toEqual(['am', 'am', 'hook', 'pager']);
    expect(twins.deliveries.recorded.map(({ endpoint }) => endpoint).toSorted()).toEqual([
      'am',
      'hook',
      'pager',
    ]);
    expect(clock.now()).toBe(start);
  });

  it('are those of the configuration as it is now', async () => {
    const { twins, config, configOf, outbox, clock } = setUp();
    await outbox.tick();
    const url = `http://127.0.0.1:${receiver.port}/late`;
    config.channels = configOf([{ name: 'late', type: 'slack', url }]).channels;
    await outbox.tick();
    receiver.received.splice(0);
    clock.advance(61_000);
    await twins.alerts.append(firing);
    await outbox.tick();
    await outbox.close();
    expect(paths()).toEqual(['late']);
  });

  it('get an order with what completes it, the same bytes every time', async () => {
    const { twins, clock } = setUp();
    const order: Order = {
      id: 'or_1',
      model: 'churn',
      environment: 'prod',
      kind: 'retrain',
      state: 'requested',
      reason: '',
      at: start,
      step: 1,
      transition: '',
      target: 'retraining',
      trigger: 'manual',
      by: 'ann',
      body: JSON.stringify({ data: { order: 'or_1', callback_token: 'lwc1.or_1.1800000000' } }),
      result: '',
    };
    await twins.orders.append(order);
    const retraining = { url: `http://127.0.0.1:${receiver.port}/train`, secrets: [whsec] };
    const whole = loadConfig(null, { retraining, outbound: { allow: ['127.0.0.1'] } } as never, {});
    const outbox = createLiveOutbox({
      config: whole,
      guardSend: send => send,
      deliveries: twins.deliveries,
      clock,
      random: () => 0,
      events: createRecordedEvents(),
      completeOrder: async body => withToken(body, 'secret'),
    });
    receiver.answer = response => void response.writeHead(503).end();
    await outbox.tick();
    receiver.answer = response => void response.end();
    clock.advance(60_000);
    await outbox.tick();
    await outbox.close();
    const bodies = receiver.received.map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
    const token = mintToken({ order: 'or_1', expires: 1_800_000_000 }, 'secret');
    expect(JSON.parse(bodies[0]!)).toEqual({ data: { order: 'or_1', callback_token: token } });
    expect(JSON.stringify([twins.orders.appended, twins.deliveries.recorded])).not.toContain(token);
  });

  it('hear nothing of an incident that was resolved before they could be told', async () => {
    const { clock, twins, outbox, resolve } = setUp();
    receiver.answer = response => void response.writeHead(503).end();
    await twins.alerts.append(firing);
    await outbox.tick();
    receiver.received.splice(0);
    receiver.answer = response => void response.end();
    resolve();
    clock.advance(10_000);
    await outbox.tick();
    await outbox.close();
    expect(paths()).toEqual(['am', 'hook']);
    const skipped = twins.deliveries.recorded.findLast(({ endpoint }) => endpoint === 'pager')!;
    expect(skipped).toMatchObject({ outcome: 'done', detail: 'not sent: it was resolved meanwhile' });
  });

  it('wait for no other that hangs while it is told again', async () => {
    const { twins, outbox } = setUp();
    const others = new Promise<void>(done => {
      receiver.answer = (response, { url }) => {
        if (!url.startsWith('/am')) response.end();
        if (['am', 'hook', 'pager'].every(path => paths().includes(path))) done();
      };
    });
    await twins.alerts.append(firing);
    await outbox.tick(others);
    await others;
    await outbox.close();
    expect(new Set(paths())).toEqual(new Set(['am', 'hook', 'pager']));
  });
});
