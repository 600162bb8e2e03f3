import { beforeEach, describe, expect, it } from 'vitest';
import { messageId } from '../act/ids.ts';
import { emptyMemory } from '../act/memory.ts';
import { type ActTwins, createActTwins } from '../act/twins.ts';
import type { Delivery } from '../domain/alert.ts';
import type { DeliveryDesk, ReceiverSummary } from '../http/receiver-desk.ts';
import { createManualClock } from '../lib/clock.ts';
import { createDeliveryDesk } from './delivery-desk.ts';

const start = Date.UTC(2026, 9, 1);
const id = `tr_${'a'.repeat(32)}`;
let stores: ActTwins;
let clock: ReturnType<typeof createManualClock>;
let desk: DeliveryDesk;

/** Of two receivers the name of one begins with the name of the other. */
beforeEach(() => {
  clock = createManualClock(start);
  stores = createActTwins(clock);
  const receivers = ['a', 'a_b', 'mail.ops'].map(name => ({ name, state: 'active' })) as ReceiverSummary[];
  desk = createDeliveryDesk({ ...stores, clock, receivers: { list: async () => receivers } });
});

const append = (routes: readonly string[] = []) =>
  stores.alerts.append({
    id,
    model: 'churn',
    environment: 'prod',
    policy: 'default',
    episode: 1,
    from: 'ok',
    to: 'firing',
    reason: 'opened',
    at: start,
    windowStart: 3600,
    windowSeconds: 3600,
    notify: true,
    severity: 'critical',
    routes,
    subjects: [],
    memory: JSON.stringify({ ...emptyMemory, step: 1 }),
    body: '{}',
  });
const done = (endpoint: string, over: Partial<Delivery> = {}): Delivery => ({
  message: messageId(id, endpoint),
  endpoint,
  attempt: 1,
  at: clock.now(),
  outcome: 'done',
  status: 200,
  detail: '',
  durationSeconds: 0.1,
  next: 0,
  ...over,
});
const dueAt = async (endpoint: string) =>
  (
    await stores.deliveries.pending({
      endpoint,
      takes: 'alerts',
      since: clock.now() - 1000,
      now: clock.now(),
      limit: 9,
    })
  ).map(each => each.id);

describe('a message asked for again', () => {
  it('is that of its own receiver, whatever another is called', async () => {
    await append();
    await stores.deliveries.record(done('a'));
    clock.advance(10);
    await stores.deliveries.record(done('a_b', { attempt: 3 }));
    clock.advance(60_000);
    expect(await desk.again(`${id}_a`, 'ann')).toMatchObject({ endpoint: 'a', attempt: 2 });
    expect([await dueAt('a'), await dueAt('a_b')]).toEqual([[id], []]);
    expect(await desk.again(`${id}_a_b`, 'ann')).toMatchObject({ endpoint: 'a_b', attempt: 4 });
  });

  it.each(['a', 'a_b', 'mail.ops'])('need not have been sent to %s before', async endpoint => {
    await append(['a', 'a_b', 'mail.ops']);
    clock.advance(60_000);
    expect(await dueAt(endpoint)).toEqual([]);
    const message = messageId(id, endpoint);
    expect(await desk.again(message, 'ann')).toMatchObject({
      message,
      endpoint,
      attempt: 1,
      outcome: 'again',
    });
    expect(await dueAt(endpoint)).toEqual([id]);
  });

  it.each([`${id}_a`, `${id}_nobody`, `tr_${'b'.repeat(32)}_a_b`, 'x', ''])('is not %s', async message => {
    await append(['a_b']);
    await expect(desk.again(message, 'ann')).rejects.toMatchObject({ code: 'LW_NOT_FOUND' });
    expect(stores.deliveries.recorded).toEqual([]);
  });
});
