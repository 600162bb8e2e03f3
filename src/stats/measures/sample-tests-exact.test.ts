import { expect, it } from 'vitest';
import { andersonDarling, andersonDarlingVariance } from './anderson-darling.ts';
import { andersonDarlingRight } from './anderson-darling-right.ts';
import { cramerVonMises, cramerVonMisesP } from './cramer-von-mises.ts';
import { cramerVonMisesExactP } from './cramer-von-mises-exact.ts';

/** All ways to choose which of n + m places belong to the first sample, as counts by place. */
function splits(n: number, m: number): { current: number[]; reference: number[] }[] {
  const all: { current: number[]; reference: number[] }[] = [];
  for (let mask = 0; mask < 1 << (n + m); mask++) {
    const current = Array.from({ length: n + m }, (_, i) => (mask >> i) & 1);
    if (current.reduce((sum, one) => sum + one, 0) !== n) continue;
    all.push({ current, reference: current.map(one => 1 - one) });
  }
  return all;
}

it('exact Cramer-von Mises p is the share of all splits that are as far apart', () => {
  for (const [n, m] of [
    [2, 2],
    [3, 5],
    [4, 6],
  ] as const) {
    const statistics = splits(n, m).map(
      ({ current, reference }) => cramerVonMises(current, reference).statistic,
    );
    for (const statistic of new Set(statistics)) {
      const share = statistics.filter(other => other >= statistic - 1e-9).length / statistics.length;
      expect(cramerVonMisesExactP(statistic, n, m), `${n} ${m} ${statistic}`).toBeCloseTo(share, 12);
    }
  }
});

it('exact Cramer-von Mises p nears the asymptotic one', () => {
  expect(Math.abs(cramerVonMisesExactP(0.3, 15, 18) / cramerVonMisesP(0.3, 15, 18) - 1)).toBeLessThan(0.05);
  expect(cramerVonMisesExactP(0, 4, 4)).toBeCloseTo(1, 12);
});

it('mean and variance of the Anderson-Darling criterion over all splits are 1 and the formula', () => {
  const n = 4;
  const m = 6;
  const values = splits(n, m).map(({ current, reference }) => andersonDarlingRight(current, reference));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // Standardised: 0 and 1.
  expect(mean).toBeCloseTo(0, 10);
  expect(variance).toBeCloseTo(1, 10);
  expect(andersonDarlingVariance(n, m)).toBeGreaterThan(0);
});

it('both Anderson-Darling variants grow with the distance; nothing from nothing', () => {
  const near = andersonDarlingRight([5, 5, 5, 5], [5, 4, 6, 5]);
  const far = andersonDarlingRight([9, 9, 1, 1], [1, 1, 9, 9]);
  expect(far).toBeGreaterThan(near + 5);
  expect(Math.sign(far)).toBe(Math.sign(andersonDarling([9, 9, 1, 1], [1, 1, 9, 9])));
  expect(andersonDarlingRight([0, 0], [4, 4])).toBeNaN();
  expect(andersonDarlingRight([4], [4])).toBeNaN();
  expect(andersonDarlingRight([1, 1], [0, 1])).toBeNaN();
});
