import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { combine } from './combine.ts';

test('the component that is smallest for its weight decides', () => {
  const weights = { a: 0.6, b: 0.3, c: 0.1 };
  expect(combine({ a: 0.012, b: 0.005, c: 0.5 }, weights)).toEqual({
    p: 0.005 / 0.3,
    by: 'b',
    components: { a: 0.012, b: 0.005, c: 0.5 },
  });
});

test('a component left out gives its weight to the others', () => {
  expect(combine({ b: 0.01 }, { a: 0.6, b: 0.3 }).p).toBeCloseTo(0.01, 15);
});

test('nothing to combine shows nothing', () => {
  expect(combine({}, { a: 1 })).toEqual({ p: 1, by: null, components: {} });
});

test('of equal components the first decides; p is floored', () => {
  expect(combine({ b: 0, a: 0 }, { a: 0.5, b: 0.5 })).toMatchObject({ p: 1e-300, by: 'b' });
});

test('never above 1, never below the smallest component', () => {
  const p = fc.double({ min: 1e-290, max: 1, noNaN: true });
  fc.assert(
    fc.property(p, p, p, (a, b, c) => {
      const found = combine({ a, b, c }, { a: 0.5, b: 0.3, c: 0.2 }).p;
      expect(found).toBeLessThanOrEqual(1);
      expect(found).toBeGreaterThanOrEqual(Math.min(a, b, c));
    }),
  );
});
