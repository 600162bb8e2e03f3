import { wilson } from './wilson.ts';

/** Normal quantile of the published 95 % interval. */
const level = 1.959964;

/** Signed change of one share with its limits. */
export interface ShareEffect {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Change of one share: by how much has the share of missing values (or of one category) risen or fallen?
 *
 * @param c - current rows that have the property, of `n`
 * @param n - current rows
 * @param r - reference rows that have the property, of `m`
 * @param m - reference rows
 * @returns c / n - r / m with a 95 % interval, all within [-1, 1]; 0 within [-1, 1] when a sample is empty
 *
 * The interval is not simultaneous: it is for one share chosen beforehand, not for the largest of many.
 *
 * Complexity: constant.
 *
 * Reference: Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
 * @example
 * shareEffect(30, 100, 20, 100).high // 0.2167344
 */
export function shareEffect(c: number, n: number, r: number, m: number): ShareEffect {
  if (n <= 0 || m <= 0) return { estimate: 0, low: -1, high: 1 };
  const p = c / n;
  const q = r / m;
  const now = wilson(c, n, level);
  const then = wilson(r, m, level);
  return {
    estimate: p - q,
    low: p - q - Math.hypot(p - now.low, then.high - q),
    high: p - q + Math.hypot(now.high - p, q - then.low),
  };
}
