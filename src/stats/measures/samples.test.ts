import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors } from '../../../test/vectors/load.ts';
import { andersonDarling } from './anderson-darling.ts';
import {
  cramerVonMises,
  cramerVonMisesOfRanks,
  cramerVonMisesP,
  cramerVonMisesSf,
} from './cramer-von-mises.ts';
import { energyDistance } from './energy-distance.ts';
import { mannWhitney, mannWhitneySd } from './mann-whitney.ts';
import { meanOf, sdOf } from './moments.ts';
import { wasserstein } from './wasserstein.ts';
import { commonCells, type WeightedValues } from './weighted-values.ts';
import { welch } from './welch.ts';

interface Expected {
  readonly wasserstein: number;
  readonly ref_sd_ddof0: number;
  readonly wasserstein_over_ref_sd_ddof0: number;
  readonly energy_distance: number;
  readonly cvm_statistic: number;
  readonly cvm_p_asymptotic: number;
  readonly ad_statistic_midrank?: number;
  readonly mwu_u1: number;
  readonly mwu_p_asymptotic: number;
  readonly welch_t: number;
  readonly welch_df: number;
  readonly welch_p: number;
}
const cases = loadVectors<{ readonly ref: number[]; readonly cur: number[] }, Expected>('samples');

function sampleOf(values: readonly number[]): WeightedValues {
  return { values: values.toSorted((a, b) => a - b), counts: values.map(() => 1) };
}

function expectMet(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.max(1e-12, 1e-10 * Math.abs(expected)));
}

function expectP(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThanOrEqual(1e-8);
}

test.each(cases)('$id $note', ({ inputs, expected }) => {
  const current = sampleOf(inputs.cur);
  const reference = sampleOf(inputs.ref);
  expectMet(wasserstein(current, reference), expected.wasserstein);
  expectMet(sdOf(reference), expected.ref_sd_ddof0);
  expectMet(wasserstein(current, reference) / sdOf(reference), expected.wasserstein_over_ref_sd_ddof0);
  expectMet(energyDistance(current, reference), expected.energy_distance);
  const cells = commonCells(current, reference);
  const cvm = cramerVonMisesOfRanks(cells.current, cells.reference);
  expectMet(cvm.statistic, expected.cvm_statistic);
  const ties = cells.values.length < inputs.cur.length + inputs.ref.length;
  const binned = cramerVonMises(cells.current, cells.reference);
  if (ties) expect(binned.statistic).toBeLessThan(expected.cvm_statistic + 0.02);
  else expectMet(binned.statistic, expected.cvm_statistic);
  // scipy stops its series at terms of 1e-7, which leaves its p off by up to 1e-11: see the next test.
  expect(Math.abs(cvm.p - expected.cvm_p_asymptotic)).toBeLessThan(1e-8 * expected.cvm_p_asymptotic + 1e-11);
  if (expected.ad_statistic_midrank !== undefined)
    expectMet(andersonDarling(cells.current, cells.reference), expected.ad_statistic_midrank);
  const ranks = mannWhitney(cells.reference, cells.current);
  expectMet(ranks.u, expected.mwu_u1);
  expectP(ranks.p, expected.mwu_p_asymptotic);
  const t = welch(reference, current);
  expectMet(t.t, expected.welch_t);
  expectMet(t.degrees, expected.welch_df);
  expectP(t.p, expected.welch_p);
});

test('Cramer-von Mises p holds its digits where scipy 1.17 loses them', () => {
  // mpmath, 40 digits, the full series of Csorgo and Faraway (1996); scipy gives 1.36456e-8 and 1.288120622934e-3.
  expect(cramerVonMisesP(3.332294444444443, 300, 150) / 1.364074665616389e-8).toBeCloseTo(1, 10);
  expect(cramerVonMisesP(1.117874999999998, 100, 60) / 0.001288120622931207).toBeCloseTo(1, 10);
  expect(cramerVonMisesP(0.11519607843137214, 8, 9) / 0.569170035863781).toBeCloseTo(1, 12);
});

