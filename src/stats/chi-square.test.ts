import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { chiSquareLogSf, chiSquareTest, mergeSmallCells, pearson } from './chi-square.ts';

interface Inputs {
  readonly ref: number[];
  readonly cur: number[];
}
interface Expected {
  readonly chi2: number;
  readonly df: number;
  readonly p: number;
  readonly ln_p: number;
  readonly min_expected: number;
}
const cases = loadVectors<Inputs, Expected>('chi_square');

test.each(cases)('$id $note', ({ inputs, expected }) => {
  const result = pearson(inputs.cur, inputs.ref);
  expect(result.degrees).toBe(expected.df);
  expect(Math.abs(result.statistic - expected.chi2)).toBeLessThanOrEqual(1e-10 * expected.chi2 + 1e-12);
  expect(errorOf(result.p, Math.max(1e-300, Math.exp(expected.ln_p)))).toBeLessThan(1e-8);
  const logP = chiSquareLogSf(result.statistic, result.degrees);
  expect(Math.abs(logP - expected.ln_p)).toBeLessThanOrEqual(1e-10 * Math.abs(expected.ln_p) + 1e-12);
});

test.each(cases.filter(c => c.expected.min_expected >= 5))(
  '$id: nothing is merged when all expect 5',
  ({ inputs, expected }) => {
    expect(chiSquareTest(inputs.cur, inputs.ref).degrees).toBe(expected.df);
  },
);

test('half the L1 distance of the shares', () => {
  const result = chiSquareTest([100, 200, 700], [300, 200, 500]);
  expect(result.distance).toBeCloseTo(0.2, 12);
  expect(result.cells).toBe(3);
  expect(result.largest).toBe(0);
});

test('too little to compare shows nothing', () => {
  expect(chiSquareTest([], [])).toMatchObject({ p: 1, distance: 0 });
  expect(chiSquareTest([9, 0], [90, 0])).toMatchObject({ p: 1, distance: 0, cells: 1, largest: -1 });
  expect(chiSquareTest([3, 4], [5, 2])).toMatchObject({ p: 1, distance: 0, cells: 1 });
  expect(pearson([0, 0], [3, 4]).p).toBe(1);
});

test('a merged cell that is too small takes in the smallest other', () => {
  const merged = mergeSmallCells([100, 10, 1, 1], [100, 10, 1, 1], 5);
  expect(merged.current).toEqual([100, 12]);
  expect(merged.members).toEqual([0, -1]);
});

const counts = fc.array(fc.nat(300), { minLength: 12, maxLength: 12 });

test('laws: merging keeps totals, every cell is large enough, the distance is half an L1 in [0, 1]', () => {
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      const n = a.reduce((x, y) => x + y, 0);
      const m = b.reduce((x, y) => x + y, 0);
      fc.pre(n > 0 && m > 0);
      const merged = mergeSmallCells(a, b, 5);
      expect(merged.current.reduce((x, y) => x + y, 0)).toBe(n);
      expect(merged.reference.reduce((x, y) => x + y, 0)).toBe(m);
      const least = merged.current.map((c, i) => ((c + merged.reference[i]!) * Math.min(n, m)) / (n + m));
      if (least.length > 1) expect(Math.min(...least)).toBeGreaterThanOrEqual(5 - 1e-9);
      const there = chiSquareTest(a, b);
      const back = chiSquareTest(b, a);
      expect(there.distance).toBeGreaterThanOrEqual(0);
      expect(there.distance).toBeLessThanOrEqual(1);
      expect(back.distance).toBeCloseTo(there.distance, 12);
      expect(back.p).toBeCloseTo(there.p, 9);
      expect(
        chiSquareTest(
          a,
          a.map(c => c * 7),
        ).p,
      ).toBeCloseTo(1, 9);
    }),
  );
});
