import { gammaQ, logGamma } from './special.ts';

/**
 * Upper tail of the noncentral chi-square law: the power of a chi-square test against a given change.
 *
 * A Poisson mixture of central laws; every term is positive, so nothing cancels in the far tail.
 *
 * @param x - statistic
 * @param degrees - degrees of freedom, above 0
 * @param noncentrality - 0 or more; rows times Pearson's phi squared of the change
 * @returns P(X > x)
 *
 * Complexity: O(sqrt(noncentrality)) incomplete gamma functions.
 *
 * Reference: Patnaik, The non-central chi-square and F distributions (1949); scipy.stats.ncx2.sf.
 * @example
 * noncentralChiSquareSf(5.991464547107979, 2, 5) // 0.5037
 */
export function noncentralChiSquareSf(x: number, degrees: number, noncentrality: number): number {
  if (!(x > 0)) return 1;
  const mean = noncentrality / 2;
  if (!(mean > 0)) return gammaQ(degrees / 2, x / 2);
  const term = (j: number) =>
    Math.exp(j * Math.log(mean) - mean - logGamma(j + 1)) * gammaQ(degrees / 2 + j, x / 2);
  // Upwards to the largest term and beyond, then downwards from the middle of the Poisson law.
  const middle = Math.floor(mean);
  let sum = 0;
  let last = 0;
  for (let j = middle; j < middle + 1_000_000; j++) {
    const value = term(j);
    sum += value;
    if (j > x / 2 && value <= last && value < sum * 1e-17) break;
    last = value;
  }
  for (let j = middle - 1; j >= 0; j--) {
    const value = term(j);
    sum += value;
    if (value < sum * 1e-17) break;
  }
  return Math.min(1, sum);
}
