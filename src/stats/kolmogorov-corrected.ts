import type { KsDistance } from './kolmogorov-exact.ts';
import { kolmogorovSf } from './kolmogorov-one-sample.ts';

/**
 * Two-sided p of the two-sample Kolmogorov-Smirnov distance with the small-sample correction that scipy uses: the
 * exact one-sample law at the rounded n m / (n + m).
 *
 * Null hypothesis: both samples are drawn independently from one continuous distribution.
 *
 * @param found - rows of both samples, at least one each, and their distance
 * @returns approximate P(D >= distance)
 *
 * Not for a handful of rows: `ksExactP` costs nothing there. With ties the true p is smaller.
 *
 * Complexity: as `kolmogorovSf`.
 *
 * Reference: scipy.stats.ks_2samp with method="asymp".
 * @example
 * ksCorrectedP({ n: 10, m: 10, distance: 0.4 }) // 0.3088
 */
export function ksCorrectedP({ n, m, distance }: KsDistance): number {
  return kolmogorovSf(distance, roundedToEven((n * m) / (n + m)));
}

/**
 * One-sided p of the two-sample Kolmogorov-Smirnov distance, with Hodges' correction.
 *
 * Null hypothesis: the values of one sample do not lie higher.
 *
 * @param found - rows of both samples, and the largest distance in the one direction
 * @returns approximate P(D+ >= distance)
 *
 * Complexity: constant.
 *
 * Reference: Hodges, The significance probability of the Smirnov two-sample test (1958), equation 5.3;
 * scipy.stats.ks_2samp with method="asymp" and a one-sided alternative.
 * @example
 * ksCorrectedOneSidedP({ n: 10, m: 10, distance: 0.4 }) // 0.135335283236613
 */
export function ksCorrectedOneSidedP({ n, m, distance }: KsDistance): number {
  const more = Math.max(n, m);
  const fewer = Math.min(n, m);
  const z = Math.sqrt((n * m) / (n + m)) * distance;
  const correction = (2 * z * (more + 2 * fewer)) / Math.sqrt(n * m * (n + m)) / 3;
  return Math.min(1, Math.exp(-2 * z * z - correction));
}

function roundedToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
