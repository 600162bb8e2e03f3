import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { categoricalEffect } from './effect-categorical.ts';

interface Effect {
  readonly estimate: number;
  readonly lo: number;
  readonly hi: number;
  readonly cell: number | null;
}
const cases = loadGolden<{ cur: number[]; ref: number[] }, { effect: Effect }>('categorical');

test.each(cases)('$name', ({ input, output }) => {
  const found = categoricalEffect(input.cur, input.ref);
  expect(errorOf(found.estimate, output.effect.estimate)).toBeLessThan(1e-9);
  expect(errorOf(found.low, output.effect.lo)).toBeLessThan(1e-9);
  expect(errorOf(found.high, output.effect.hi)).toBeLessThan(1e-9);
  expect(found.cell).toBe(output.effect.cell);
});

test('all golden cases are there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(9);
});

test('an empty sample says nothing', () => {
  const nothing = { estimate: 0, low: 0, high: 1, cell: null };
  expect(categoricalEffect([0, 0], [1, 2])).toEqual(nothing);
  expect(categoricalEffect([1, 2], [0, 0])).toEqual(nothing);
  expect(categoricalEffect([], [])).toEqual(nothing);
});

test('one category only has nowhere to move', () => {
  expect(categoricalEffect([500, 0], [9000, 0])).toMatchObject({ estimate: 0, low: 0, cell: null });
});

test('many small categories that all vanish are named together', () => {
  const reference = [9000, ...Array.from({ length: 500 }, () => 4)];
  const current = [2000, ...Array.from({ length: 500 }, () => 0)];
  const found = categoricalEffect(current, reference);
  expect(found.estimate).toBeCloseTo(2000 / 11000, 12);
  expect([0, -1]).toContain(found.cell);
  expect(categoricalEffect([1000, 1000, ...current.slice(1)], [4500, 4500, ...reference.slice(1)]).cell).toBe(
    -1,
  );
});

const pair = fc
  .integer({ min: 1, max: 60 })
  .chain(cells =>
    fc.tuple(
      fc.array(fc.oneof(fc.nat(3), fc.nat(2000)), { minLength: cells, maxLength: cells }),
      fc.array(fc.oneof(fc.nat(3), fc.nat(50_000)), { minLength: cells, maxLength: cells }),
    ),
  );

test('laws: ordered limits in [0, 1], a cell in range', () => {
  fc.assert(
    fc.property(pair, ([current, reference]) => {
      const { estimate, low, high, cell } = categoricalEffect(current, reference);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(estimate).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(estimate);
      expect(high).toBeLessThanOrEqual(1);
      if (cell === null) return;
      expect(low).toBeGreaterThan(0);
      expect(cell).toBeGreaterThanOrEqual(-1);
      expect(cell).toBeLessThan(current.length);
    }),
  );
});

test('laws: nothing has moved between equal or proportional samples', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (counts, k) => {
        const found = categoricalEffect(
          counts,
          counts.map(c => c * k),
        );
        expect(found.estimate).toBe(0);
        expect(found.cell).toBeNull();
      },
    ),
  );
});

test('laws: categories without rows change neither estimate nor limits', () => {
  fc.assert(
    fc.property(pair, fc.nat(59), ([current, reference], at) => {
      const spread = (counts: number[]) => [...counts.slice(0, at), 0, ...counts.slice(at)];
      const { cell: _, ...before } = categoricalEffect(current, reference);
      const { cell: __, ...after } = categoricalEffect(spread(current), spread(reference));
      expect(after).toEqual(before);
    }),
  );
});

test('laws: the order of the categories does not matter', () => {
  fc.assert(
    fc.property(pair, ([current, reference]) => {
      const before = categoricalEffect(current, reference);
      const after = categoricalEffect(current.toReversed(), reference.toReversed());
      expect(after.estimate).toBeCloseTo(before.estimate, 12);
      expect(after.low).toBeCloseTo(before.low, 12);
      expect(after.high).toBeCloseTo(before.high, 12);
    }),
  );
});

test('1,000 categories take well under a millisecond', () => {
  const reference = Array.from({ length: 1000 }, (_, i) => Math.ceil(50_000 / (i + 1)));
  const current = reference.map((c, i) => Math.ceil((c * (20 + (i % 7))) / 100));
  for (let i = 0; i < 200; i++) categoricalEffect(current, reference);
  const start = performance.now();
  for (let i = 0; i < 200; i++) categoricalEffect(current, reference);
  // The goal is 0.5 ms on a free core; the machine of a test run may be busy.
  expect((performance.now() - start) / 200).toBeLessThan(5);
});
