import { studentTwoSided } from '../student-t.ts';
import type { Difference } from './accuracy.ts';
import { type Estimate, studentIsf } from './estimate.ts';

/** Values by number, sum and sum of squares: they add up in any order. */
export interface ErrorSums {
  readonly n: number;
  readonly sum: number;
  readonly sum2: number;
}

/**
 * Mean of errors, or of their sizes: how far are the predictions off, and how sure is that?
 *
 * @param sums - rows, sum and sum of squares of the errors
 * @param level - of the interval
 * @returns mean with Student's limits; null with fewer than two rows
 *
 * Heavy tails: the limits rest on the mean being nearly normal. Where a few rows carry most of the squares they are too
 * narrow below a few hundred rows, and a single wild row widens them so much that nothing is found: it errs to silence.
 *
 * Complexity: constant.
 *
 * Reference: Student (1908); scipy.stats.t.interval.
 * @example
 * meanEstimate({ n: 4, sum: 10, sum2: 30 }, 0.95).low // 0.4457397
 */
export function meanEstimate(sums: ErrorSums, level: number): Estimate | null {
  const { n } = sums;
  if (n < 2) return null;
  const value = sums.sum / n;
  const variance = varianceOf(sums) / n;
  const half = studentIsf((1 - level) / 2, n - 1) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half, variance, degrees: n - 1, n };
}

function varianceOf({ n, sum, sum2 }: ErrorSums): number {
  return Math.max(0, (sum2 - (sum * sum) / n) / (n - 1));
}

/**
 * Means of two different sets of rows: how much larger is the first (Welch)?
 *
 * @param now - sums of the errors of one set
 * @param then - sums of the other
 * @param level - of the interval
 * @returns difference of the means with Student's limits at Welch's degrees of freedom; null with fewer than two rows
 *
 * Complexity: constant.
 *
 * Reference: Welch (1947); scipy.stats.ttest_ind(equal_var=False).
 * @example
 * meanGap({ n: 4, sum: 10, sum2: 30 }, { n: 4, sum: 14, sum2: 54 }, 0.95).value // -1
 */
export function meanGap(now: ErrorSums, then: ErrorSums, level: number): Difference | null {
  if (now.n < 2 || then.n < 2) return null;
  const [a, b] = [varianceOf(now) / now.n, varianceOf(then) / then.n];
  return studentDifference(now.sum / now.n - then.sum / then.n, a + b, {
    degrees: welchDegrees({ variance: a, degrees: now.n - 1 }, { variance: b, degrees: then.n - 1 }),
    level,
  });
}

/**
 * Degrees of freedom of a difference of two estimates, each with its own: what Welch and Satterthwaite put in place of
 * the sum.
 *
 * @param a - variance of one estimate, and its degrees of freedom
 * @param b - the same of the other
 * @returns degrees of freedom; Infinity when neither has a variance
 *
 * Reference: Welch (1947); Satterthwaite (1946).
 * @example
 * welchDegrees({ variance: 1, degrees: 9 }, { variance: 1, degrees: 9 }) // 18
 */
export function welchDegrees(
  a: { readonly variance: number; readonly degrees: number },
  b: { readonly variance: number; readonly degrees: number },
): number {
  const whole = a.variance + b.variance;
  if (!(whole > 0)) return Infinity;
  // As shares of the whole: squares of small variances would be lost.
  const [x, y] = [a.variance / whole, b.variance / whole];
  return 1 / ((x * x) / a.degrees + (y * y) / b.degrees);
}

/**
 * Errors of two models on the same rows: how much larger are the first one's?
 *
 * @param differences - sums over the rows of (error of the new model minus error of the old)
 * @param level - of the interval
 * @returns mean difference with Student's limits; null with fewer than two rows
 *
 * Complexity: constant.
 *
 * Reference: Student (1908); scipy.stats.ttest_rel.
 * @example
 * pairedMean({ n: 4, sum: 2, sum2: 4 }, 0.9).value // 0.5
 */
export function pairedMean(differences: ErrorSums, level: number): Difference | null {
  const { n, sum } = differences;
  if (n < 2) return null;
  return studentDifference(sum / n, varianceOf(differences) / n, { degrees: n - 1, level });
}

function studentDifference(
  value: number,
  variance: number,
  { degrees, level }: { readonly degrees: number; readonly level: number },
): Difference {
  const sd = Math.sqrt(variance);
  const half = sd === 0 ? 0 : studentIsf((1 - level) / 2, degrees) * sd;
  const p = sd === 0 ? Number(value === 0) : studentTwoSided(value / sd, degrees);
  return { value, low: value - half, high: value + half, p };
}
