import { erfc } from './special.ts';

/** No p-value is reported below this: what lies beyond is "practically never" and keeps logarithms finite. */
export const smallestP = 1e-300;

/**
 * Upper tail of the standard normal law: how likely is a value above x?
 *
 * @param x - in standard deviations
 * @returns P(Z > x)
 *
 * Reference: Abramowitz and Stegun 26.2.
 * @example
 * normalSf(1.959963984540054) // 0.025
 */
export function normalSf(x: number): number {
  return 0.5 * erfc(x / Math.SQRT2);
}

/**
 * Logarithm of the upper tail of the standard normal law, also where the tail itself is below the smallest double.
 *
 * @param x - in standard deviations
 * @returns ln P(Z > x), at most 0
 *
 * Complexity: constant; from 5 on 100 steps of the continued fraction of Mills' ratio.
 *
 * Reference: Abramowitz and Stegun 26.2.14; scipy.stats.norm.logsf.
 * @example
 * normalLogSf(100) // -5005.524208694205
 */
export function normalLogSf(x: number): number {
  if (x < 0) return Math.log1p(-normalSf(-x));
  if (x < 5) return Math.log(normalSf(x));
  let fraction = x;
  for (let k = 100; k >= 1; k--) fraction = x + k / fraction;
  return -0.5 * x * x - 0.5 * Math.log(2 * Math.PI) - Math.log(fraction);
}

/**
 * Upper quantile of the standard normal law: the value exceeded with probability p.
 *
 * A rational starting value, then Newton's method on ln P(Z > x), because the package at hand loses digits below
 * p = 1e-8 and is infinite below 1e-16.
 *
 * @param p - probability, 0 < p < 1
 * @returns x with P(Z > x) = p; Infinity for p <= 0 and -Infinity for p >= 1
 *
 * Reference: Abramowitz and Stegun 26.2.23 (starting value).
 * @example
 * normalIsf(1e-12) // 7.034483825301132
 */
export function normalIsf(p: number): number {
  if (!(p > 0)) return Infinity;
  if (p >= 1) return -Infinity;
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalIsf(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let x =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 4; step++) {
    const tail = normalSf(x);
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    x += (Math.log(tail / p) * tail) / density;
  }
  return x;
}
