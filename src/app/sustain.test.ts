import { describe, expect, it } from 'vitest';
import type { Answer, Channel, Endpoint } from '../act/channel.ts';
import { alertBody } from '../act/channels/samples.ts';
import type { Transition } from '../domain/alert.ts';
import { createManualClock } from '../lib/clock.ts';
import { inOrder } from './in-order.ts';
import { createSustain, type SustainDeps } from './sustain.ts';

const start = Date.parse('2026-11-21T10:10:00Z');
const minute = 60_000;

function transition(over: Partial<Transition> = {}): Transition {
  return {
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
    memory: '{}',
    body: alertBody(),
    ...over,
  };
}

const resolvedBody = alertBody({ type: 'alert.resolved', timestamp: '2026-11-21T10:30:00.000Z' });
const resolved = transition({
  id: 'tr_2',
  from: 'firing',
  to: 'ok',
  at: start + 20 * minute,
  body: resolvedBody,
});

function setUp(over: { readonly kind?: 'forgets' | 'keeps'; readonly routes?: readonly string[] } = {}) {
  const clock = createManualClock(start);
  const stored: Transition[] = [transition({ routes: over.routes ?? [] })];
  const takenOn: Awaited<ReturnType<SustainDeps['takenOn']['latest']>>[number][] = [];
  const sent: { id: string; type: string; timestamp: string }[] = [];
  const texts: string[] = [];
  const problems: string[] = [];
  const state = { answer: { status: 200, detail: '', retryAfter: null } as Answer };
  const channel: Channel = {
    kind: 'fake',
    ...(over.kind === 'keeps' ? { keepsOpen: true } : { sustained: { every: minute, after: 15 * minute } }),
    check: () => undefined,
    send: async ({ id, body }) => {
      const { type, timestamp } = JSON.parse(body);
      sent.push({ id, type, timestamp });
      texts.push(body);
      return state.answer;
    },
    close: async () => undefined,
  };
  const endpoint: Endpoint = {
    name: 'am',
    kind: 'fake',
    takes: 'alerts',
    url: '',
    secrets: [],
    settings: {},
  };
  const deps: SustainDeps = {
    alerts: { latest: async () => stored.slice(-1), transitions: async () => stored },
    takenOn: { latest: async () => takenOn },
    receivers: [{ endpoint, channel }],
    clock,
    events: { problemOccurred: ({ message }) => void problems.push(message) },
  };
  return {
    clock,
    stored,
    takenOn,
    sent,
    texts,
    problems,
    state,
    channel,
    deps,
    make: () => createSustain(deps),
  };
}

