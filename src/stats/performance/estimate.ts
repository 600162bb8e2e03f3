import quantile from '@stdlib/stats-base-dists-t-quantile';

/** A measure of performance on some labelled rows, with limits that hold with the level asked for. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Of the estimate, by the rows alone. */
  readonly variance: number;
  /** Degrees of freedom of Student's law that the estimate follows; Infinity where it is as good as normal. */
  readonly degrees: number;
  /** Labelled rows it rests on. */
  readonly n: number;
}

/**
 * Quantile of Student's t law: which value is exceeded with probability p?
 *
 * @param p - probability, 0 < p < 1
 * @param degrees - degrees of freedom, above 0; Infinity gives the normal law
 * @returns t with P(T > t) = p
 *
 * Reference: Hill, Algorithm 396 (1970); scipy.stats.t.isf.
 * @example
 * studentIsf(0.025, 9) // 2.2621571627409915
 */
export function studentIsf(p: number, degrees: number): number {
  if (!(p > 0)) return Infinity;
  // A billion degrees are normal to nine digits.
  return -quantile(p, Math.min(degrees, 1e9));
}
