import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { negativeBinomialCdf, negativeBinomialSf } from './negative-binomial.ts';

const functions: Readonly<Record<string, (k: number, mean: number, dispersion: number) => number>> = {
  negative_binomial_cdf: negativeBinomialCdf,
  negative_binomial_sf: negativeBinomialSf,
};
const cases = loadVectors<{ points: [number, number, number][] }, { values: number[] }>('negative_binomial');

test('both tails have vectors, near the mean and far out', () => {
  expect(new Set(cases.map(c => c.function))).toEqual(new Set(Object.keys(functions)));
  for (const c of cases) {
    expect(Math.min(...c.expected.values)).toBeLessThan(1e-200);
    expect(c.inputs.points.length).toBeGreaterThan(400);
  }
});

test.each(cases)('$function agrees to 1e-10', c => {
  c.inputs.points.forEach((point, i) => {
    const actual = functions[c.function!]!(...point);
    expect(errorOf(actual, c.expected.values[i]!), `${c.function}(${point.join()})`).toBeLessThan(1e-10);
  });
});

test('dispersion 1 is the geometric law', () => {
  for (const mean of [0.1, 3, 500])
    for (const k of [0, 1, 7, 60])
      expect(errorOf(negativeBinomialSf(k, mean, 1), (mean / (1 + mean)) ** (k + 1))).toBeLessThan(1e-12);
});

test('the middle of a Poisson law of a billion rows', () => {
  // P(X <= mean) = 1/2 + (2/3) / sqrt(2 pi mean) for large means.
  const mean = 1e9;
  expect(negativeBinomialCdf(mean, mean, 0) - 0.5).toBeCloseTo(2 / 3 / Math.sqrt(2 * Math.PI * mean), 9);
  expect(negativeBinomialCdf(mean, mean, 1e-13) - 0.5).toBeCloseTo(2 / 3 / Math.sqrt(2 * Math.PI * mean), 8);
});

test('no rows expected, fewer than none, and bad input', () => {
  expect(negativeBinomialCdf(0, 0, 0.1)).toBe(1);
  expect(negativeBinomialSf(0, 0, 0.1)).toBe(0);
  expect(negativeBinomialCdf(-1, 5, 0.1)).toBe(0);
  expect(negativeBinomialSf(-1, 5, 0.1)).toBe(1);
  expect(negativeBinomialSf(3.7, 5, 0.1)).toBe(negativeBinomialSf(3, 5, 0.1));
  for (const bad of [Number.NaN, Infinity]) {
    expect(negativeBinomialCdf(3, bad, 0.1)).toBe(1);
    expect(negativeBinomialSf(3, 5, bad)).toBe(1);
  }
});

const mean = fc.double({ min: 1e-3, max: 1e7, noNaN: true });
const dispersion = fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 10, noNaN: true }));
const rows = fc.integer({ min: 0, max: 20_000_000 });

test('laws: both tails add up to 1 and fall or rise with k', () => {
  fc.assert(
    fc.property(rows, mean, dispersion, (k, mu, kappa) => {
      const below = negativeBinomialCdf(k, mu, kappa);
      const above = negativeBinomialSf(k, mu, kappa);
      expect(below + above).toBeCloseTo(1, 9);
      expect(negativeBinomialCdf(k + 1, mu, kappa)).toBeGreaterThanOrEqual(below * (1 - 1e-9));
      expect(negativeBinomialSf(k + 1, mu, kappa)).toBeLessThanOrEqual(above * (1 + 1e-9));
    }),
  );
});

test('laws: more rows expected makes few less likely', () => {
  fc.assert(
    fc.property(rows, mean, dispersion, (k, mu, kappa) => {
      expect(negativeBinomialCdf(k, 2 * mu, kappa)).toBeLessThanOrEqual(
        negativeBinomialCdf(k, mu, kappa) + 1e-9,
      );
    }),
  );
});
