import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { devianceTwoSample } from './deviance.ts';
import { gammaFitSf } from './gamma-fit.ts';
import { pearsonTwoSample } from './pearson-two-sample.ts';

/** Every way to draw `n` rows from cells of these totals, with its probability. */
function tables(totals: readonly number[], n: number): { drawn: number[]; probability: number }[] {
  const choose = (a: number, b: number) => {
    let value = 1;
    for (let i = 1; i <= b; i++) value = (value * (a - b + i)) / i;
    return value;
  };
  const walk = (k: number, left: number): { drawn: number[]; probability: number }[] => {
    if (k === totals.length) return left === 0 ? [{ drawn: [], probability: 1 }] : [];
    return Array.from({ length: Math.min(left, totals[k]!) + 1 }, (_, x) =>
      walk(k + 1, left - x).map(rest => ({
        drawn: [x, ...rest.drawn],
        probability: rest.probability * choose(totals[k]!, x),
      })),
    ).flat();
  };
  const all = totals.reduce((sum, total) => sum + total, 0);
  return walk(0, n).map(table => ({ ...table, probability: table.probability / choose(all, n) }));
}

const totals = [20, 16, 12, 12];

test.each([
  ['Pearson', pearsonTwoSample, 1.25],
  ['deviance', devianceTwoSample, 1.25],
])('%s: measured over every table, p is not below nominal by much', (_, statisticOf, most) => {
  const found = tables(totals, 20).map(({ drawn, probability }) => ({
    p: statisticOf(
      drawn,
      drawn.map((x, k) => totals[k]! - x),
    ).p,
    probability,
  }));
  for (const level of [0.1, 0.01, 0.001]) {
    const share = found.filter(({ p }) => p <= level).reduce((sum, { probability }) => sum + probability, 0);
    expect(share / level).toBeLessThan(most);
    expect(share / level).toBeGreaterThan(0.5);
  }
});

test('the permutation mean of the Pearson statistic is its degrees of freedom', () => {
  const found = tables(totals, 20).map(({ drawn, probability }) => ({
    probability,
    ...pearsonTwoSample(
      drawn,
      drawn.map((x, k) => totals[k]! - x),
    ),
  }));
  const mean = found.reduce((sum, { statistic, probability }) => sum + statistic * probability, 0);
  expect(mean).toBeCloseTo(3, 9);
});

test('many rows: both are the chi-square law', () => {
  const current = [10_200, 9900, 9900];
  const reference = [100_000, 100_000, 100_000];
  const moments = { mean: 2, variance: 4, third: 16 };
  for (const statisticOf of [pearsonTwoSample, devianceTwoSample]) {
    const { statistic, degrees, p } = statisticOf(current, reference);
    expect(degrees).toBe(2);
    expect(p / gammaFitSf(statistic, moments)).toBeCloseTo(1, 2);
  }
});

test('samples can be exchanged, cells reordered, empty cells added', () => {
  const pair = fc.tuple(fc.nat(300), fc.nat(300));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 2, maxLength: 12 }), cells => {
      const current = cells.map(cell => cell[0]);
      const reference = cells.map(cell => cell[1]);
      for (const statisticOf of [pearsonTwoSample, devianceTwoSample]) {
        const { p, statistic } = statisticOf(current, reference);
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(Number.isFinite(statistic)).toBe(true);
        expect(statisticOf([0, ...current, 0], [0, ...reference, 0])).toEqual({
          ...statisticOf(current, reference),
        });
        expect(statisticOf(reference, current).p).toBeCloseTo(p, 9);
        expect(statisticOf([...current].reverse(), [...reference].reverse()).p).toBeCloseTo(p, 9);
      }
    }),
  );
});

test.each([
  ['nothing', [], []],
  ['an empty sample', [0, 0], [3, 4]],
  ['one cell', [0, 7], [0, 9]],
])('%s cannot be judged', (_, current, reference) => {
  expect(pearsonTwoSample(current, reference)).toMatchObject({ degrees: 0, p: 1 });
  expect(devianceTwoSample(current, reference)).toMatchObject({ degrees: 0, p: 1 });
});
