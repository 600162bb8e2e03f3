import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { hypergeometricSf } from './fisher.ts';
import { normalSf } from './normal.ts';
import { polynomialScores } from './polynomial-scores.ts';
import { saddlepointTail } from './saddlepoint.ts';
import { scoreP } from './score-test.ts';

/** P(sum >= least) by adding up every way to draw `n` rows from the cells. */
function exactTail(totals: readonly number[], score: ArrayLike<number>, n: number, least: number): number {
  const choose = (a: number, b: number) => {
    let value = 1;
    for (let i = 1; i <= b; i++) value = (value * (a - b + i)) / i;
    return value;
  };
  const walk = (k: number, left: number, sum: number, ways: number): number => {
    if (k === totals.length) return left === 0 && sum >= least - 1e-9 ? ways : 0;
    let found = 0;
    for (let x = 0; x <= Math.min(left, totals[k]!); x++) {
      found += walk(k + 1, left - x, sum + x * score[k]!, ways * choose(totals[k]!, x));
    }
    return found;
  };
  const all = totals.reduce((sum, total) => sum + total, 0);
  return walk(0, n, 0, 1) / choose(all, n);
}

test('far out it is within a factor of 2 of adding up every table, where the normal law is not', () => {
  const totals = [20, 15, 10, 8, 5, 2];
  const score = polynomialScores(totals, 1)[0]!;
  const draws = [
    [3, 3, 3, 4, 4, 2],
    [1, 2, 4, 6, 5, 2],
    [0, 1, 5, 7, 5, 2],
  ];
  for (const drawn of draws) {
    const n = drawn.reduce((sum, x) => sum + x, 0);
    const sum = drawn.reduce((found, x, k) => found + x * score[k]!, 0);
    const exact = exactTail(totals, score, n, sum);
    const ratio = saddlepointTail({ totals, score, n }, sum)! / exact;
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
    if (exact < 1e-6) {
      const z = sum / Math.sqrt((n * (60 - n)) / 59);
      expect(normalSf(z) / exact > 3 || normalSf(z) / exact < 1 / 3).toBe(true);
    }
  }
});

test('two cells: between the exact tail with and without the observed table', () => {
  const cells = { totals: [500, 500], score: [-1, 1], n: 400 };
  for (const c of [240, 260, 280, 300]) {
    const tail = saddlepointTail(cells, 2 * c - 400)!;
    expect(tail).toBeLessThan(hypergeometricSf(c, 500, 400, 600));
    expect(tail).toBeGreaterThan(hypergeometricSf(c + 1, 500, 400, 600));
  }
});

test('both ends are alike when the scores are turned round', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 12 }), rows => {
      const score = polynomialScores(rows, 1)[0]!;
      const turned = score.map(value => -value);
      const n = Math.ceil(rows.reduce((sum, total) => sum + total, 0) / 3);
      const sum = 2 * Math.sqrt(n);
      expect(saddlepointTail({ totals: rows, score, n }, sum)).toBe(
        saddlepointTail({ totals: rows, score: turned, n }, -sum),
      );
    }),
  );
});

test('a sum that cannot be reached has no solution, and the test falls back to the normal law', () => {
  const cells = { totals: [5, 5], score: [-1, 1], n: 4 };
  expect(saddlepointTail(cells, 4.5)).toBeNull();
  expect(saddlepointTail(cells, 4)).toBeNull();
  expect(scoreP([0, 4], cells, 'both')).toBeGreaterThan(0);
  expect(scoreP([0, 4], cells, 'both')).toBeLessThan(0.05);
});

test('a window that holds the largest value only is found, whatever the numbers of rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 20, max: 500 }),
      fc.integer({ min: 20, max: 500 }),
      (n, low, high) => {
        const totals = [low, high + n];
        const score = polynomialScores(totals, 1)[0]!;
        const exact = hypergeometricSf(n, high + n, n, low + high);
        fc.pre(exact < 1e-4);
        expect(scoreP([0, n], { totals, score, n }, 'both')).toBeLessThan(Math.sqrt(exact));
      },
    ),
    { numRuns: 500 },
  );
});

test('one-sided: half of the two-sided p on the upper side, near 1 on the lower', () => {
  const cells = { totals: [500, 500], score: [-1, 1], n: 400 };
  for (const c of [201, 210, 240, 300]) {
    const current = [400 - c, c];
    expect(scoreP(current, cells, 'up') / scoreP(current, cells, 'both')).toBeCloseTo(0.5, 12);
    expect(scoreP([...current].reverse(), cells, 'up')).toBeGreaterThan(0.5);
  }
});
