import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptsNeeded, type BreakerAttempt, breakerOf, defaultBreaker } from './breaker.ts';

const now = 10_000_000;
const attempts = (...statuses: number[]): BreakerAttempt[] =>
  statuses.map((status, i) => ({ status, at: now - i }));

describe('breakerOf', () => {
  it.each<[string, number[], string, number]>([
    ['nothing was sent yet', [], 'closed', 0],
    ['the last one was taken', [200, 503, 503, 503, 503, 503], 'closed', 0],
    ['four failures', [503, 0, 429, 500, 200], 'closed', 4],
    ['five failures', [503, 0, 429, 408, 425], 'open', 5],
    ['a refusal among them is an answer', [503, 503, 404, 503, 503, 503], 'closed', 2],
    ['410 is an answer', [410, 503, 503, 503, 503, 503], 'closed', 0],
    ['a redirect is an answer', [302, 503, 503, 503, 503, 503], 'closed', 0],
    ['seven failures', [0, 0, 0, 0, 0, 0, 0], 'open', 7],
  ])('%s: %j', (_name, statuses, state, failures) => {
    expect(breakerOf(attempts(...statuses), now)).toMatchObject({ state, failures });
  });

  it('waits 30 s, twice as long after each probe that failed, ten minutes at most', () => {
    const waits = Array.from({ length: 8 }, (_, i) => {
      const failed = attempts(...Array<number>(5 + i).fill(503));
      return breakerOf(failed, now).until - now;
    });
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]);
  });

  it('lets one probe pass when the wait is over', () => {
    const failed = attempts(0, 0, 0, 0, 0);
    expect(breakerOf(failed, now + 29_999).state).toBe('open');
    expect(breakerOf(failed, now + 30_000).state).toBe('half-open');
  });

  it('does not wait for hours when the clock was set back', () => {
    const failed = attempts(0, 0, 0, 0, 0).map(each => ({ ...each, at: each.at + 7_200_000 }));
    expect(breakerOf(failed, now)).toMatchObject({ state: 'half-open', until: now });
  });

  it('needs no more attempts than it says', () => {
    const status = fc.constantFrom(0, 200, 204, 302, 400, 408, 410, 429, 500, 503);
    fc.assert(
      fc.property(fc.array(status, { maxLength: 40 }), fc.nat(2_000_000), (statuses, after) => {
        const all = attempts(...statuses);
        const some = all.slice(0, attemptsNeeded(defaultBreaker));
        const { state, until } = breakerOf(all, now + after);
        expect(breakerOf(some, now + after)).toMatchObject({ state, until });
      }),
    );
  });
});
