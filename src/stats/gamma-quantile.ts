import { normalIsf } from './normal.ts';
import { logGamma, logGammaP, logGammaQ } from './special.ts';

/**
 * Upper quantile of the chi-square law: the value exceeded with probability p.
 *
 * @param p - probability, 0 < p < 1
 * @param degrees - degrees of freedom, above 0
 * @returns x with P(X > x) = p; Infinity for p <= 0 and 0 for p >= 1
 *
 * Complexity: about ten evaluations of the incomplete gamma function.
 *
 * Reference: Wilson and Hilferty (1931) for the start; scipy.stats.chi2.isf.
 * @example
 * chiSquareIsf(0.05, 1) // 3.841458820694124
 */
export function chiSquareIsf(p: number, degrees: number): number {
  if (!(p > 0)) return Infinity;
  if (p >= 1) return 0;
  if (p > 0.5) return chiSquarePpf(1 - p, degrees);
  return 2 * solve({ shape: degrees / 2, logP: Math.log(p), z: normalIsf(p), upper: true });
}

/**
 * Lower quantile of the chi-square law: the value not exceeded with probability p.
 *
 * @param p - probability, 0 < p < 1
 * @param degrees - degrees of freedom, above 0
 * @returns x with P(X <= x) = p; 0 for p <= 0 and Infinity for p >= 1
 *
 * Complexity: about ten evaluations of the incomplete gamma function.
 *
 * Reference: Wilson and Hilferty (1931) for the start; scipy.stats.chi2.ppf.
 * @example
 * chiSquarePpf(0.05, 2000) // 1897.1196987673022
 */
export function chiSquarePpf(p: number, degrees: number): number {
  if (!(p > 0)) return 0;
  if (p >= 1) return Infinity;
  if (p > 0.5) return chiSquareIsf(1 - p, degrees);
  return 2 * solve({ shape: degrees / 2, logP: Math.log(p), z: -normalIsf(p), upper: false });
}

interface Wanted {
  readonly shape: number;
  readonly logP: number;
  /** Normal quantile of the same probability. */
  readonly z: number;
  readonly upper: boolean;
}

/** Newton's method on the logarithm of the tail as a function of ln x, kept inside a bracket. */
function solve({ shape, logP, z, upper }: Wanted): number {
  const tail = upper ? logGammaQ : logGammaP;
  const sign = upper ? -1 : 1;
  let low = -Infinity;
  let high = Infinity;
  let u = start(shape, logP, z);
  for (let step = 0; step < 200; step++) {
    const value = tail(shape, Math.exp(u));
    const excess = sign * (value - logP);
    if (excess > 0) high = u;
    else low = u;
    const slope = sign * Math.exp(shape * u - Math.exp(u) - logGamma(shape) - value);
    let next = u - (value - logP) / slope;
    if (!Number.isFinite(next) || next <= low || next >= high) next = between(low, high, u);
    if (Math.abs(next - u) < 1e-16 * Math.max(1, Math.abs(u))) return Math.exp(next);
    u = next;
  }
  return Math.exp(u);
}

/** Logarithm of a first guess: Wilson and Hilferty's cube, or the first term of the series in the far lower tail. */
function start(shape: number, logP: number, z: number): number {
  const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  const series = (logP + logGamma(shape + 1)) / shape;
  return cube > 0.2 ? Math.log(shape) + 3 * Math.log(cube) : series;
}

function between(low: number, high: number, u: number): number {
  if (low === -Infinity) return u - 1;
  return high === Infinity ? u + 1 : (low + high) / 2;
}
