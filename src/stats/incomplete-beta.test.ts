import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { logBetaInc } from './incomplete-beta.ts';

const cases = loadVectors<{ points: [number, number, number][] }, { values: number[] }>('special').filter(
  c => c.function === 'betainc',
);

test('agrees to 1e-12, down to 1e-263', () => {
  expect(cases.length).toBe(1);
  const [{ inputs, expected }] = cases as [(typeof cases)[number]];
  expect(Math.min(...expected.values)).toBeLessThan(1e-260);
  inputs.points.forEach(([a, b, x], i) => {
    const actual = Math.exp(logBetaInc(a, b, x));
    expect(errorOf(actual, expected.values[i]!), `I_${x}(${a}, ${b})`).toBeLessThan(1e-12);
  });
});

test('ends', () => {
  expect(logBetaInc(2, 3, 0)).toBe(-Infinity);
  expect(logBetaInc(2, 3, -1)).toBe(-Infinity);
  expect(logBetaInc(2, 3, 1)).toBe(0);
});

test('has a logarithm where the value is below the smallest double', () => {
  // I_x(a, 1) = x^a
  expect(errorOf(logBetaInc(1e5, 1, 0.01), 1e5 * Math.log(0.01))).toBeLessThan(1e-14);
});

test('is not off where one shape is huge', () => {
  // I_x(a, 1) = x^a and I_x(1, b) = 1 - (1 - x)^b.
  const y = 3e-10;
  expect(errorOf(logBetaInc(1e9, 1, 1 - y, y), 1e9 * Math.log1p(-y))).toBeLessThan(1e-12);
  expect(errorOf(Math.exp(logBetaInc(1, 1e9, y)), -Math.expm1(1e9 * Math.log1p(-y)))).toBeLessThan(1e-12);
});

test('laws: I_x(a, b) + I_1-x(b, a) = 1, rising in x', () => {
  const shape = fc.double({ min: 0.01, max: 1e6, noNaN: true });
  const share = fc.double({ min: 1e-9, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(shape, shape, share, (a, b, x) => {
      const sum = Math.exp(logBetaInc(a, b, x)) + Math.exp(logBetaInc(b, a, 1 - x, x));
      expect(sum).toBeCloseTo(1, 9);
      expect(logBetaInc(a, b, x)).toBeLessThanOrEqual(1e-12);
      expect(logBetaInc(a, b, x * 1.001)).toBeGreaterThanOrEqual(logBetaInc(a, b, x) - 1e-9);
    }),
  );
});
