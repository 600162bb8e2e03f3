import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Recurrence, Silence, SilenceMatch } from '../domain/control.ts';
import {
  covers,
  coversStream,
  cronProblem,
  isActive,
  silenceOf,
  silenceState,
  stretchAt,
} from './silence.ts';
import { isTimeZone, momentOf, wallTime } from './wall-time.ts';

const all: SilenceMatch = { models: [], environments: [], policies: [], checks: [], subjects: [] };
const what = {
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  check: 'drift',
  subject: 'feature:age',
};

const silence = (over: Partial<Silence> = {}): Silence => ({
  id: 'si_1',
  match: all,
  from: 0,
  to: null,
  recurrence: null,
  by: 'ann',
  note: '',
  created: 0,
  ended: null,
  endedBy: '',
  ...over,
});

const nightly: Recurrence = { cron: '0 2 * * *', durationSeconds: 7200, timeZone: 'Europe/Berlin' };
const at = (text: string) => Date.parse(text);

/** Stretches, to five minutes, in which a silence is in force. */
function stretches(one: Silence, from: string, to: string): string[] {
  const found: string[] = [];
  let began: number | null = null;
  for (let t = at(from); t <= at(to); t += 300_000) {
    const active = t < at(to) && isActive(one, t);
    if (active && began === null) began = t;
    if (!active && began !== null) {
      found.push(`${new Date(began).toISOString().slice(5, 16)} ${(t - began) / 60_000}`);
      began = null;
    }
  }
  return found;
}

describe('what a silence covers', () => {
  it.each<[Partial<SilenceMatch>, boolean]>([
    [{}, true],
    [{ models: ['churn'] }, true],
    [{ models: ['fraud', 'ch*'] }, true],
    [{ models: ['fraud'] }, false],
    [{ models: ['churn'], environments: ['staging'] }, false],
    [{ policies: ['default'] }, true],
    [{ policies: ['blind'] }, false],
    [{ checks: ['dri*'] }, true],
    [{ checks: ['missing'] }, false],
    [{ subjects: ['feature:*'] }, true],
    [{ subjects: ['age'] }, false],
    [{ subjects: [''] }, false],
  ])('%j: %s', (match, expected) => {
    expect(covers({ ...all, ...match }, what)).toBe(expected);
  });

  it('a stream may be meant though none of its findings is', () => {
    expect(coversStream({ ...all, models: ['ch*'], checks: ['none'] }, what)).toBe(true);
    expect(coversStream({ ...all, environments: ['staging'] }, what)).toBe(false);
  });

  it('the first that fits and is in force is named', () => {
    const list = [
      silence({ id: 'other', match: { ...all, models: ['fraud'] } }),
      silence({ id: 'over', to: 50 }),
      silence({ id: 'one', to: 200 }),
      silence({ id: 'two' }),
    ];
    expect(silenceOf(list, what, 100)?.id).toBe('one');
    expect(silenceOf(list, what, 200)?.id).toBe('two');
    expect(silenceOf([], what, 100)).toBeNull();
  });
});

