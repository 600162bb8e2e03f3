import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochOf, replayTime } from './replay-times.ts';

const period = fc
  .record({
    from: fc.integer({ min: 0, max: 2e12 }),
    length: fc.integer({ min: 1000, max: 1e11 }),
    rowCount: fc.integer({ min: 1, max: 1e6 }),
  })
  .map(p => ({ from: p.from, to: p.from + p.length, rowCount: p.rowCount }));

describe('event times of a replay', () => {
  it('are spread evenly, begin at from and stay before to', () => {
    const four = { from: 1000, to: 2000, rowCount: 4 };
    expect([0, 1, 2, 3].map(i => replayTime({ kind: 'even' }, four, i, {}))).toEqual([
      1000, 1250, 1500, 1750,
    ]);
  });

  it('never leave the period and never go back while the index rises', () => {
    fc.assert(
      fc.property(period, fc.nat(1e6), fc.nat(1e6), (p, a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)].map(
          i => replayTime({ kind: 'even' }, p, i % p.rowCount, {})!,
        );
        expect(first!).toBeGreaterThanOrEqual(p.from);
        expect(second!).toBeLessThan(p.to);
        if (Math.min(a, b) % p.rowCount <= Math.max(a, b) % p.rowCount)
          expect(first!).toBeLessThanOrEqual(second!);
      }),
    );
  });

  it('follow a column: first to from, last to just before to, proportions kept', () => {
    const times = { kind: 'column', column: 't', first: 0, last: 100 } as const;
    const p = { from: 10_000, to: 20_000, rowCount: 3 };
    expect(replayTime(times, p, 0, { t: 0 })).toBe(10_000);
    expect(replayTime(times, p, 0, { t: 25 })).toBe(12_500);
    expect(replayTime(times, p, 0, { t: 100 })).toBe(19_999);
    expect(replayTime(times, p, 0, { t: -5 })).toBe(10_000);
    expect(replayTime(times, p, 0, { t: 'never' })).toBeNull();
    expect(replayTime({ ...times, last: 0 }, p, 0, { t: 0 })).toBe(10_000);
  });

  it('are shifted to the millisecond when the length stays the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1.7e12 - 1 }), t => {
        const times = { kind: 'column', column: 't', first: 0, last: 1.7e12 } as const;
        expect(replayTime(times, { from: 0, to: 1.7e12, rowCount: 1 }, 0, { t })).toBe(t);
      }),
    );
  });

  it('may be the rows’ own, which never lie beyond the end', () => {
    const times = { kind: 'own', timeOf: (v: Readonly<Record<string, unknown>>) => epochOf(v['t']) } as const;
    const p = { from: 1000, to: 2000, rowCount: 3 };
    expect([500, 1500, 2500, 'never'].map(t => replayTime(times, p, 0, { t }))).toEqual([
      500,
      1500,
      1999,
      null,
    ]);
  });

  it('read times as files hold them, without a zone as UTC', () => {
    const noon = Date.UTC(2018, 0, 2, 12);
    expect(epochOf(noon)).toBe(noon);
    expect(epochOf('2018-01-02 12:00:00')).toBe(noon);
    expect(epochOf('2018-01-02T12:00:00.000Z')).toBe(noon);
    expect(epochOf('2018-01-02T13:00:00+01:00')).toBe(noon);
    expect(epochOf('2018-01-02')).toBe(Date.UTC(2018, 0, 2));
    expect(epochOf('2018-01-02 12:00:00.123456')).toBe(noon + 123);
    for (const none of ['', 'x', null, undefined, Number.NaN, {}]) expect(epochOf(none)).toBeNull();
  });
});
