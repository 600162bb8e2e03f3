import { beforeEach, describe, expect, it } from 'vitest';
import type { Transition } from '../domain/alert.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import type { Answer, Channel, Endpoint, Message } from './channel.ts';
import { transitionId } from './ids.ts';
import { emptyMemory } from './memory.ts';
import { createOutbox, type OutboxDeps } from './outbox.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const start = Date.UTC(2026, 9, 1);
let clock: ReturnType<typeof createManualClock>;
let stores: ActTwins;
let sent: { readonly id: string; readonly endpoint: string; readonly answer: (status: number) => void }[];
let answers: (message: Message, endpoint: Endpoint) => Partial<Answer> | 'hangs';
let events: ReturnType<typeof createRecordedEvents>;

const pager: Endpoint = {
  name: 'pager',
  kind: 'fake',
  takes: 'alerts',
  url: 'https://example.com/a',
  secrets: [],
  settings: {},
};

/** Sends that hang are answered by hand. */
const channel: Channel = {
  kind: 'fake',
  check: () => undefined,
  send: (message, endpoint) =>
    new Promise(resolve => {
      const answer = (status: number) => resolve({ status, detail: '', retryAfter: null });
      sent.push({ id: message.id, endpoint: endpoint.name, answer });
      const now = answers(message, endpoint);
      if (now !== 'hangs') resolve({ status: 200, detail: '', retryAfter: null, ...now });
    }),
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
  return createOutbox({
    deliveries: stores.deliveries,
    endpoints: [pager],
    channels: [channel],
    clock,
    random: () => 0,
    events,
    ...over,
  });
}

/** A change of the alert of a model; `step` counts them. */
async function alert(model: string, step = 1, routes: readonly string[] = []) {
  const firing = step % 2 === 1;
  const transition: Transition = {
    id: transitionId({ policy: 'default', model, environment: 'prod' }, step, 'change'),
    model,
    environment: 'prod',
    policy: 'default',
    episode: Math.ceil(step / 2),
    from: firing ? 'ok' : 'firing',
    to: firing ? 'firing' : 'ok',
    reason: firing ? 'opened' : 'resolved',
    at: 0,
    windowStart: 3600 * step,
    windowSeconds: 3600,
    notify: true,
    severity: 'critical',
    routes,
    subjects: [],
    memory: JSON.stringify({ ...emptyMemory, step }),
    body: `{"step":${step}}`,
  };
  await stores.alerts.append(transition);
  return transition.id;
}

const patience = async () => {
  for (let i = 0; i < 50; i++) await Promise.resolve();
};
const names = () => sent.map(({ id, endpoint }) => `${endpoint} ${id.split('_')[1]!.slice(0, 6)}`);

describe('slots of a receiver', () => {
  it('are four, and one that hangs takes no more of them, round after round', async () => {
    const box = outbox();
    await box.tick();
    answers = () => 'hangs';
    for (let i = 0; i < 10; i++) await alert(`m${i}`);
    for (let round = 0; round < 5; round++) expect(await box.tick(patience())).toBe(0);
    expect(sent).toHaveLength(4);
    answers = () => ({});
    for (const each of sent) each.answer(200);
    await box.idle();
    expect(new Set(sent.map(({ id }) => id)).size).toBe(10);
    expect(sent).toHaveLength(10);
    expect(await box.tick()).toBe(0);
  });

  it('are its own: one that hangs holds up no other', async () => {
    const box = outbox({ endpoints: [pager, { ...pager, name: 'chat' }] });
    await box.tick();
    answers = (_message, { name }) => (name === 'pager' ? 'hangs' : {});
    for (let i = 0; i < 6; i++) await alert(`m${i}`);
    expect(await box.tick(patience())).toBe(6);
    await alert('m6');
    expect(await box.tick(patience())).toBe(1);
    const of = (endpoint: string) => sent.filter(each => each.endpoint === endpoint);
    expect([of('pager').length, of('chat').length]).toEqual([4, 7]);
  });

  it('that are free go on beside one that hangs', async () => {
    const box = outbox();
    await box.tick();
    const first = await alert('m0');
    answers = ({ id }) => (id.startsWith(first) ? 'hangs' : {});
    await box.tick(patience());
    for (let i = 1; i < 8; i++) await alert(`m${i}`);
    await box.tick(patience());
    expect(stores.deliveries.recorded).toHaveLength(7);
    expect(sent).toHaveLength(8);
  });

  it('cut off by the end are not recorded, and sent again by whoever comes after', async () => {
    const box = outbox();
    await box.tick();
    answers = () => 'hangs';
    await alert('m');
    await box.tick(patience());
    box.end();
    sent[0]!.answer(0);
    await box.idle();
    expect(stores.deliveries.recorded).toEqual([]);
    expect(await box.tick()).toBe(0);
    answers = () => ({});
    expect(await outbox().tick()).toBe(1);
    expect(sent[1]!.id).toBe(sent[0]!.id);
  });
});

