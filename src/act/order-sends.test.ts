import { beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '../domain/order.ts';
import { askOf } from './ask.ts';
import type { Answer, Channel, Endpoint } from './channel.ts';
import { askId } from './ids.ts';
import { createOutbox } from './outbox.ts';
import type { Retraining } from './retraining.ts';
import { createRetrainingWorld, type RetrainingWorld } from './retraining-world.ts';

/** Orders on their way out, while somebody stops retraining or cancels one. Four are in hand, the others wait. */
const trainer: Endpoint = {
  name: 'trainer',
  kind: 'fake',
  takes: 'orders',
  url: 'https://example.com/a',
  secrets: [],
  settings: {},
};

let world: RetrainingWorld;
let life: Retraining;
let begun: { readonly id: string; readonly answer: (status: number) => void }[];
let box: ReturnType<typeof createOutbox>;
let ids: string[];

const channel: Channel = {
  kind: 'fake',
  check: () => undefined,
  send: ({ id }) =>
    new Promise<Answer>(resolve => {
      begun.push({
        id: id.slice(0, -'_trainer'.length),
        answer: status => resolve({ status, detail: '', retryAfter: null }),
      });
    }),
  close: async () => undefined,
};
const settled = async () => {
  for (let i = 0; i < 200; i++) await Promise.resolve();
};
const stepsOf = async (id: string) => (await world.stores.orders.steps(id)).map(({ state }) => state);
const last = async (id: string): Promise<Order> => (await world.stores.orders.latest(id))!;

async function ask(model: string): Promise<string> {
  await life.arm(model, 'ann');
  world.clock.advance(10);
  const of = { trigger: 'manual', by: 'ann', reason: '', model, environment: 'prod' } as const;
  const asked = askOf(askId(['manual', model]), { ...of, kind: 'retrain', now: world.clock.now() });
  return (await life.ask(asked)).id;
}

beforeEach(async () => {
  world = createRetrainingWorld(Date.UTC(2026, 9, 1));
  life = await world.restart();
  begun = [];
  box = createOutbox({
    deliveries: world.stores.deliveries,
    endpoints: [trainer],
    channels: [channel],
    clock: world.clock,
    random: () => 0,
    events: world.events,
    beginOrder: life.begin,
  });
  await box.tick();
  world.clock.advance(1000);
  ids = [];
  for (let i = 0; i < 6; i++) ids.push(await ask(`m${i}`));
  await box.tick(settled());
});

/** Answers whatever is begun until nothing is, and follows it. */
async function answerAll(status: number) {
  for (let i = 0; i < 5; i++) {
    for (const { answer } of begun) answer(status);
    await settled();
  }
  await box.idle();
  world.clock.advance(10);
  await life.tick();
}

it('begins with four', () => {
  expect(begun.map(({ id }) => id)).toEqual(ids.slice(0, 4));
});

describe('an order', () => {
  it.each([
    ['waits', 'stop', 200, ['requested', 'cancelled'], /^stopped: /],
    ['waits', 'cancel', 200, ['requested', 'cancelled'], /^by oncall$/],
    ['is being sent', 'stop', 200, ['requested', 'sent'], /^taken with status 200$/],
    ['is being sent', 'stop', 503, ['requested', 'cancelled'], /^stopped: /],
    ['is being sent', 'stop', 400, ['requested', 'failed'], /^not-delivered: status 400/],
    ['is being sent', 'cancel', 200, ['requested', 'sent', 'cancelled'], /^by oncall$/],
    ['is being sent', 'cancel', 503, ['requested', 'cancelled'], /^by oncall$/],
    ['is being sent', 'cancel', 400, ['requested', 'failed'], /^not-delivered: status 400/],
  ] as const)('that %s at a %s, answered with %i', async (...of) => {
    const [where, what, status, states, reason] = of;
    const id = where === 'waits' ? ids[5]! : ids[0]!;
    const done = what === 'stop' ? life.stop(true, 'oncall', 'incident') : life.cancel(id, 'oncall');
    await settled();
    await life.tick();
    if (where === 'is being sent') expect(await stepsOf(id)).toEqual(['requested']);
    await answerAll(status);
    await done;
    expect(await stepsOf(id)).toEqual(states);
    expect((await last(id)).reason).toMatch(reason);
    expect(begun.filter(each => each.id === id)).toHaveLength(where === 'waits' ? 0 : 1);
  });

  it('of which nothing is begun after a stop, nor recorded; let go on, what waited is gone', async () => {
    await life.stop(true, 'oncall', 'incident');
    await answerAll(200);
    expect(begun).toHaveLength(4);
    expect(world.stores.deliveries.recorded).toHaveLength(4);
    expect(await Promise.all(ids.map(async id => (await last(id)).state))).toEqual(
      'sent sent sent sent cancelled cancelled'.split(' '),
    );
    await life.stop(false, 'oncall', '');
    expect(await box.tick()).toBe(0);
  });

  it('that was stopped stays due until the stop has cancelled it', async () => {
    await life.stop(true, 'oncall', 'incident');
    for (const { answer } of begun) answer(200);
    await box.idle();
    await life.stop(false, 'ann', 'a mistake');
    world.clock.advance(10);
    const round = box.tick();
    await settled();
    for (const { answer } of begun) answer(200);
    expect(await round).toBe(2);
    expect(begun.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('is not timed out while it is being sent', async () => {
    world.clock.advance(25 * 3_600_000);
    await life.tick();
    expect(await stepsOf(ids[0]!)).toEqual(['requested']);
    expect(await stepsOf(ids[5]!)).toEqual(['requested', 'timed-out']);
  });

  it('is reported on before its receiver has answered, also while it is being cancelled', async () => {
    const cancelled = life.cancel(ids[0]!, 'oncall');
    const report = { event_id: 'e1', state: 'accepted' } as const;
    expect(await life.receive(ids[0]!, report)).toMatchObject({ outcome: 'taken' });
    begun[0]!.answer(200);
    expect(await cancelled).toMatchObject({ state: 'cancelled' });
    expect(await stepsOf(ids[0]!)).toEqual(['requested', 'accepted', 'cancelled']);
  });

  it('that was sent goes out again on a person’s word, but not while retraining is stopped', async () => {
    await answerAll(200);
    const { message, endpoint, attempt } = world.stores.deliveries.recorded.at(-1)!;
    const again = { message, endpoint, attempt: attempt + 1, at: world.clock.now(), status: 0, next: 0 };
    await world.stores.deliveries.record({ ...again, outcome: 'again', detail: '', durationSeconds: 0 });
    const before = begun.length;
    await life.stop(true, 'oncall', 'incident');
    expect(await box.tick()).toBe(0);
    await life.stop(false, 'oncall', '');
    void box.tick();
    await settled();
    expect(begun).toHaveLength(before + 1);
  });

  it('that waits is not taken for failed when somebody asks for it again', async () => {
    const message = `${ids[5]}_trainer`;
    const again = { message, endpoint: 'trainer', attempt: 1, at: world.clock.now(), status: 0, next: 0 };
    await world.stores.deliveries.record({ ...again, outcome: 'again', detail: '', durationSeconds: 0 });
    await life.tick();
    expect(await stepsOf(ids[5]!)).toEqual(['requested']);
  });
});
