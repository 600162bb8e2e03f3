import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { createBuckets } from './rate-limit.ts';

describe('createBuckets', () => {
  it('gives a burst at once, then as many as trickle in, and says how long to wait', () => {
    const clock = createManualClock(0);
    const buckets = createBuckets(clock.now);
    const allowance = { perSecond: 2, burst: 3 };
    const take = () => buckets.take('a', allowance);
    expect([take(), take(), take()]).toEqual([0, 0, 0]);
    expect(take()).toBeCloseTo(0.5);
    clock.advance(400);
    expect(take()).toBeCloseTo(0.1);
    clock.advance(101);
    expect(take()).toBe(0);
    clock.advance(60_000);
    expect([take(), take(), take(), take() > 0]).toEqual([0, 0, 0, true]);
  });

  it('keeps names apart, and a clock that is set back gives nothing away', () => {
    const clock = createManualClock(10_000);
    const buckets = createBuckets(clock.now);
    const one = { perSecond: 1, burst: 1 };
    expect([buckets.take('a', one), buckets.take('b', one)]).toEqual([0, 0]);
    clock.set(0);
    expect(buckets.take('a', one)).toBe(1);
  });

  it('remembers a bounded number of names', () => {
    const buckets = createBuckets(() => 0);
    const one = { perSecond: 1, burst: 1 };
    buckets.take('first', one);
    expect(buckets.take('first', one)).toBe(1);
    for (let i = 0; i < 10_000; i++) buckets.take(`n${i}`, one);
    expect(buckets.take('first', one)).toBe(0);
    expect(buckets.take('n9999', one)).toBe(1);
  });

  it('never gives more than burst and rate allow', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (waits, burst) => {
        const clock = createManualClock(0);
        const buckets = createBuckets(clock.now);
        let given = 0;
        for (const wait of waits) {
          clock.advance(wait);
          if (buckets.take('x', { perSecond: 1, burst }) === 0) given++;
          expect(given).toBeLessThanOrEqual(burst + clock.now() / 1000 + 1e-9);
        }
      }),
    );
  });
});
