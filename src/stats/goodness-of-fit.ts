import { chiSquareLogSf } from './chi-square.ts';
import { smallestP } from './normal.ts';

/**
 * One-sample chi-square test: do the counts fit shares that are known exactly?
 *
 * Null hypothesis: the rows are drawn independently with the shares of the reference, taken as fixed.
 *
 * @param current - counts of the window by category
 * @param reference - counts or shares of the same categories; those empty on both sides do not count
 * @returns statistic, degrees of freedom and p, floored at 1e-300; null when a side is empty or the window has rows in
 *   a category that the reference lacks
 *
 * Not a two-sample test: it ignores the noise of the reference, and alarms too often when that is not much larger
 * than the window. It is what some other tools call chi-square.
 *
 * Complexity: O(k).
 *
 * Reference: Pearson (1900); scipy.stats.chisquare.
 * @example
 * goodnessOfFit([37, 63], [36, 64]).p // 0.834968706358955
 */
export function goodnessOfFit(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly degrees: number; readonly p: number } | null {
  let n = 0;
  let m = 0;
  let cells = 0;
  for (let i = 0; i < current.length; i++) {
    if (current[i]! > 0 && !(reference[i]! > 0)) return null;
    if (reference[i]! > 0) cells++;
    n += current[i]!;
    m += reference[i]!;
  }
  if (n === 0 || m === 0) return null;
  let statistic = 0;
  for (let i = 0; i < current.length; i++) {
    if (reference[i] === 0) continue;
    const expected = (reference[i]! / m) * n;
    statistic += (current[i]! - expected) ** 2 / expected;
  }
  const degrees = cells - 1;
  const p = degrees === 0 ? 1 : Math.exp(chiSquareLogSf(statistic, degrees));
  return { statistic, degrees, p: Math.max(smallestP, p) };
}

/**
 * Smallest number of rows that a cell of a 2 x k table expects if nothing changed: below 5, chi-square laws are to be
 * doubted.
 *
 * @param current - counts by category
 * @param reference - counts of the same categories
 * @returns rows; categories empty on both sides do not count; 0 when a side is empty
 *
 * Complexity: O(k).
 *
 * Reference: Cochran, Some methods for strengthening the common chi-square tests (1954).
 * @example
 * smallestExpected([37, 63], [36, 64]) // 36.5
 */
export function smallestExpected(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  let n = 0;
  let m = 0;
  let least = Infinity;
  for (let i = 0; i < current.length; i++) {
    n += current[i]!;
    m += reference[i]!;
    const total = current[i]! + reference[i]!;
    if (total > 0) least = Math.min(least, total);
  }
  return n === 0 || m === 0 ? 0 : (least * Math.min(n, m)) / (n + m);
}
