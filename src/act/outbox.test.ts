import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import type { Answer, Channel, Endpoint, Message } from './channel.ts';
import { createLinks } from './links.ts';
import { emptyMemory } from './memory.ts';
import { buildTransition } from './message.ts';
import { createOutbox, type OutboxDeps } from './outbox.ts';
import { retrySchedule } from './schedule.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const start = Date.UTC(2026, 9, 1);
const day = 86_400_000;
const hour = 3_600_000;
let clock: ReturnType<typeof createManualClock>;
let stores: ActTwins;
let sent: (Message & { endpoint: string; at: number })[];
let answers: (message: Message, endpoint: Endpoint) => Partial<Answer>;
let events: ReturnType<typeof createRecordedEvents>;

const pager: Endpoint = {
  name: 'pager',
  kind: 'fake',
  takes: 'alerts',
  url: 'https://example.com/a',
  secrets: [{ reveal: () => `whsec_${randomBytes(32).toString('base64')}` }],
  settings: {},
};
const trainer: Endpoint = { ...pager, name: 'trainer', takes: 'orders' };

const channel: Channel = {
  kind: 'fake',
  check: () => undefined,
  send: async (message, endpoint, at) => {
    sent.push({ ...message, endpoint: endpoint.name, at });
    clock.advance(250);
    return { status: 200, detail: '', retryAfter: null, ...answers(message, endpoint) };
  },
  close: async () => undefined,
};

beforeEach(() => {
  clock = createManualClock(start);
  stores = createActTwins(clock);
  sent = [];
  answers = () => ({});
  events = createRecordedEvents();
});

function outbox(over: Partial<OutboxDeps> = {}) {
  const deps: OutboxDeps = {
    deliveries: stores.deliveries,
    endpoints: [pager],
    channels: [channel],
    clock,
    random: () => 0,
    events,
    ...over,
  };
  const box = createOutbox(deps);
  return { ...box, tick: () => box.tick() };
}

async function alert(episode: number, notify = true) {
  const transition = buildTransition(
    {
      policy: { severity: 'critical', routes: [] },
      alert: { policy: 'default', model: 'churn', environment: 'prod' },
      memory: { ...emptyMemory, episode, step: episode },
      change: { kind: 'opened', from: 'ok', to: 'firing', notify },
      reason: 'opened',
      window: { windowStart: 3600, windowSeconds: 3600 },
      now: 0,
    },
    createLinks('http://127.0.0.1:8080'),
  );
  await stores.alerts.append(transition);
  return transition;
}

