import betainc from '@stdlib/math-base-special-betainc';
import { normalSf, smallestP } from './normal.ts';
import { logGamma } from './special.ts';

/**
 * Upper tail of Student's t law.
 *
 * @param t - statistic
 * @param degrees - degrees of freedom, above 0, need not be whole
 * @returns P(T > t)
 *
 * Reference: Abramowitz and Stegun 26.7.1; scipy.stats.t.sf.
 * @example
 * studentSf(2, 5) // 0.05096973941492917
 */
export function studentSf(t: number, degrees: number): number {
  const tail = 0.5 * betainc(degrees / (degrees + t * t), degrees / 2, 0.5);
  return t > 0 ? tail : 1 - tail;
}

/**
 * Both tails of Student's t law: how likely is a value at least this far from 0, on either side?
 *
 * The regularised incomplete beta function of the package at hand is within 1e-13 relative down to 1e-300; it is
 * given the smaller of x and 1 - x, so that nothing is lost near either end.
 *
 * @param t - statistic, any number
 * @param degrees - degrees of freedom, above 0; Infinity gives the normal law
 * @returns P(|T| >= |t|), floored at 1e-300; 1 when an argument is not a number or the degrees are not above 0
 *
 * Complexity: constant.
 *
 * Reference: Abramowitz and Stegun 26.7.1; scipy.stats.t.sf (twice).
 * @example
 * studentTwoSided(2, 5) // 0.10193947882985835
 */
export function studentTwoSided(t: number, degrees: number): number {
  if (!(degrees > 0) || Number.isNaN(t)) return 1;
  if (degrees === Infinity) return Math.max(smallestP, 2 * normalSf(Math.abs(t)));
  const square = t * t;
  if (square === Infinity) return smallestP;
  const whole = degrees + square;
  if (square < 1) return 1 - betainc(square / whole, 0.5, degrees / 2, true, false);
  const p =
    square < degrees
      ? betainc(square / whole, 0.5, degrees / 2, true, true)
      : betainc(degrees / whole, degrees / 2, 0.5, true, false);
  return Math.max(smallestP, p);
}

/**
 * Regularised incomplete beta function I_x(a, b).
 *
 * @param a - first shape, above 0
 * @param b - second shape, above 0
 * @param x - from 0 to 1
 * @returns I_x(a, b) in [0, 1]
 *
 * Reference: Abramowitz and Stegun 26.5.1; scipy.special.betainc.
 * @example
 * regularisedBeta(2, 3, 0.3) // 0.3483
 */
export function regularisedBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  return x >= 1 ? 1 : betainc(x, a, b);
}

/**
 * Logarithm of the beta function.
 *
 * @param a - above 0
 * @param b - above 0
 * @returns ln (Gamma(a) Gamma(b) / Gamma(a + b))
 *
 * Reference: scipy.special.betaln.
 * @example
 * logBeta(2, 3) // -2.4849066497880004
 */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
