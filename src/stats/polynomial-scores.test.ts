import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { leverageOf, polynomialScores } from './polynomial-scores.ts';

const counts = fc.array(fc.oneof(fc.nat(5), fc.nat(1_000_000)), { minLength: 1, maxLength: 50 });

const mean = (weights: readonly number[], value: (k: number) => number) => {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, k) => sum + (weight / all) * value(k), 0);
};

test('over the rows every score has mean 0, variance 1 and no correlation with the others', () => {
  fc.assert(
    fc.property(counts, rows => {
      const scores = polynomialScores(rows, 4);
      scores.forEach((score, i) => {
        expect(Math.abs(mean(rows, k => score[k]!))).toBeLessThan(1e-3);
        expect(mean(rows, k => score[k]! ** 2)).toBeCloseTo(1, 9);
        for (const other of scores.slice(0, i)) {
          expect(Math.abs(mean(rows, k => score[k]! * other[k]!))).toBeLessThan(1e-3);
        }
      });
    }),
  );
});

test('there is one score less than there are cells with rows, at most the degree', () => {
  for (let cells = 0; cells < 8; cells++) {
    const rows = [0, ...Array.from({ length: cells }, (_, k) => 10 + k), 0];
    expect(polynomialScores(rows, 4)).toHaveLength(Math.min(4, Math.max(0, cells - 1)));
  }
});

test('many equal cells give the Legendre polynomials', () => {
  const size = 2000;
  const rows = Array.from({ length: size }, () => 5);
  const scores = polynomialScores(rows, 4);
  const legendre = [
    (x: number) => x,
    (x: number) => (3 * x ** 2 - 1) / 2,
    (x: number) => (5 * x ** 3 - 3 * x) / 2,
    (x: number) => (35 * x ** 4 - 30 * x ** 2 + 3) / 8,
  ];
  legendre.forEach((polynomial, i) => {
    for (const k of [0, 137, 999, 1500, 1999]) {
      const x = (2 * k + 1) / size - 1;
      expect(scores[i]![k]).toBeCloseTo(Math.sqrt(2 * i + 3) * polynomial(x), 4);
    }
  });
});

test('the first score is the mid-rank: monotone', () => {
  fc.assert(
    fc.property(counts, rows => {
      const score = polynomialScores(rows, 1)[0] ?? new Float64Array();
      expect([...score]).toEqual([...score].sort((a, b) => a - b));
    }),
  );
});

test('leverage falls as one value takes over', () => {
  const leverage = [500, 900, 990, 999].map(most => {
    const rows = [most, 1000 - most];
    return leverageOf(rows, polynomialScores(rows, 1)[0]!, 100);
  });
  expect(leverage).toEqual([...leverage].sort((a, b) => b - a));
  // Two cells of shares h and 1 - h: the mean fourth power is 1 / (h (1 - h)) - 3.
  expect(leverage[1]).toBeCloseTo(90 / (1 / (0.9 * 0.1) - 3), 9);
  expect(leverageOf([0, 0], [0, 0], 0)).toBe(0);
});