test('the limiting Cramer-von Mises law at its published points', () => {
  // Anderson and Darling (1952), table 1: six digits.
  for (const [x, tail] of [
    [0.3473, 0.1],
    [0.46136, 0.05],
    [0.74346, 0.01],
    [1.16786, 0.001],
    [0.11888, 0.5],
    [0.04601, 0.9],
    [0.0248, 0.99],
  ] as const)
    expect(cramerVonMisesSf(x) / tail).toBeCloseTo(1, 3);
  expect(cramerVonMisesSf(0)).toBe(1);
  // Far out the law is that of its largest term, Z^2 / pi^2, times sqrt(2) (the product over the others).
  const far = cramerVonMisesSf(100);
  expect(far).toBeGreaterThan(0);
  expect(Math.log(far) / (-50 * Math.PI ** 2)).toBeCloseTo(1, 1);
});

test('bins with counts answer as the rows they stand for', () => {
  const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 4, maxLength: 40 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const raw = [sampleOf(a), sampleOf(b)] as const;
      const cells = commonCells(...raw);
      const current = { values: cells.values, counts: cells.current };
      const reference = { values: cells.values, counts: cells.reference };
      expect(wasserstein(current, reference)).toBeCloseTo(wasserstein(...raw), 12);
      expect(energyDistance(current, reference)).toBeCloseTo(energyDistance(...raw), 12);
      expect(meanOf(current)).toBeCloseTo(a.reduce((s, x) => s + x, 0) / a.length, 12);
      expect(sdOf(current)).toBeCloseTo(sdOf(raw[0]), 12);
      const pairs = a.flatMap(x => b.map((y): number => Math.sign(x - y)));
      const more = pairs.reduce((s, sign) => s + (sign + 1) / 2, 0);
      expect(mannWhitney(cells.current, cells.reference).u).toBeCloseTo(more, 9);
    }),
  );
});

const cells = fc
  .array(fc.oneof(fc.nat(4), fc.nat(3000)), { minLength: 6, maxLength: 6 })
  .filter(counts => counts.reduce((a, b) => a + b) > 3);

test('laws: symmetric, 0 for equal shares, blind to a shift of all values, scaled by a factor', () => {
  fc.assert(
    fc.property(cells, cells, fc.integer({ min: -9, max: 9 }), (a, b, shift) => {
      const values = [0, 1, 3, 4, 8, 9];
      const of = (counts: number[], move = 0, factor = 1) => ({
        values: values.map(v => v * factor + move),
        counts,
      });
      for (const distance of [wasserstein, energyDistance]) {
        const d = distance(of(a), of(b));
        expect(d).toBeGreaterThanOrEqual(0);
        expect(distance(of(b), of(a))).toBeCloseTo(d, 10);
        expect(distance(of(a), of(a))).toBe(0);
        expect(distance(of(a, shift), of(b, shift))).toBeCloseTo(d, 10);
      }
      expect(wasserstein(of(a, 0, 4), of(b, 0, 4))).toBeCloseTo(4 * wasserstein(of(a), of(b)), 9);
      expect(energyDistance(of(a, 0, 4), of(b, 0, 4))).toBeCloseTo(2 * energyDistance(of(a), of(b)), 9);
      for (const criterion of [cramerVonMises, cramerVonMisesOfRanks]) {
        const there = criterion(a, b);
        expect(criterion(b, a).statistic).toBeCloseTo(there.statistic, 8);
        expect(criterion(a.toReversed(), b.toReversed()).statistic).toBeCloseTo(there.statistic, 8);
        expect(there.p).toBeGreaterThan(0);
        expect(there.p).toBeLessThanOrEqual(1);
        expect(criterion(a, a).statistic).toBeLessThan(1e-8);
      }
      const tenfold = a.map(count => 10 * count);
      expect(cramerVonMises(a, tenfold).statistic).toBeLessThan(1e-8);
      const ranks = mannWhitney(a, b);
      expect(mannWhitney(b, a).correlation).toBeCloseTo(-ranks.correlation, 10);
      expect(mannWhitney(b, a).p).toBeCloseTo(ranks.p, 10);
      const ad = andersonDarling(a, b);
      expect(Number.isNaN(ad)).toBe(commonCells(of(a), of(b)).values.length === 1);
      if (!Number.isNaN(ad)) expect(andersonDarling(b, a)).toBeCloseTo(ad, 8);
    }),
  );
});

