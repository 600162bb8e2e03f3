import { smallestP } from '../normal.ts';
import { rowsOf } from '../rows.ts';

/**
 * Two-sample Cramer-von Mises test on binned values: do two samples come from one distribution?
 *
 * Null hypothesis: they do. T = n m / N^2 times the sum over the pooled rows of (F - G)^2, taken as the mean of its
 * values at both borders of a row's cell; p by the limiting law after matching mean and variance.
 *
 * @param current - counts by cell, cells in increasing order of value
 * @param reference - counts of the same cells
 * @returns T and p, floored at 1e-300; T is 0 and p 1 for equal shares; NaN when a sample is empty
 *
 * Not for unordered categories. With few distinct values p errs to silence, and in small samples (below about ten
 * rows) the exact law is better. Weak in the tails, where Anderson-Darling is stronger. The same as
 * `cramerVonMisesOfRanks` (and scipy) where no value repeats.
 *
 * Complexity: O(cells).
 *
 * Reference: Anderson, On the distribution of the two-sample Cramer-von Mises criterion (1962); Choulakian, Lockhart and
 * Stephens, Cramer-von Mises statistics for discrete distributions (1994).
 * @example
 * cramerVonMises([1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]).statistic // 0.5277778
 */
export function cramerVonMises(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly p: number } {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return { statistic: NaN, p: NaN };
  let lead = 0;
  let sum = 0;
  for (let i = 0; i < current.length; i++) {
    const before = lead;
    lead += current[i]! / n - reference[i]! / m;
    sum += (current[i]! + reference[i]!) * (before * before + lead * lead);
  }
  const statistic = ((n / (n + m)) * (m / (n + m)) * sum) / 2;
  return { statistic, p: cramerVonMisesP(statistic, n, m) };
}

/**
 * Two-sample Cramer-von Mises test by average ranks, as scipy takes it: do two samples come from one distribution?
 *
 * Null hypothesis: they do. The same T where no value repeats; ties get their average rank, but are counted one by one
 * inside their own sample.
 *
 * @param current - counts by cell, cells in increasing order of value
 * @param reference - counts of the same cells
 * @returns T and p, floored at 1e-300; p is 1 for equal samples of equal size; NaN when a sample is empty
 *
 * Not for binned counts: with ties in samples of different size T grows by about m^2 / (12 n) times the mean squared
 * share of a cell although nothing changed (5,000 against a million rows in 1,024 bins: T = 16).
 *
 * Complexity: O(cells).
 *
 * Reference: Anderson, On the distribution of the two-sample Cramer-von Mises criterion (1962);
 * scipy.stats.cramervonmises_2samp with method="asymptotic".
 * @example
 * cramerVonMisesOfRanks([1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]).statistic // 0.5277778
 */
export function cramerVonMisesOfRanks(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly p: number } {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return { statistic: NaN, p: NaN };
  const statistic = distanceOfRanks(current, reference, { n, m });
  return { statistic, p: cramerVonMisesP(statistic, n, m) };
}

/**
 * Chance of a two-sample Cramer-von Mises statistic at least this large with nothing changed.
 *
 * @param statistic - T
 * @param n - rows of one sample
 * @param m - rows of the other
 * @returns p by the limiting law after matching mean and variance, in [1e-300, 1]
 *
 * Complexity: constant (a few hundred terms at most).
 * @example
 * cramerVonMisesP(0.5, 100, 200) // 0.03978340
 */
export function cramerVonMisesP(statistic: number, n: number, m: number): number {
  const all = n + m;
  const mean = (1 + 1 / all) / 6;
  const variance = ((all + 1) / all) * ((4 * all - 3 * (n / m + m / n) - 2) / all / 180);
  const scaled = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
  return Math.max(smallestP, cramerVonMisesSf(scaled));
}

/**
 * Upper tail of the limiting Cramer-von Mises law (of the sum of Z_j^2 / (j pi)^2 over independent normal Z_j).
 *
 * Smirnov's integral over the intervals where the sine is negative, by Gauss-Chebyshev quadrature, which removes the
 * singular ends; all digits hold in the far tail.
 *
 * @param x - statistic
 * @returns P(W > x)
 *
 * Complexity: constant.
 *
 * Reference: Smirnov (1937); Anderson and Darling, Asymptotic theory of certain goodness of fit criteria (1952).
 * @example
 * cramerVonMisesSf(0.46136) // 0.05
 */
export function cramerVonMisesSf(x: number): number {
  if (!(x > 0.002)) return 1;
  let tail = 0;
  for (let j = 1; j < 60; j++) {
    const lowest = (2 * j - 1) * Math.PI;
    if (j > 1 && 0.5 * x * (lowest * lowest - Math.PI * Math.PI) > 40) break;
    tail += (j % 2 === 1 ? 1 : -1) * betweenZeros(lowest, x);
  }
  return Math.min(1, Math.max(0, tail));
}

const nodes = 40;

/** (2 / pi) times the integral of sqrt(-u / sin u) exp(-x u^2 / 2) / u from `lowest` to `lowest` + pi. */
function betweenZeros(lowest: number, x: number): number {
  let sum = 0;
  for (let k = 0; k < nodes; k++) {
    const angle = ((k + 0.5) * Math.PI) / nodes;
    const offset = (Math.PI / 2) * (1 - Math.cos(angle));
    const u = lowest + offset;
    sum += Math.sin(angle) * Math.exp(-0.5 * x * u * u) * Math.sqrt(1 / (u * Math.sin(offset)));
  }
  return (Math.PI / nodes) * sum;
}

/**
 * T without the cancellation of the rank formula: n m / N^2 times the sum over pooled rows of (F - G)^2 at the middle of
 * each cell, plus terms of the third power of the cells' shares.
 */
function distanceOfRanks(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  { n, m }: { readonly n: number; readonly m: number },
): number {
  const all = n + m;
  let lead = 0;
  let distance = 0;
  let inside = 0;
  const both = ((n / all) * (m / all)) / 12;
  const ours = n ** 3 / m / all / 12;
  const theirs = m ** 3 / n / all / 12;
  for (let i = 0; i < current.length; i++) {
    const f = current[i]! / n;
    const g = reference[i]! / m;
    const middle = lead + (f - g) / 2;
    lead += f - g;
    const rows = n * f + m * g;
    distance += rows * middle * middle;
    const f3 = f * f * f;
    const g3 = g * g * g;
    inside += both * (n * f3 + m * g3 - 3 * f * g * rows) + ours * f3 + theirs * g3;
  }
  const unequal = (n - m) ** 2 / (12 * n * m * all);
  return Math.max(0, (n / all) * (m / all) * distance + inside - unequal);
}
