import { describe, expect, it } from 'vitest';
import { orderHoldOf, orderHolds, type Refusal } from '../domain/refusal.ts';
import { type GuardState, type Rails, refusalOf, refusals } from './guards.ts';

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 9, 1);

const rails: Rails = {
  cooldown: day,
  perDay: 3,
  per30Days: 5,
  leastRows: 1000,
  leastLabels: 100,
  windows: 2,
  timeout: day,
};

/** Nothing speaks against it, and everything could. */
const free: GuardState = {
  kind: 'retrain',
  now,
  rails,
  stopped: { model: '', on: false, by: 'ann', reason: '', at: now - hour },
  episode: { remedial: true, calibrated: true, pagingWindows: 2 },
  insisted: false,
  doubts: [],
  newRows: 1000,
  newLabels: 100,
  inFlight: null,
  requested: [],
};

/** What each rail holds back, and what it then says. */
const against: Readonly<Record<Refusal, readonly [Partial<GuardState>, string]>> = {
  stopped: [
    { stopped: { model: '', on: true, by: 'ann', reason: 'incident', at: now - hour } },
    'retraining is stopped since 2026-09-30T23:00:00.000Z by ann: incident',
  ],
  'not-model-drift': [
    { episode: { remedial: false, calibrated: false, pagingWindows: 1 } },
    'what was found is not remedied by retraining',
  ],
  'not-calibrated': [
    { episode: { remedial: true, calibrated: false, pagingWindows: 1 } },
    'the noise of the stream is not known well enough yet: 28 days of history are needed',
  ],
  'too-few-windows': [
    { episode: { remedial: true, calibrated: true, pagingWindows: 1 } },
    '1 of 2 paging windows',
  ],
  blind: [{ doubts: ['blind', 'volume'] }, 'not all data could be read'],
  'data-quality': [
    { doubts: ['missing feature:age', 'volume'] },
    'data in doubt: missing feature:age, volume',
  ],
  'too-few-rows': [{ newRows: 999 }, '999 of 1000 new rows'],
  'too-few-labels': [{ newLabels: 99 }, '99 of 100 new labels'],
  'in-flight': [{ inFlight: { id: 'or_1', state: 'running' } }, 'order or_1 is running'],
  cooldown: [
    { requested: [now - hour] },
    'one order within 24 h; the next is possible from 2026-10-01T23:00:00.000Z',
  ],
  'limit-day': [
    { rails: { ...rails, cooldown: 0 }, requested: [now - 23 * hour, now - 2 * hour, now - hour] },
    '3 orders within 24 h; the next is possible from 2026-10-01T01:00:00.000Z',
  ],
  'limit-30-days': [
    { requested: [29, 20, 10, 5, 2].map(days => now - days * day) },
    '5 orders within 720 h; the next is possible from 2026-10-02T00:00:00.000Z',
  ],
};

describe('guard rails', () => {
  it('lets an order out that nothing speaks against', () => {
    expect(refusalOf(free)).toBeNull();
  });

  it.each(refusals)('%s holds an order back, and says why', reason => {
    const [over, detail] = against[reason];
    expect(refusalOf({ ...free, ...over })).toEqual({ reason, detail });
  });

  it('are looked at in their order: of any two the first one counts', () => {
    for (const [i, first] of refusals.entries())
      for (const second of refusals.slice(i + 1)) {
        // Both speak of the same part of the state: only one can be true at a time.
        const [a, b] = [against[first][0], against[second][0]];
        if (Object.keys(a).some(key => key in b)) continue;
        expect(refusalOf({ ...free, ...b, ...a })?.reason, `${first} before ${second}`).toBe(first);
      }
  });

  it('every one is explained, with what would lift it', () => {
    expect(Object.keys(orderHolds).filter(name => !refusals.includes(name as Refusal))).toEqual([
      'no-receiver',
      'not-armed',
    ]);
    for (const reason of refusals) expect(orderHoldOf(`${reason}: detail`)).toBe(reason);
    expect(orderHoldOf('cooldown-ish: no')).toBeNull();
    expect(orderHoldOf('constructor: no')).toBeNull();
  });

  it.each(['schema', 'mismatch feature:age'])('a rebuild is what %s calls for', doubt => {
    expect(refusalOf({ ...free, doubts: [doubt] })?.reason).toBe('data-quality');
    expect(refusalOf({ ...free, kind: 'rebuild', doubts: [doubt] })).toBeNull();
    expect(refusalOf({ ...free, kind: 'rebuild', doubts: [doubt, 'volume'] })?.reason).toBe('data-quality');
  });

  it('a rebuild for a field that is gone is not held back by its being missing, but by what else is', () => {
    const gone = ['missing feature:age', 'schema feature:age'];
    expect(refusalOf({ ...free, kind: 'rebuild', doubts: gone })).toBeNull();
    expect(refusalOf({ ...free, doubts: gone })?.reason).toBe('data-quality');
    const more = [...gone, 'missing feature:income'];
    expect(refusalOf({ ...free, kind: 'rebuild', doubts: more })?.detail).toBe(
      'data in doubt: missing feature:income',
    );
  });

  it('a rebuild needs no calibrated check; an insisting policy no remedial one, but a calibrated one', () => {
    const learning = { remedial: true, calibrated: false, pagingWindows: 9 };
    expect(refusalOf({ ...free, kind: 'rebuild', episode: { ...learning, remedial: false } })).toBeNull();
    expect(refusalOf({ ...free, insisted: true, episode: { ...learning, remedial: false } })).toBeNull();
    expect(refusalOf({ ...free, insisted: true, episode: learning })?.reason).toBe('not-calibrated');
  });

  it('what asks without an episode passes every rail that does not speak of findings', () => {
    const asked: GuardState = { ...free, episode: null, insisted: true };
    const ofFindings = ['not-model-drift', 'not-calibrated', 'too-few-windows'];
    for (const reason of refusals) {
      const found = refusalOf({ ...free, ...against[reason][0], episode: null, insisted: true });
      expect(found?.reason ?? null, reason).toBe(ofFindings.includes(reason) ? null : reason);
    }
    expect(refusalOf(asked)).toBeNull();
  });

  it('a span ends to the millisecond', () => {
    expect(refusalOf({ ...free, requested: [now - day] })).toBeNull();
    expect(refusalOf({ ...free, requested: [now - day + 1] })?.reason).toBe('cooldown');
    const month = [30, 20, 10, 5, 2].map(days => now - days * day);
    expect(refusalOf({ ...free, requested: month })).toBeNull();
  });

  it('an order of the future, after a clock that was set back, counts', () => {
    expect(refusalOf({ ...free, requested: [now + hour] })?.reason).toBe('cooldown');
  });
});

describe('orders of a clock that was ahead', () => {
  const held = (requested: readonly number[], over: Partial<GuardState> = {}) =>
    refusalOf({ ...free, requested, ...over })?.reason ?? null;

  it('hold nothing back until then; near ones do, so that a clock set back gets no more orders out', () => {
    expect(held([now + 365 * day])).toBeNull();
    expect(held([now + 40 * day, now + 40 * day, now + 41 * day, now + 42 * day, now + 43 * day])).toBeNull();
    expect(held([now + 2 * hour])).toBe('cooldown');
    expect(held([now + 2 * day, now + 3 * day, now + 4 * day, now + 5 * day, now + 6 * day])).toBe(
      'limit-30-days',
    );
  });

  it('a replay that asks as of an old window still counts what was ordered since', () => {
    expect(held([now + 2 * day], { present: now + 3 * day })).toBe('cooldown');
  });
});