test('average ranks mistake bins of unequal samples for a difference, the binned statistic does not', () => {
  const current = Array.from({ length: 1000 }, () => 5);
  const reference = current.map(count => 200 * count);
  expect(cramerVonMisesOfRanks(current, reference).p).toBeLessThan(1e-20);
  expect(cramerVonMises(current, reference)).toEqual({ statistic: 0, p: 1 });
});

test('a shift up is a positive t and a positive correlation', () => {
  const low = { values: [1, 2, 3], counts: [5, 6, 5] };
  const high = { values: [2, 3, 4], counts: [5, 6, 5] };
  expect(welch(high, low).t).toBeGreaterThan(3);
  expect(mannWhitney([0, 5, 6, 5], [5, 6, 5, 0]).correlation).toBeGreaterThan(0.4);
});

test('no answer from nothing', () => {
  const none = { values: [1, 2], counts: [0, 0] };
  const some = { values: [1, 2], counts: [3, 4] };
  expect(wasserstein(none, some)).toBeNaN();
  expect(energyDistance(some, none)).toBeNaN();
  expect(meanOf(none)).toBeNaN();
  expect(sdOf(none)).toBeNaN();
  expect(welch(none, some).p).toBeNaN();
  expect(mannWhitney([0, 0], [1, 2]).p).toBeNaN();
  expect(cramerVonMises([1, 1], [0, 0]).p).toBeNaN();
  expect(cramerVonMisesOfRanks([0, 0], [1, 1]).p).toBeNaN();
  expect(andersonDarling([0, 0], [4, 4])).toBeNaN();
});

test('one value only: no rank to compare', () => {
  expect(andersonDarling([9], [5])).toBeNaN();
  expect(mannWhitney([9], [5]).p).toBe(1);
  expect(mannWhitneySd([9], [5])).toBe(0);
  const same = { values: [4], counts: [9] };
  expect(welch(same, same).p).toBeNaN();
  expect(welch({ values: [5], counts: [9] }, same)).toMatchObject({ t: Infinity, p: 1e-300 });
});

test('values of empty cells are not read', () => {
  const current = { values: [NaN, 1, NaN, 2], counts: [0, 1, 0, 1] };
  const reference = { values: [0, NaN, 1, Infinity], counts: [1, 0, 1, 0] };
  expect(wasserstein(current, reference)).toBe(1);
  expect(meanOf(current)).toBe(1.5);
  expect(commonCells(current, reference)).toEqual({
    values: [0, 1, 2],
    current: [0, 1, 1],
    reference: [1, 1, 0],
  });
});

test('keeps its digits at ten million rows and under a large offset', () => {
  const a = Array.from({ length: 1000 }, (_, i) => 10_000 + (i % 7));
  const b = Array.from({ length: 1000 }, (_, i) => 10_000 + ((i * 3) % 11));
  const large = cramerVonMisesOfRanks(a, b);
  // The rank formula in exact integers (u / (k N) - (4 k - 1) / (6 N)).
  expect(large.statistic).toBeGreaterThan(0);
  expect(Math.abs(large.statistic - exactCramerVonMises(a, b)) / large.statistic).toBeLessThan(1e-9);
  const shifted = { values: [1e9, 1e9 + 1], counts: [1, 1] };
  expect(sdOf(shifted)).toBe(0.5);
});

/** T in whole numbers: 4 u = n sum (2 R - 2 i)^2 + ..., with average ranks. */
function exactCramerVonMises(current: readonly number[], reference: readonly number[]): number {
  const n = BigInt(current.reduce((a, b) => a + b));
  const m = BigInt(reference.reduce((a, b) => a + b));
  let u = 0n;
  let a = 0n;
  let b = 0n;
  for (let i = 0; i < current.length; i++) {
    const c = BigInt(current[i]!);
    const d = BigInt(reference[i]!);
    // 12 times: count (R - mean i)^2 + count (count^2 - 1) / 12, with R - mean i = b + d / 2.
    u += n * (3n * c * (2n * b + d) ** 2n + c * (c * c - 1n));
    u += m * (3n * d * (2n * a + c) ** 2n + d * (d * d - 1n));
    a += c;
    b += d;
  }
  const k = n * m;
  const all = n + m;
  const scale = 10n ** 30n;
  return Number((scale * (u - 2n * k * (4n * k - 1n))) / (12n * k * all)) / 1e30;
}
