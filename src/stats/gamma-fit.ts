import { gammaQ } from './special.ts';

/**
 * Upper tail of a shifted gamma law given by its first three moments: how likely is a statistic above x?
 *
 * @param x - the statistic
 * @param moments - mean, variance and third central moment of its law, the latter two above 0
 * @returns P(X > x); 1 below the point where the gamma law starts
 *
 * Good for sums of many positive parts, such as chi-square statistics. Not for laws with a negative skew.
 *
 * Complexity: that of the incomplete gamma function.
 *
 * Reference: Pearson, Note on an approximation to the distribution of non-central chi-square (1959).
 * @example
 * gammaFitSf(9.487729, { mean: 4, variance: 8, third: 32 }) // 0.05
 */
export function gammaFitSf(
  x: number,
  moments: { readonly mean: number; readonly variance: number; readonly third: number },
): number {
  const { mean, variance, third } = moments;
  const skewness = third / variance ** 1.5;
  const shape = 4 / (skewness * skewness);
  const y = shape + ((x - mean) / Math.sqrt(variance)) * Math.sqrt(shape);
  return y > 0 ? gammaQ(shape, y) : 1;
}