describe('messages of one alert', () => {
  it('are sent in their order, one after the other', async () => {
    const box = outbox();
    await box.tick();
    const ids = [await alert('m', 1), await alert('m', 2), await alert('m', 3)];
    expect(await box.tick()).toBe(3);
    expect(sent.map(each => each.id)).toEqual(ids.map(id => `${id}_pager`));
  });

  it('wait for one that is tried again; a new one makes it due at once, and only once', async () => {
    const box = outbox();
    await box.tick();
    answers = () => ({ status: 503 });
    const first = await alert('m', 1);
    for (const wait of [0, 5_000, 300_000]) {
      clock.advance(wait);
      expect(await box.tick()).toBe(1);
    }
    clock.advance(1000);
    expect(await box.tick()).toBe(0);
    const second = await alert('m', 2);
    clock.advance(1000);
    expect(await box.tick()).toBe(1);
    expect(await box.tick()).toBe(0);
    answers = () => ({});
    clock.advance(1000);
    const third = await alert('m', 3);
    clock.advance(1000);
    expect(await box.tick()).toBe(3);
    expect(sent.slice(-3).map(each => each.id)).toEqual([first, second, third].map(id => `${id}_pager`));
  });

  it('go on after one that has failed', async () => {
    const box = outbox();
    await box.tick();
    const first = await alert('m', 1);
    answers = ({ id }) => (id.startsWith(first) ? { status: 400 } : {});
    await alert('m', 2);
    expect(await box.tick()).toBe(2);
    expect(stores.deliveries.recorded.map(each => each.outcome)).toEqual(['failed', 'done']);
  });
});

it('keeps to the receivers that a transition names', async () => {
  const box = outbox({ endpoints: [pager, { ...pager, name: 'chat' }, { ...pager, name: 'mail' }] });
  await box.tick();
  await alert('a', 1, ['chat', 'mail']);
  await alert('b', 1, ['nobody']);
  await alert('c', 1);
  expect(await box.tick()).toBe(5);
  expect(sent.map(each => each.endpoint).sort()).toEqual(['chat', 'chat', 'mail', 'mail', 'pager']);
});

describe('the breaker', () => {
  const failing = async (box: ReturnType<typeof outbox>) => {
    await box.tick();
    answers = () => ({ status: 503 });
    for (let i = 0; i < 8; i++) {
      await alert(`m${i}`);
      clock.advance(1);
      await box.tick();
    }
  };

  it('opens after five failures, tries one message when the wait is over, and closes when it is taken', async () => {
    const box = outbox({ slots: 1 });
    await failing(box);
    expect(sent).toHaveLength(5);
    clock.advance(29_000);
    expect(await box.tick()).toBe(0);
    clock.advance(1_000);
    expect(await box.tick()).toBe(1);
    expect(await box.tick()).toBe(0);
    answers = () => ({});
    clock.advance(60_000);
    // All but the one of the probe, which waits by the schedule.
    expect(await box.tick()).toBe(7);
    await box.tick();
    const told = events.seen.filter(e => e.name === 'breakerChanged').map(e => e.event);
    expect(told).toMatchObject([
      { endpoint: 'pager', state: 'open', failures: 5 },
      { state: 'half-open', failures: 5 },
      { state: 'open', failures: 6 },
      { state: 'half-open', failures: 6 },
      { state: 'closed', failures: 0 },
    ]);
  });

  it('is as open after a restart, and does not cost a message its attempts', async () => {
    await failing(outbox({ slots: 1 }));
    const attempts = sent.length;
    const box = outbox({ slots: 1 });
    for (let i = 0; i < 20; i++) expect(await box.tick()).toBe(0);
    expect(sent).toHaveLength(attempts);
    expect(events.seen.at(-1)).toMatchObject({ name: 'breakerChanged', event: { state: 'open' } });
  });

  it('lets one probe pass, whatever the slots', async () => {
    await failing(outbox({ slots: 1 }));
    clock.advance(30_000);
    answers = () => 'hangs';
    const box = outbox();
    for (let i = 0; i < 3; i++) await box.tick(patience());
    expect(sent).toHaveLength(6);
  });
});

describe('a receiver switched off by 410', () => {
  it('goes on where it was switched off when somebody enables it', async () => {
    const box = outbox();
    await box.tick();
    answers = () => ({ status: 410 });
    await alert('a');
    await box.tick();
    answers = () => ({});
    clock.advance(60_000);
    await alert('b');
    expect(await box.tick()).toBe(0);
    const state = (await stores.deliveries.endpointState('pager', 'alerts'))!;
    expect(state.state).toBe('disabled');
    clock.advance(60_000);
    await stores.deliveries.setEndpointState('pager', 'alerts', {
      ...state,
      state: 'active',
      at: clock.now(),
    });
    expect(await box.tick()).toBe(2);
    expect(names().length).toBe(3);
    expect(stores.deliveries.recorded.at(-1)).toMatchObject({ outcome: 'done' });
  });
});

describe('a clock that is set back', () => {
  it('loses no message and wears out no schedule', async () => {
    const box = outbox();
    await box.tick();
    answers = () => ({ status: 503 });
    await alert('a');
    await box.tick();
    clock.set(start - 7_200_000);
    await alert('b');
    for (let i = 0; i < 4; i++) await box.tick();
    answers = () => ({});
    clock.advance(300_000);
    await box.tick();
    expect(stores.deliveries.recorded.filter(each => each.outcome === 'done')).toHaveLength(2);
    expect(sent.length).toBeLessThanOrEqual(5);
  });
});

describe('stored receivers', () => {
  it('are told as well; one that cannot be used, and a store that is away, stop nobody', async () => {
    let stored: () => Promise<readonly Endpoint[]> = async () => [
      { ...pager, name: 'kept' },
      { ...pager, name: 'odd', kind: 'pigeon' },
      { ...pager, url: 'https://example.com/another' },
    ];
    const box = outbox({ stored: () => stored() });
    await box.tick();
    await alert('a');
    expect(await box.tick()).toBe(2);
    expect(sent.map(each => each.endpoint).sort()).toEqual(['kept', 'pager']);
    stored = () => Promise.reject(new Error('away'));
    await alert('b');
    expect(await box.tick()).toBe(1);
    expect(events.seen.at(-2)).toMatchObject({ event: { message: 'stored receivers: away' } });
  });
});
