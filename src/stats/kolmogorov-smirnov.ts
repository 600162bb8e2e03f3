import { sum } from 'simple-statistics';
import { smallestP } from './normal.ts';

/** What a two-sample Kolmogorov-Smirnov comparison of binned counts found. */
export interface KsResult {
  /** Largest distance between the two distribution functions over the bin borders; for `up` only where `current` lies higher. */
  readonly statistic: number;
  /** Bin at whose upper border the distance is reached; -1 when it is 0. */
  readonly bin: number;
  /** +1: the current values lie higher there (their distribution function is the smaller), -1: lower. */
  readonly direction: number;
  readonly p: number;
}

/**
 * Logarithm of the upper tail of Kolmogorov's limiting law: how likely is a scaled distance above z?
 *
 * @param z - sqrt(n m / (n + m)) times the distance
 * @returns ln P(K > z), at most 0; finite for any finite z
 *
 * Complexity: constant (at most a few terms of either theta series).
 *
 * Reference: Kolmogorov (1933); Feller, On the Kolmogorov-Smirnov limit theorems (1948).
 * @example
 * kolmogorovLogSf(1.3580986393225505) // -2.995732273553991
 */
export function kolmogorovLogSf(z: number): number {
  if (!(z > 0)) return 0;
  if (z < 1) {
    const q = Math.exp(-(Math.PI ** 2) / (8 * z * z));
    return Math.log1p((-Math.sqrt(2 * Math.PI) / z) * q * (1 + q ** 8 + q ** 24 + q ** 48));
  }
  const q = Math.exp(-2 * z * z);
  return Math.LN2 - 2 * z * z + Math.log1p(-(q ** 3) + q ** 8 - q ** 15 + q ** 24);
}

/**
 * Two-sample Kolmogorov-Smirnov test on binned counts: do two samples come from the same distribution?
 *
 * Null hypothesis: both samples are drawn independently from one distribution (`both`), or the current values do not
 * lie higher (`up`). The statistic is taken over the bin borders, so it is at most the distance of the raw values
 * and within the mass of one bin of it. The p-value is the limiting law at sqrt(n m / (n + m)) times the distance,
 * with no small-sample correction: two-sided Kolmogorov's law, one-sided exp(-2 z^2). With ties, bins or few values
 * the true probability is smaller, so the test errs to silence.
 *
 * @param current - counts of the window by bin, in order
 * @param reference - counts of the baseline in the same bins
 * @param side - `both`, or `up` for "the current values lie higher"
 * @returns distance, where, direction and p (floored at 1e-300); distance 0 and p 1 when a sample is empty
 *
 * Not for unordered categories. Blind to changes inside a bin; weak against changes in the tails.
 *
 * Complexity: O(bins).
 *
 * Reference: Smirnov (1939); Hodges, The significance probability of the Smirnov two-sample test (1958).
 * @example
 * ksTest([0, 50, 50], [50, 50, 0]).statistic // 0.5
 */
export function ksTest(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  side: 'both' | 'up' = 'both',
): KsResult {
  const n = sum(current as number[]);
  const m = sum(reference as number[]);
  if (n === 0 || m === 0) return { statistic: 0, bin: -1, direction: 0, p: 1 };
  let below = 0;
  let belowReference = 0;
  let signed = 0;
  let bin = -1;
  for (let i = 0; i < current.length; i++) {
    below += current[i]!;
    belowReference += reference[i]!;
    const lead = belowReference / m - below / n;
    const distance = side === 'up' ? lead : Math.abs(lead);
    if (distance > Math.abs(signed) + 1e-15) {
      signed = lead;
      bin = i;
    }
  }
  const z = Math.sqrt((n * m) / (n + m)) * Math.abs(signed);
  const logP = side === 'up' ? -2 * z * z : kolmogorovLogSf(z);
  return {
    statistic: Math.abs(signed),
    bin,
    direction: Math.sign(signed),
    p: Math.max(smallestP, Math.exp(logP)),
  };
}
