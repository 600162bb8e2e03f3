import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { chiSquareLogSf } from './chi-square.ts';
import { chiSquareIsf, chiSquarePpf } from './gamma-quantile.ts';
import { noncentralChiSquareSf } from './noncentral-chi-square.ts';
import { normalIsf, normalLogSf, normalSf } from './normal.ts';
import { gammaQ, logGammaP } from './special.ts';
import { regularisedBeta } from './student-t.ts';

const functions: Readonly<Record<string, readonly [(a: number, b: number, c: number) => number, number]>> = {
  chi2_isf: [chiSquareIsf, 1e-12],
  chi2_ppf: [chiSquarePpf, 1e-12],
  chi2_cdf: [(x, df) => Math.exp(logGammaP(df / 2, x / 2)), 1e-12],
  gammainc_p: [(a, x) => Math.exp(logGammaP(a, x)), 1e-12],
  norm_ln_sf: [normalLogSf, 1e-12],
  ncx2_sf: [noncentralChiSquareSf, 1e-9],
  betainc: [regularisedBeta, 1e-12],
};
const cases = loadVectors<{ points: number[][] }, { values: number[] }>('special').filter(each =>
  Object.hasOwn(functions, each.function ?? ''),
);

test('every function has its points', () => {
  expect(cases.map(each => each.function).sort()).toEqual(Object.keys(functions).sort());
});

test.each(cases.map(each => [each.function!, each] as const))('%s', (name, { inputs, expected }) => {
  const [of, tolerance] = functions[name]!;
  inputs.points.forEach(([a, b, c], i) => {
    const error = errorOf(of(a!, b!, c!), expected.values[i]!);
    expect(error, `${a} ${b} ${c}`).toBeLessThanOrEqual(tolerance);
  });
});

const degrees = fc.double({ min: 0.2, max: 3000, noNaN: true });

describe('chi-square quantiles', () => {
  it('are the inverse of the tails', () => {
    fc.assert(
      fc.property(degrees, fc.double({ min: -690, max: -0.7, noNaN: true }), (df, logP) => {
        const p = Math.exp(logP);
        const upper = chiSquareIsf(p, df);
        expect(Math.abs(chiSquareLogSf(upper, df) - logP)).toBeLessThan(1e-9 * (1 + df / 10));
      }),
    );
    fc.assert(
      fc.property(degrees, fc.double({ min: 1e-12, max: 0.5, noNaN: true }), (df, p) => {
        const lower = chiSquarePpf(p, df);
        fc.pre(lower > 1e-290);
        expect(Math.abs(logGammaP(df / 2, lower / 2) - Math.log(p))).toBeLessThan(1e-9);
      }),
    );
  });

  it('rise with p and meet in the middle', () => {
    fc.assert(
      fc.property(degrees, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (df, p) => {
        expect(chiSquarePpf(p + 0.01, df)).toBeGreaterThan(chiSquarePpf(p, df));
        expect(errorOf(chiSquareIsf(p, df), chiSquarePpf(1 - p, df))).toBeLessThan(1e-9);
      }),
    );
  });

  it('end at 0 and infinity', () => {
    expect([chiSquareIsf(0, 3), chiSquareIsf(1, 3)]).toEqual([Infinity, 0]);
    expect([chiSquarePpf(0, 3), chiSquarePpf(1, 3)]).toEqual([0, Infinity]);
  });
});

describe('tails', () => {
  it('lower and upper gamma tails add up to 1', () => {
    const shape = fc.double({ min: 0.01, max: 1000, noNaN: true });
    fc.assert(
      fc.property(shape, fc.double({ min: 0, max: 3, noNaN: true }), (a, factor) => {
        expect(Math.exp(logGammaP(a, a * factor)) + gammaQ(a, a * factor)).toBeCloseTo(1, 12);
      }),
    );
    expect(logGammaP(3, 0)).toBe(-Infinity);
  });

  it('the logarithm of the normal tail is one curve', () => {
    for (const x of [-1, 0, 1, 4.9999, 5, 5.0001, 30]) {
      expect(errorOf(normalLogSf(x), Math.log(normalSf(x)))).toBeLessThan(1e-12);
    }
    // ln(1 - P(Z > 8)), which a sum with 1 would lose.
    expect(normalLogSf(-8) / -normalSf(8)).toBeCloseTo(1, 12);
    expect(normalIsf(0.5)).toBe(0);
  });

  it('noncentral chi-square: central without a change, rising with it, 1 below 0', () => {
    expect(errorOf(noncentralChiSquareSf(7, 3, 0), gammaQ(1.5, 3.5))).toBeLessThan(1e-14);
    expect(noncentralChiSquareSf(0, 3, 2)).toBe(1);
    let last = 0;
    for (const change of [0, 0.1, 1, 10, 100, 1000]) {
      const power = noncentralChiSquareSf(20, 5, change);
      expect(power).toBeGreaterThan(last);
      last = power;
    }
    // One degree of freedom: P(|Z + 3| > 2).
    expect(noncentralChiSquareSf(4, 1, 9)).toBeCloseTo(normalSf(-1) + normalSf(5), 13);
  });

  it('the incomplete beta function ends at 0 and 1', () => {
    expect([regularisedBeta(2, 3, 0), regularisedBeta(2, 3, 1)]).toEqual([0, 1]);
  });
});
