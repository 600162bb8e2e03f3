import { describe, expect, it } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { goodnessOfFit, smallestExpected } from './goodness-of-fit.ts';

interface Expected {
  readonly min_expected: number;
  readonly gof_chi2_cur_vs_ref_as_fixed?: number;
  readonly gof_p?: number;
}
const cases = loadVectors<{ ref: number[]; cur: number[] }, Expected>('chi_square');

it.each(cases)('$id $note', ({ inputs: { cur, ref }, expected }) => {
  expect(errorOf(smallestExpected(cur, ref), expected.min_expected)).toBeLessThan(1e-10);
  const fit = goodnessOfFit(cur, ref);
  if (expected.gof_p === undefined) return;
  expect(errorOf(fit!.statistic, expected.gof_chi2_cur_vs_ref_as_fixed!)).toBeLessThan(1e-10);
  if (expected.gof_p > 1e-300) expect(errorOf(fit!.p, expected.gof_p)).toBeLessThan(1e-8);
  else expect(fit!.p).toBe(1e-300);
});

describe('edges', () => {
  it('rows where the reference has none have no answer', () => {
    expect(goodnessOfFit([1, 2], [3, 0])).toBeNull();
    expect(goodnessOfFit([0, 0], [3, 1])).toBeNull();
    expect(goodnessOfFit([0, 0], [0, 0])).toBeNull();
  });

  it('a category empty on both sides does not count', () => {
    expect(goodnessOfFit([12, 0, 20], [10, 0, 30])).toEqual(goodnessOfFit([12, 20], [10, 30]));
    expect(smallestExpected([12, 0, 20], [10, 0, 30])).toBe(smallestExpected([12, 20], [10, 30]));
  });

  it('one category fits always; shares do as well as counts', () => {
    expect(goodnessOfFit([7], [3])).toEqual({ statistic: 0, degrees: 0, p: 1 });
    expect(goodnessOfFit([30, 70], [0.5, 0.5])!.statistic).toBeCloseTo(16, 12);
    expect(smallestExpected([0, 0], [3, 1])).toBe(0);
  });
});
