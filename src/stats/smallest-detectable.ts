import { normalIsf } from './normal.ts';

/** Weight of the location component in the numeric test: the share of alpha a pure shift has to meet. */
const locationWeight = 0.3;

/**
 * Smallest share of rows that a pure shift must move to be found half of the time: what could a window this small see?
 *
 * A shift of d standard deviations of a normal variable moves 0.3989 d of the rows (for small d), and moves the mean
 * rank score by 0.9772 d.
 *
 * @param n - rows of the window
 * @param nReference - rows of the baseline
 * @param alpha - level of the test
 * @returns share of rows in [0, 1]; 1 when a sample is empty
 *
 * Reference: power of a rank test against a location shift, e.g. Lehmann, Nonparametrics (1975), chapter 2.
 * @example
 * smallestDetectable(5000, 50000, 2.8e-5) // 0.0269719916
 */
export function smallestDetectable(n: number, nReference: number, alpha: number): number {
  if (n <= 0 || nReference <= 0) return 1;
  const effective = (n * nReference) / (n + nReference);
  const share = ((0.3989 / 0.9772) * normalIsf((alpha * locationWeight) / 2)) / Math.sqrt(effective);
  return Math.min(1, share);
}

/**
 * Smallest rise of a share that the exact test finds about half of the time: from which share on would new missing
 * values be seen?
 *
 * The larger of the normal approximation around the reference share and, for shares near zero, the count whose chance
 * (n / (n + m)) to the power of the count falls below alpha.
 *
 * @param n - rows of the window
 * @param share - share in the baseline
 * @param nReference - rows of the baseline
 * @param alpha - one-sided level of the test
 * @returns rise of the share in [0, 1]; 1 when a sample is empty
 * @example
 * smallestRise(1000, 0, 50000, 1e-6) // 0.0035137648
 */
export function smallestRise(n: number, share: number, nReference: number, alpha: number): number {
  if (n <= 0 || nReference <= 0) return 1;
  const count = Math.log(alpha) / Math.log(n / (n + nReference));
  const deviation = Math.sqrt(share * (1 - share) * (1 / n + 1 / nReference));
  return Math.min(1, Math.max(count / n, normalIsf(alpha) * deviation));
}
