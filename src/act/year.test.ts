import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { strideSeconds, windowLengths } from '../domain/window.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createActor } from './actor.ts';
import { createLinks } from './links.ts';
import { blindPolicy, defaultPolicy } from './policy.ts';
import { judged } from './samples.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const minute = 60;
const hour = 3600;
const day = 24 * hour;
const at = (text: string) => Date.parse(`${text}Z`) / 1000;

const first = at('2026-01-01T00:00');
const last = at('2027-01-08T00:00');

/** When the world drifts: over both changes of daylight-saving time, every clock step, and a sleep of a day. */
const drifts: readonly (readonly [from: number, hours: number])[] = [
  [at('2026-01-10T07:00'), 12],
  // Clocks in Europe go forward on 29 March at 01:00 UTC, back on 25 October; in New York on 8 March and 1 November.
  [at('2026-03-07T20:00'), 20],
  [at('2026-03-28T20:00'), 14],
  [at('2026-05-02T10:00'), 12],
  [at('2026-06-01T10:00'), 12],
  [at('2026-07-01T10:00'), 12],
  // Begins before the sleep and ends in it; all of it is slept through; begins in the sleep and goes on.
  [at('2026-08-01T00:00'), 16],
  [at('2026-08-22T18:00'), 5],
  [at('2026-09-12T20:00'), 30],
  [at('2026-10-24T20:00'), 14],
  [at('2026-10-31T20:00'), 20],
  [at('2026-12-27T09:00'), 40],
];

/** The process is asleep: no tick at all. */
const sleeps: readonly (readonly [from: number, to: number])[] = [
  [at('2026-08-01T12:00'), at('2026-08-02T12:00')],
  [at('2026-08-22T12:00'), at('2026-08-23T12:00')],
  [at('2026-09-12T12:00'), at('2026-09-13T12:00')],
];

/** The machine's clock is off by so much: steps forward and back, five minutes and an hour. */
const steps: readonly (readonly [from: number, to: number, seconds: number])[] = [
  [at('2026-05-02T12:03'), at('2026-05-02T18:00'), 5 * minute],
  [at('2026-06-01T12:03'), at('2026-06-01T18:00'), -5 * minute],
  [at('2026-07-01T12:03'), at('2026-07-01T15:00'), hour],
  [at('2026-07-01T15:00'), at('2026-07-01T20:00'), -hour],
];

const within = (ranges: readonly (readonly [number, number, ...number[]])[], time: number) =>
  ranges.find(([from, to]) => time >= from && time < to);

/** What the judges find: a share of the drift as large as the share of the window that has it. */
function truthOf(start: number, seconds: number): Partial<Finding> {
  const share = (from: number, to: number) =>
    Math.max(0, Math.min(to, start + seconds) - Math.max(from, start)) / seconds;
  const effect = 0.3 * drifts.reduce((sum, [from, hours]) => sum + share(from, from + hours * hour), 0);
  return { effect, verdict: effect >= 0.02 ? 'drift' : 'stable' };
}

/** A window as it is found at a moment: blind when the machine's clock is ahead of what was read. */
function findingsOf(start: number, seconds: number, real: number): JudgedWindow {
  const blind = start + seconds > real;
  const own: Partial<Finding> = { check: 'blind', subject: '', verdict: blind ? 'blind' : 'stable' };
  return judged(start, seconds, blind ? [own] : [truthOf(start, seconds), own]);
}

let stores: ActTwins;

function makeActor() {
  return createActor({
    alerts: stores.alerts,
    orders: { consider: async () => null },
    policiesOf: () => [defaultPolicy, blindPolicy],
    links: createLinks('http://127.0.0.1:8080'),
    events: createRecordedEvents(),
  });
}

/** A year, tick by tick of ten minutes; the process is started anew after each sleep, and every 50 days. */
async function liveAYear() {
  stores = createActTwins({ now: () => 0 });
  const judgedUpTo = new Map<number, number>(windowLengths.map(length => [length, first + length]));
  let blind: JudgedWindow[] = [];
  let actor = makeActor();
  let asleep = false;
  for (let real = first; real < last; real += 10 * minute) {
    if (within(sleeps, real) !== undefined) {
      asleep = true;
      continue;
    }
    const now = real + (within(steps, real)?.[2] ?? 0);
    const found = blind
      .filter(window => window.windowStart + window.windowSeconds <= real)
      .map(({ windowStart, windowSeconds }) => findingsOf(windowStart, windowSeconds, real));
    for (const length of windowLengths) {
      const stride = strideSeconds(length);
      let end = Math.ceil(judgedUpTo.get(length)! / stride) * stride;
      for (; end + 10 * minute <= now; end += stride) found.push(findingsOf(end - length, length, real));
      judgedUpTo.set(length, end);
    }
    const readable = new Set(
      found.map(({ windowStart, windowSeconds }) => `${windowStart}/${windowSeconds}`),
    );
    blind = blind.filter(window => !readable.has(`${window.windowStart}/${window.windowSeconds}`));
    blind.push(...found.filter(window => window.findings[0]!.verdict === 'blind'));
    for (const window of found) stores.addWindow(window);
    if (asleep || (real - first) % (50 * day) === 0) {
      actor = makeActor();
      await actor.recover(() => now * 1000);
    } else if (found.length > 0) await actor.handle(found, () => now * 1000);
    asleep = false;
  }
}

const transitionsOf = (policy: string) =>
  [...stores.alerts.transitions.values()].filter(each => each.policy === policy);
const toldOf = (policy: string) => transitionsOf(policy).filter(each => each.notify);

describe('a year with both changes of daylight-saving time, clock steps and sleeps', () => {
  beforeAll(liveAYear, 60_000);

  it('tells of every drift that was not slept through: once when it begins and once when it is over', () => {
    const sleptThrough = drifts.filter(([from, hours]) =>
      sleeps.some(([begin, end]) => from >= begin && from + hours * hour <= end),
    );
    expect(sleptThrough).toHaveLength(1);
    const told = toldOf('default');
    expect(told.map(each => each.to)).toEqual(told.map((_, i) => (i % 2 === 0 ? 'firing' : 'ok')));
    const begins = told.filter(each => each.to === 'firing').map(each => each.at / 1000);
    const seen = drifts.filter(each => !sleptThrough.includes(each));
    expect(begins).toHaveLength(seen.length);
    for (const [i, [from]] of seen.entries()) {
      const woke = sleeps.find(([begin, end]) => from >= begin && from < end)?.[1] ?? from;
      // Within two hours and the step of a clock, or as soon as the process is awake.
      expect(begins[i]).toBeGreaterThanOrEqual(from);
      expect(begins[i]! - woke).toBeLessThanOrEqual(3 * hour);
    }
  });

  it('keeps what was slept through as an episode nobody was told of', () => {
    const episodes = transitionsOf('default').filter(each => each.from === 'ok' && each.to === 'firing');
    expect(episodes).toHaveLength(drifts.length);
    expect(episodes.filter(each => !each.notify).map(each => each.reason)).toEqual([
      'long-past',
      'long-past',
    ]);
  });

  it('ends every episode before the next begins', () => {
    const moves = transitionsOf('default').filter(each => each.from !== each.to);
    expect(moves.map(each => each.to)).toEqual(moves.map((_, i) => (i % 2 === 0 ? 'firing' : 'ok')));
    expect(moves.at(-1)!.to).toBe('ok');
  });

  it('says so while its own clock is ahead of what it has read, and when that is over', () => {
    expect(toldOf('blind').map(each => [each.to, each.reason])).toEqual([
      ['firing', 'opened'],
      ['ok', 'resolved'],
    ]);
  });
});
