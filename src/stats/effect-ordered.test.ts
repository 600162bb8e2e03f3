import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { orderedEffect } from './effect-ordered.ts';

interface Effect {
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
  readonly interval: [number, number] | null;
  readonly direction: number;
}
const cases = loadGolden<{ cur: number[]; ref: number[] }, { effect: Effect }>('numeric');

test.each(cases)('$name', ({ input, output }) => {
  const found = orderedEffect(input.cur, input.ref);
  expect(errorOf(found.estimate, output.effect.estimate)).toBeLessThan(1e-9);
  expect(errorOf(found.low, output.effect.lo)).toBeLessThan(1e-9);
  expect(errorOf(found.high, output.effect.hi)).toBeLessThan(1e-9);
  expect(found.interval).toEqual(output.effect.interval);
  expect(found.direction).toBe(output.effect.direction);
});

test('all golden cases are there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(21);
});

test('an empty sample says nothing', () => {
  const nothing = { estimate: 0, low: 0, high: 1, interval: null, direction: 0 };
  expect(orderedEffect([0, 0, 0], [1, 2, 3])).toEqual(nothing);
  expect(orderedEffect([1, 2, 3], [0, 0, 0])).toEqual(nothing);
  expect(orderedEffect([], [])).toEqual(nothing);
});

const pair = fc
  .integer({ min: 1, max: 40 })
  .chain(cells =>
    fc.tuple(
      fc.array(fc.oneof(fc.nat(5), fc.nat(3000)), { minLength: cells, maxLength: cells }),
      fc.array(fc.oneof(fc.nat(5), fc.nat(50_000)), { minLength: cells, maxLength: cells }),
    ),
  );

test('laws: ordered limits in [0, 1], an interval in range exactly when the lower limit is above 0', () => {
  fc.assert(
    fc.property(pair, ([current, reference]) => {
      const { estimate, low, high, interval, direction } = orderedEffect(current, reference);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(estimate).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(estimate);
      expect(high).toBeLessThanOrEqual(1);
      expect(interval === null).toBe(low === 0);
      expect(direction === 0).toBe(interval === null);
      if (interval === null) return;
      expect(interval[0]).toBeGreaterThanOrEqual(0);
      expect(interval[1]).toBeGreaterThanOrEqual(interval[0]);
      expect(interval[1]).toBeLessThan(current.length);
    }),
  );
});

test('laws: the estimate above noise is the difference of mass over its interval, in its direction', () => {
  fc.assert(
    fc.property(pair, ([current, reference]) => {
      const { estimate, interval, direction } = orderedEffect(current, reference);
      if (interval === null) return;
      const share = (counts: number[]) => {
        const inside = counts.slice(interval[0], interval[1] + 1).reduce((sum, c) => sum + c, 0);
        return inside / counts.reduce((sum, c) => sum + c, 0);
      };
      expect(direction * (share(current) - share(reference))).toBeCloseTo(estimate, 12);
    }),
  );
});

test('laws: nothing has moved between equal or proportional samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (counts, k) => {
        const found = orderedEffect(
          counts,
          counts.map(c => c * k),
        );
        expect(found.estimate).toBe(0);
        expect(found.interval).toBeNull();
      },
    ),
  );
});

test('laws: cells without rows change neither estimate nor limits', () => {
  fc.assert(
    fc.property(pair, fc.nat(39), ([current, reference], at) => {
      const spread = (counts: number[]) => [...counts.slice(0, at), 0, 0, ...counts.slice(at)];
      const before = orderedEffect(current, reference);
      const after = orderedEffect(spread(current), spread(reference));
      expect({ ...after, interval: null }).toEqual({ ...before, interval: null });
    }),
  );
});

test('a share moved from the lowest to the highest cell is found whole', () => {
  const reference = Array.from({ length: 100 }, () => 1000);
  const current = reference.map((c, i) => (i < 30 ? 0 : i < 70 ? c : i < 100 ? 2 * c : c));
  const found = orderedEffect(current, reference);
  expect(found.estimate).toBeGreaterThan(0.22);
  expect(found.low).toBeGreaterThan(0.2);
});

test('1,024 cells take well under a millisecond', () => {
  const reference = Array.from({ length: 1026 }, (_, i) => (i % 1025 === 0 ? 0 : 49));
  const current = reference.map((c, i) => (c * (20 + (i % 7))) >> 3);
  for (let i = 0; i < 200; i++) orderedEffect(current, reference);
  const start = performance.now();
  for (let i = 0; i < 200; i++) orderedEffect(current, reference);
  // The goal is 0.4 ms on a free core; the machine of a test run may be busy.
  expect((performance.now() - start) / 200).toBeLessThan(4);
});