describe('outbox', () => {
  it('sends each message once to each endpoint, and records it', async () => {
    const box = outbox({ endpoints: [pager, { ...pager, name: 'chat' }] });
    await box.tick();
    const one = await alert(1);
    await alert(2, false);
    expect(await box.tick()).toBe(2);
    expect(await box.tick()).toBe(0);
    expect(sent.map(s => [s.id, s.body])).toEqual([
      [`${one.id}_pager`, one.body],
      [`${one.id}_chat`, one.body],
    ]);
    expect(stores.deliveries.recorded[0]).toEqual({
      message: `${one.id}_pager`,
      endpoint: 'pager',
      attempt: 1,
      at: expect.any(Number),
      outcome: 'done',
      status: 200,
      detail: '',
      durationSeconds: expect.closeTo(0.25, 0.3),
      next: 0,
      answer: '',
    });
    expect(events.seen.filter(e => e.name === 'deliveryAttempted')).toHaveLength(2);
  });

  it('goes through the whole schedule with the same id and body, then gives up', async () => {
    answers = () => ({ status: 503, detail: 'busy' });
    const box = outbox();
    await box.tick();
    const one = await alert(1);
    for (let i = 1; i <= 10; i++) {
      expect(await box.tick()).toBe(1);
      const due = stores.deliveries.recorded.at(-1)!.next;
      if (i === 10) break;
      clock.set(due - 1);
      expect(await box.tick()).toBe(0);
      clock.set(due);
    }
    const attempts = stores.deliveries.recorded;
    const waits = attempts.slice(0, 9).map(a => a.next - a.at);
    expect(waits).toEqual(retrySchedule.slice(1));
    expect(attempts.map(a => a.attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(attempts[9]).toMatchObject({
      outcome: 'failed',
      detail: 'given up after 10 attempts. busy',
      next: 0,
    });
    clock.advance(day);
    expect(await box.tick()).toBe(0);
    expect(new Set(sent.map(s => `${s.id} ${s.body}`))).toEqual(new Set([`${one.id}_pager ${one.body}`]));
  });

  it('waits as long as the receiver asks', async () => {
    answers = () => ({ status: 429, retryAfter: 3_600_000 });
    const box = outbox();
    await box.tick();
    await alert(1);
    await box.tick();
    const { at, next } = stores.deliveries.recorded[0]!;
    expect(next - at).toBe(3_600_000);
  });

  it('does not try again what the receiver refused', async () => {
    answers = () => ({ status: 400, detail: 'no' });
    const box = outbox();
    await box.tick();
    await alert(1);
    await box.tick();
    clock.advance(day);
    expect(await box.tick()).toBe(0);
    expect(stores.deliveries.recorded).toMatchObject([{ outcome: 'failed', status: 400 }]);
  });

  it('leaves a receiver in trouble alone for the rest of the round', async () => {
    answers = () => ({ status: 500 });
    const box = outbox();
    await box.tick();
    await alert(1);
    await alert(2);
    expect(await box.tick()).toBe(1);
  });

  it('stops at 410 for good, until the address changes', async () => {
    answers = () => ({ status: 410 });
    await outbox().tick();
    await alert(1);
    await outbox().tick();
    expect(stores.deliveries.recorded).toMatchObject([{ outcome: 'disabled' }]);
    answers = () => ({});
    await alert(2);
    expect(await outbox().tick()).toBe(0);
    clock.advance(1000);
    const moved = outbox({ endpoints: [{ ...pager, url: 'https://example.com/b' }] });
    expect(await moved.tick()).toBe(0);
    await alert(3);
    expect(await moved.tick()).toBe(1);
  });

  it('sends what waits for a receiver whose address was wrong to the right one, and goes on from there', async () => {
    answers = () => ({ status: 503 });
    const box = outbox();
    await box.tick();
    clock.advance(hour);
    const one = await alert(1);
    expect(await box.tick()).toBe(1);
    clock.advance(hour);
    const moved = outbox({ endpoints: [{ ...pager, url: 'https://example.com/b' }] });
    answers = () => ({});
    expect(await moved.tick()).toBe(1);
    expect(sent.at(-1)!.id).toBe(`${one.id}_pager`);
    expect(await stores.deliveries.endpointState('pager', 'alerts')).toMatchObject({ since: start - 60_000 });
    answers = () => ({ status: 410 });
    await alert(2);
    await moved.tick();
    clock.advance(hour);
    expect(await moved.tick()).toBe(0);
  });

  it('does not tell a new receiver the past', async () => {
    await alert(1);
    clock.advance(120_000);
    expect(await outbox().tick()).toBe(0);
  });

  it('does not send what is older than a month', async () => {
    await outbox().tick();
    await alert(1);
    clock.advance(31 * day);
    expect(await outbox().tick()).toBe(0);
  });

  it('sends again after a crash between sending and recording: the same id and body', async () => {
    await outbox().tick();
    await alert(1);
    const killed = outbox({
      failpoint: name => {
        if (name === 'delivery-sent') throw new Error(`killed at ${name}`);
      },
    });
    await killed.tick();
    expect(events.seen.at(-1)).toMatchObject({
      name: 'problemOccurred',
      event: { message: 'outbox of pager: killed at delivery-sent' },
    });
    expect(stores.deliveries.recorded).toEqual([]);
    expect(await outbox().tick()).toBe(1);
    expect(sent).toHaveLength(2);
    expect([sent[1]!.id, sent[1]!.body]).toEqual([sent[0]!.id, sent[0]!.body]);
  });

  it('sends orders to those that take orders, while they are requested', async () => {
    const box = outbox({ endpoints: [pager, trainer] });
    await box.tick();
    const order = {
      id: 'or_1',
      model: 'churn',
      environment: 'prod',
      kind: 'retrain' as const,
      state: 'requested' as const,
      reason: '',
      at: 0,
      step: 1,
      transition: 'tr_1',
      target: 'trainer',
      trigger: 'policy' as const,
      by: 'default',
      body: '{"order":1}',
      result: '',
    };
    await stores.orders.append(order);
    await stores.orders.append({ ...order, id: 'or_2', state: 'dry-run' });
    await stores.orders.append({ ...order, id: 'or_3', target: 'elsewhere' });
    await stores.orders.append({ ...order, id: 'or_4', target: '' });
    expect(await box.tick()).toBe(1);
    expect(sent).toMatchObject([{ id: 'or_1_trainer', body: '{"order":1}', endpoint: 'trainer' }]);
  });

  it('runs one round at a time', async () => {
    const box = outbox();
    await box.tick();
    await alert(1);
    expect(await Promise.all([box.tick(), box.tick(), box.tick()])).toEqual([1, 0, 0]);
  });

  it('refuses an endpoint of an unknown kind', () => {
    expect(() => outbox({ endpoints: [{ ...pager, kind: 'pigeon' }] })).toThrow(
      'endpoint pager: no channel "pigeon"',
    );
  });
});