describe('a receiver that forgets', () => {
  it('is told every minute while an alert fires, as of now', async () => {
    const { clock, sent, make } = setUp();
    const sustain = make();
    const counts: number[] = [];
    for (let second = 0; second < 180; second += 20) {
      counts.push(await sustain.tick());
      clock.advance(20_000);
    }
    expect(counts).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expect(sent).toEqual(
      [0, 1, 2].map(i => ({
        id: 'tr_1_am',
        type: 'alert.firing',
        timestamp: new Date(start + i * minute).toISOString(),
      })),
    );
  });

  it('is told that it was resolved for a quarter of an hour, with the moment it was', async () => {
    const { clock, sent, stored, make } = setUp();
    stored.push(resolved);
    clock.advance(20 * minute);
    const sustain = make();
    for (let i = 0; i < 20; i++) {
      await sustain.tick();
      clock.advance(minute);
    }
    expect(sent).toHaveLength(16);
    expect(new Set(sent.map(each => JSON.stringify(each)))).toEqual(
      new Set([
        JSON.stringify({ id: 'tr_2_am', type: 'alert.resolved', timestamp: '2026-11-21T10:30:00.000Z' }),
      ]),
    );
  });

  it('goes on after a restart at once', async () => {
    const { clock, sent, make } = setUp();
    await make().tick();
    clock.advance(7000);
    await make().tick();
    expect(sent).toHaveLength(2);
  });

  it('is not told of what nobody was told of, nor of what goes elsewhere', async () => {
    const quiet = setUp();
    quiet.stored[0] = transition({ notify: false });
    expect(await quiet.make().tick()).toBe(0);
    expect(
      await setUp({ routes: ['chat'] })
        .make()
        .tick(),
    ).toBe(0);
    expect(
      await setUp({ routes: ['chat', 'am'] })
        .make()
        .tick(),
    ).toBe(1);
    const paused = setUp();
    paused.stored.push(transition({ from: 'ok', to: 'paused', notify: false }));
    expect(await paused.make().tick()).toBe(0);
  });

  it('is told as before while the policy is paused: that ends no alert', async () => {
    const { clock, stored, sent, texts, make } = setUp();
    const body = JSON.stringify({ type: 'alert.resolved', data: { summary: 'back within tolerance' } });
    stored.push(transition({ id: 'tr_p', from: 'firing', to: 'paused', notify: false, body }));
    const sustain = make();
    for (let i = 0; i < 3; i++) {
      expect(await sustain.tick()).toBe(1);
      clock.advance(minute);
    }
    expect(new Set(sent.map(({ type }) => type))).toEqual(new Set(['alert.firing']));
    expect(texts.some(text => text.includes('back within'))).toBe(false);
  });

  it('is left alone until the next round when it is in trouble, which is said once', async () => {
    const { clock, problems, state, make } = setUp();
    const sustain = make();
    state.answer = { status: 503, detail: 'starting', retryAfter: null };
    for (let i = 0; i < 3; i++) {
      expect(await sustain.tick()).toBe(0);
      clock.advance(minute);
    }
    expect(problems).toEqual(['am cannot be told how alerts stand: 503 starting']);
    state.answer = { status: 200, detail: '', retryAfter: null };
    expect(await sustain.tick()).toBe(1);
    clock.advance(minute);
    state.answer = { status: 0, detail: 'gone', retryAfter: null };
    await sustain.tick();
    expect(problems).toHaveLength(2);
  });

  it('is told at once when the clock was set back', async () => {
    const { clock, make } = setUp();
    const sustain = make();
    await sustain.tick();
    clock.set(start - 3_600_000);
    expect(await sustain.tick()).toBe(1);
  });
});

describe('a receiver that keeps an incident open', () => {
  const alert = { policy: 'default', model: 'churn', environment: 'prod', episode: 3, acknowledged: true };

  it('is told once that somebody has taken the episode on, and again until it hears', async () => {
    const { clock, sent, takenOn, state, make } = setUp({ kind: 'keeps' });
    const sustain = make();
    expect(await sustain.tick()).toBe(0);
    takenOn.push(alert);
    state.answer = { status: 500, detail: '', retryAfter: null };
    for (const expected of [0, 0, 1, 0]) {
      clock.advance(minute);
      if (expected === 1) state.answer = { status: 202, detail: '', retryAfter: null };
      expect(await sustain.tick()).toBe(expected);
    }
    expect(sent.map(({ type }) => type)).toEqual(Array.from({ length: 3 }, () => 'alert.acknowledged'));
  });

  it('is not told so of another episode, of one given back, or of one that is over', async () => {
    const { clock, stored, takenOn, make } = setUp({ kind: 'keeps' });
    const sustain = make();
    takenOn.push({ ...alert, episode: 2 }, { ...alert, model: 'fraud' }, { ...alert, acknowledged: false });
    expect(await sustain.tick()).toBe(0);
    takenOn.push(alert);
    stored.push(resolved);
    clock.advance(minute);
    expect(await sustain.tick()).toBe(0);
  });

  it('is not told that something fires that was resolved meanwhile', async () => {
    const { channel, sent, deps } = setUp({ kind: 'keeps' });
    const { endpoint } = deps.receivers[0]!;
    let last: Transition | null = null;
    const ordered = inOrder(channel, async () => last);
    const send = (body: string) => ordered.send({ id: 'tr_1_am', body }, endpoint, start);
    await send(alertBody());
    last = resolved;
    expect(await send(alertBody())).toEqual({
      status: 204,
      detail: 'not sent: it was resolved meanwhile',
      retryAfter: null,
    });
    last = transition({ episode: 4 });
    await send(alertBody({ type: 'alert.reminded' }));
    await send(resolvedBody);
    await send(alertBody({ type: 'alert.test' }));
    expect(sent.map(({ type }) => type)).toEqual(['alert.firing', 'alert.resolved', 'alert.test']);
    const other = setUp().channel;
    expect(inOrder(other, async () => last)).toBe(other);
  });
});
