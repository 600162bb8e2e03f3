import { expect, test } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { chiSquareLogSf } from './chi-square.ts';
import { kolmogorovLogSf } from './kolmogorov-smirnov.ts';
import { normalIsf, normalSf } from './normal.ts';
import { gammaQ, logChoose, logGamma } from './special.ts';

const functions: Readonly<Record<string, (...args: number[]) => number>> = {
  norm_sf: x => normalSf(x!),
  norm_isf: p => normalIsf(p!),
  norm_ppf: p => -normalIsf(p!),
  ln_gamma: x => logGamma(x!),
  gammainc_q: (a, x) => gammaQ(a!, x!),
  chi2_sf: (x, df) => Math.exp(chiSquareLogSf(x!, df!)),
  chi2_ln_sf: (x, df) => chiSquareLogSf(x!, df!),
  kolmogorov_sf: z => Math.exp(kolmogorovLogSf(z!)),
};
const cases = loadVectors<{ points: number[][] }, { values: number[] }>('special').filter(c =>
  Object.hasOwn(functions, c.function ?? ''),
);

test('every function in use has vectors', () => {
  expect(new Set(cases.map(c => c.function))).toEqual(new Set(Object.keys(functions)));
});

// Doubles this small have lost digits themselves.
const denormal = 1e-305;

test.each(cases)('$function agrees to 1e-12', c => {
  c.inputs.points.forEach((point, i) => {
    const expected = c.expected.values[i]!;
    const actual = functions[c.function!]!(...point);
    if (expected !== 0 && Math.abs(expected) < denormal) expect(Math.abs(actual)).toBeLessThan(10 * denormal);
    else if (expected === 0) expect(Math.abs(actual)).toBeLessThan(1e-15);
    else
      expect(errorOf(actual, expected), `${c.function}(${point}): ${actual}, ${expected}`).toBeLessThan(
        1e-12,
      );
  });
});

test('quantiles at and beyond the ends', () => {
  expect(normalIsf(0)).toBe(Infinity);
  expect(normalIsf(1)).toBe(-Infinity);
  expect(gammaQ(3, -1)).toBe(1);
  expect(kolmogorovLogSf(0)).toBe(0);
});

test('binomial coefficients', () => {
  expect(Math.exp(logChoose(52, 5))).toBeCloseTo(2_598_960, 3);
});
