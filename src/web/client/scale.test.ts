import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linePath, niceTicks, stepPath, timeTicks } from './scale.ts';

describe('niceTicks', () => {
  it.each([
    [0.3, [0, 0.1, 0.2, 0.3]],
    [1, [0, 0.25, 0.5, 0.75, 1]],
    [7, [0, 2, 4, 6, 8]],
    [0, [0]],
    [Number.NaN, [0]],
  ])('of %s', (max, ticks) => expect(niceTicks(max)).toEqual(ticks));

  it('reaches the maximum with few steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), max => {
        const ticks = niceTicks(max);
        expect(ticks.at(-1)!).toBeGreaterThanOrEqual(max * (1 - 1e-6));
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('paths', () => {
  const size = { width: 100, height: 10 };
  it('breaks at nulls, keeps lone values visible, stays inside', () => {
    expect(linePath([0, null, 1], 1, size)).toBe('M0 10h.01M100 0h.01');
    expect(linePath([0, 0.5, 9], 1, size)).toBe('M0 10L50 5L100 0');
    expect(linePath([], 1, size)).toBe('');
    expect(linePath([1], 0, size)).toBe('M0 0h.01');
  });
  it('steps from foot to foot', () => {
    expect(
      stepPath(
        [
          { x: 0, width: 5, y: 3 },
          { x: 5, width: 5, y: 1 },
        ],
        9,
      ),
    ).toBe('M0 9V3H5V1H10V9');
    expect(stepPath([], 9)).toBe('');
  });
});

describe('timeTicks', () => {
  it('weeks begin on Mondays, days at midnight UTC', () => {
    const from = Date.UTC(2026, 9, 10) / 1000;
    const weekly = timeTicks(from, from + 42 * 86_400, 7);
    expect(weekly.map(t => new Date(t * 1000).getUTCDay())).toEqual([1, 1, 1, 1, 1, 1]);
    expect(timeTicks(from, from + 5 * 86_400, 6).every(t => t % 86_400 === 0)).toBe(true);
  });

  it('never gives more than asked for, plus the fence post', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2e9 }), fc.integer({ min: 1, max: 3e7 }), (from, length) => {
        expect(timeTicks(from, from + length, 8).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});
