import { logBetaInc } from './incomplete-beta.ts';
import { logGammaP, logGammaQ } from './special.ts';

/** Where the dispersion changes no digit above the eleventh, the Poisson law is taken. */
const negligible = 1e-11;

/**
 * Lower tail of the negative binomial law: how likely are k rows or fewer, where counts scatter more than chance alone
 * would make them?
 *
 * @param k - rows; a fraction is rounded down
 * @param mean - expected rows, at least 0
 * @param dispersion - kappa of variance = mean + kappa mean^2; 0 (or less) is the Poisson law
 * @returns P(X <= k), within 1e-10 relative down to 1e-300; 1 when an argument is not a finite number
 *
 * The dispersion must be known: one estimated from few hours makes the tails too thin.
 *
 * Complexity: at most O(sqrt(k)) terms.
 *
 * Reference: Johnson, Kemp and Kotz, Univariate Discrete Distributions, section 5.6;
 * scipy.stats.nbinom(1 / kappa, 1 / (1 + kappa mean)).cdf.
 * @example
 * negativeBinomialCdf(3, 10, 0.1) // 0.046142578125
 * negativeBinomialCdf(3, 10, 0) // 0.010336050675925726
 */
export function negativeBinomialCdf(k: number, mean: number, dispersion: number): number {
  return tail('lower', k, mean, dispersion);
}

/**
 * Upper tail of the negative binomial law: how likely are more than k rows, where counts scatter more than chance
 * alone would make them?
 *
 * @param k - rows; a fraction is rounded down. For "k or more" give k - 1
 * @param mean - expected rows, at least 0
 * @param dispersion - kappa of variance = mean + kappa mean^2; 0 (or less) is the Poisson law
 * @returns P(X > k), within 1e-10 relative down to 1e-300; 1 when an argument is not a finite number
 *
 * The dispersion must be known: one estimated from few hours makes the tails too thin.
 *
 * Complexity: at most O(sqrt(k)) terms.
 *
 * Reference: as `negativeBinomialCdf`; scipy.stats.nbinom(1 / kappa, 1 / (1 + kappa mean)).sf.
 * @example
 * negativeBinomialSf(30, 10, 0.1) // 0.00033977412749663927
 * negativeBinomialSf(30, 10, 0) // 7.983794659911252e-8
 */
export function negativeBinomialSf(k: number, mean: number, dispersion: number): number {
  return tail('upper', k, mean, dispersion);
}

function tail(side: 'lower' | 'upper', k: number, mean: number, dispersion: number): number {
  const lower = side === 'lower';
  if (!Number.isFinite(k) || !Number.isFinite(mean) || !Number.isFinite(dispersion)) return 1;
  if (k < 0) return lower ? 0 : 1;
  if (mean <= 0) return lower ? 1 : 0;
  const next = Math.floor(k) + 1;
  if (dispersion * ((k - mean) ** 2 + k + mean) < negligible)
    return Math.exp(lower ? logGammaQ(next, mean) : logGammaP(next, mean));
  const shape = 1 / dispersion;
  const odds = dispersion * mean;
  const success = 1 / (1 + odds);
  const failure = odds / (1 + odds);
  return Math.exp(
    lower ? logBetaInc(shape, next, success, failure) : logBetaInc(next, shape, failure, success),
  );
}