describe('when a silence is in force', () => {
  it('once: from its first moment to before its last, or until it was ended', () => {
    const one = silence({ from: 100, to: 200 });
    expect([99, 100, 199, 200].map(t => isActive(one, t))).toEqual([false, true, true, false]);
    expect([99, 100, 200].map(t => silenceState(one, t))).toEqual(['waiting', 'active', 'over']);
    const ended = { ...one, ended: 150 };
    expect([149, 150].map(t => isActive(ended, t))).toEqual([true, false]);
    expect([149, 150, 300].map(t => silenceState(ended, t))).toEqual(['active', 'ended', 'ended']);
    expect(stretchAt(ended, 0)).toEqual({ from: 100, to: 150 });
    expect(stretchAt(ended, 150)).toBeNull();
  });

  it.each([
    ['an ordinary night', '2026-06-10T12:00Z', '2026-06-11T12:00Z', ['06-11T00:00 120']],
    [
      'the night the clock is put forward: 02:00 is 03:00',
      '2026-03-28T12:00Z',
      '2026-03-29T12:00Z',
      ['03-29T01:00 60'],
    ],
    ['the night after it', '2026-03-29T12:00Z', '2026-03-30T12:00Z', ['03-30T00:00 120']],
    [
      'the night the clock is put back: 02:00 comes twice',
      '2026-10-24T12:00Z',
      '2026-10-25T12:00Z',
      ['10-25T00:00 180'],
    ],
    ['the night after that', '2026-10-25T12:00Z', '2026-10-26T12:00Z', ['10-26T01:00 120']],
  ])('02:00 to 04:00 in Berlin, %s', (_, from, to, expected) => {
    expect(stretches(silence({ recurrence: nightly }), from, to)).toEqual(expected);
  });

  it('half an hour that comes twice is silent twice, and not between', () => {
    const half = { ...nightly, cron: '30 2 * * *', durationSeconds: 1800 };
    expect(stretches(silence({ recurrence: half }), '2026-10-24T20:00Z', '2026-10-25T06:00Z')).toEqual([
      '10-25T00:30 30',
      '10-25T01:30 30',
    ]);
    expect(stretches(silence({ recurrence: half }), '2026-03-28T20:00Z', '2026-03-29T06:00Z')).toEqual([]);
  });

  it('recurring only between its first and last moment', () => {
    const bounded = silence({
      recurrence: nightly,
      from: at('2026-06-11T00:30Z'),
      to: at('2026-06-12T01:00Z'),
    });
    expect(stretches(bounded, '2026-06-09T12:00Z', '2026-06-14T12:00Z')).toEqual([
      '06-11T00:30 90',
      '06-12T00:00 60',
    ]);
    expect(silenceState(bounded, at('2026-06-11T12:00Z'))).toBe('waiting');
    expect(silenceState(bounded, at('2026-06-12T01:00Z'))).toBe('over');
  });

  it('days overlap when an occurrence is longer than the time to the next', () => {
    const long = silence({
      recurrence: { cron: '0 22 * * 5', durationSeconds: 2 * 86_400, timeZone: 'UTC' },
    });
    expect(stretches(long, '2026-06-10T00:00Z', '2026-06-17T00:00Z')).toEqual(['06-12T22:00 2880']);
    const always = silence({ recurrence: { cron: '0 0 * * *', durationSeconds: 90_000, timeZone: 'UTC' } });
    expect(stretches(always, '2026-06-10T00:00Z', '2026-06-13T00:00Z')).toHaveLength(1);
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
const year = at('2026-01-01T00:00Z');
const moment = fc.integer({ min: 0, max: 366 * 1440 }).map(minutes => year + minutes * 60_000 + 1);

describe('laws of recurring silences', () => {
  const recurrence = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    durationSeconds: fc.integer({ min: 60, max: 100_000 }),
    timeZone: fc.constantFrom(...zones),
  });

  it('in force if and only if the wall shows a time within an occurrence', () => {
    fc.assert(
      fc.property(recurrence, moment, ({ hour, minute, durationSeconds, timeZone }, t) => {
        const one = silence({ recurrence: { cron: `${minute} ${hour} * * *`, durationSeconds, timeZone } });
        const wall = wallTime(t, timeZone);
        const midnight = Math.floor(wall / 86_400_000) * 86_400_000;
        const within = [0, 1, 2].some(days => {
          const start = midnight - days * 86_400_000 + (hour * 60 + minute) * 60_000;
          return start <= wall && wall < start + durationSeconds * 1000;
        });
        expect(isActive(one, t)).toBe(within);
      }),
    );
  });

  it('the stretch named is in force from its first moment to its last, and the next one is not passed over', () => {
    fc.assert(
      fc.property(recurrence, moment, ({ hour, minute, durationSeconds, timeZone }, t) => {
        // Shorter than a day: else occurrences run into each other.
        const seconds = Math.min(durationSeconds, 80_000);
        const one = silence({
          recurrence: { cron: `${minute} ${hour} * * *`, durationSeconds: seconds, timeZone },
        });
        const { from, to } = stretchAt(one, t)!;
        expect(isActive(one, Math.max(from, t))).toBe(true);
        expect(isActive(one, to! - 1)).toBe(true);
        expect(isActive(one, to!)).toBe(false);
        if (isActive(one, t)) expect(from).toBeLessThanOrEqual(t);
        else for (let s = t; s < from; s += 1_800_000) expect(isActive(one, s)).toBe(false);
      }),
    );
  });

  it('a moment and what the wall shows lead to each other', () => {
    fc.assert(
      fc.property(moment, fc.constantFrom(...zones), (t, zone) => {
        const wall = wallTime(t, zone);
        const back = momentOf(wall, zone);
        expect(wallTime(back, zone)).toBe(wall);
        expect(back).toBeLessThanOrEqual(t);
      }),
    );
  });
});

describe('what cannot be used', () => {
  it.each([
    ['0 2 * * *', null],
    ['*/15 0-6 * * 1-5', null],
    ['0 0 30 2 *', 'it never comes about'],
    ['61 * * * *', 'Invalid value for minute: 61'],
    ['* * * * * *', 'not five parts'],
    ['@daily', 'not five parts'],
    ['a b c d e', 'illegal characters'],
  ])('%s', (cron, problem) => {
    const found = cronProblem(cron);
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });

  it('a time zone nobody knows', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
    expect(isTimeZone('')).toBe(false);
  });
});
