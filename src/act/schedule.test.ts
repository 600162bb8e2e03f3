import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestRetryAfter, nextDelay, outcomeOf, parseRetryAfter, retrySchedule } from './schedule.ts';

describe('outcomeOf', () => {
  it('knows what to do about every status', () => {
    const retried = [408, 425, 429];
    for (let status = 100; status <= 599; status++) {
      const expected =
        status >= 200 && status <= 299
          ? 'done'
          : status === 410
            ? 'disabled'
            : status >= 500 || retried.includes(status)
              ? 'retry'
              : 'failed';
      expect([status, outcomeOf(status)]).toEqual([status, expected]);
    }
    expect(outcomeOf(0)).toBe('retry');
  });
});

describe('nextDelay', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('keeps the schedule with at most a tenth on top', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), random, (attempt, r) => {
        const delay = nextDelay(attempt, null, () => r)!;
        expect(delay).toBeGreaterThanOrEqual(retrySchedule[attempt]!);
        expect(delay).toBeLessThanOrEqual(retrySchedule[attempt]! * 1.1);
      }),
    );
  });

  it('never comes back before Retry-After, and never waits longer than a day for it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 10 * longestRetryAfter }),
        random,
        (attempt, after, r) => {
          const delay = nextDelay(attempt, after, () => r)!;
          expect(delay).toBeGreaterThanOrEqual(Math.min(after, longestRetryAfter));
          expect(delay).toBeLessThanOrEqual(Math.max(retrySchedule[attempt]! * 1.1, longestRetryAfter));
        },
      ),
    );
  });

  it('makes ten attempts over 75 h 35 min 5 s and gives up', () => {
    expect(nextDelay(10, null, () => 0)).toBeNull();
    const whole = retrySchedule.reduce((sum, wait) => sum + wait, 0);
    expect(whole).toBe(((75 * 60 + 35) * 60 + 5) * 1000);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    [undefined, null],
    ['120', 120_000],
    [' 0 ', 0],
    ['soon', null],
    ['-5', null],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ])('%s: %s', (header, expected) => expect(parseRetryAfter(header, now)).toBe(expected));
});
