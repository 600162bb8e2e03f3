import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../../test/vectors/load.ts';
import { pearson } from '../chi-square.ts';
import { chiSquareOfCramersV, cramersV } from './cramers-v.ts';
import { gTest } from './g-test.ts';

interface Expected {
  readonly df: number;
  readonly g: number;
  readonly p_g: number;
  readonly ln_p_g: number;
  readonly cramers_v_bias_corrected: number;
}
const cases = loadVectors<{ readonly ref: number[]; readonly cur: number[] }, Expected>('chi_square');

test.each(cases)('$id $note', ({ inputs, expected }) => {
  const g = gTest(inputs.cur, inputs.ref);
  expect(Math.abs(g.statistic - expected.g)).toBeLessThanOrEqual(Math.max(1e-12, 1e-10 * expected.g));
  expect(g.degrees).toBe(expected.df);
  expect(errorOf(g.p, Math.max(1e-300, expected.p_g))).toBeLessThan(1e-8);
  const v = cramersV(inputs.cur, inputs.ref);
  expect(Math.abs(v - expected.cramers_v_bias_corrected)).toBeLessThanOrEqual(
    Math.max(1e-12, 1e-10 * expected.cramers_v_bias_corrected),
  );
});

const counts = fc
  .array(fc.nat(400), { minLength: 5, maxLength: 5 })
  .filter(cells => cells.some(count => count > 0));

test('laws: symmetric, within bounds, none for proportional counts', () => {
  fc.assert(
    fc.property(counts, counts, (a, b) => {
      expect(cramersV(b, a)).toBeCloseTo(cramersV(a, b), 9);
      expect(cramersV(a, b)).toBeGreaterThanOrEqual(0);
      expect(cramersV(a, b)).toBeLessThanOrEqual(1);
      expect(gTest(b, a).statistic).toBeCloseTo(gTest(a, b).statistic, 8);
      const doubled = a.map(count => 2 * count);
      expect(cramersV(a, doubled)).toBe(0);
      expect(gTest(a, doubled).statistic).toBeCloseTo(0, 8);
    }),
  );
});

test('the chi-square statistic of a value of V leads back to it', () => {
  const a = [30, 50, 20];
  const b = [60, 30, 90];
  expect(chiSquareOfCramersV(cramersV(a, b), 2, 280)).toBeCloseTo(pearson(a, b).statistic, 9);
});

test('no answer from nothing, no difference in one category', () => {
  expect(gTest([0, 0], [1, 2]).p).toBeNaN();
  expect(cramersV([1, 2], [0, 0])).toBeNaN();
  expect(gTest([7, 0], [9, 0])).toEqual({ statistic: 0, degrees: 0, p: 1 });
  expect(cramersV([7, 0], [9, 0])).toBe(0);
});
