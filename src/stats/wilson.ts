/** Normal quantile of a two-sided 95 % interval. */
export const z95 = 1.959963984540054;

/** Lower and upper limit. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's interval of a share: which true shares are compatible with x of n?
 *
 * @param x - rows that have the property
 * @param n - rows, at least 1
 * @param z - normal quantile of the level, e.g. 1.96 for 95 %
 * @returns limits within [0, 1]; [0, 1] when n is 0
 *
 * Coverage is close to nominal on average, not guaranteed at every share.
 *
 * Reference: Wilson, Probable inference, the law of succession, and statistical inference (1927).
 * @example
 * wilson(5, 50, 1.959963984540054) // { low: 0.0434758, high: 0.2136023 }
 */
export function wilson(x: number, n: number, z: number): Interval {
  if (n <= 0) return { low: 0, high: 1 };
  const p = x / n;
  const z2 = z * z;
  const scale = 1 + z2 / n;
  const middle = (p + z2 / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Newcombe's interval of a difference of two shares, from Wilson's limits of each.
 *
 * @param x - current rows that have the property, of `n`
 * @param n - current rows
 * @param y - reference rows that have the property, of `m`
 * @param m - reference rows
 * @returns 95 % limits of x / n - y / m; [-1, 1] when a sample is empty
 *
 * Reference: Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
 * @example
 * newcombe(30, 100, 20, 100) // { low: -0.0202494, high: 0.2167344 }
 */
export function newcombe(x: number, n: number, y: number, m: number): Interval {
  if (n <= 0 || m <= 0) return { low: -1, high: 1 };
  const p = x / n;
  const q = y / m;
  const a = wilson(x, n, z95);
  const b = wilson(y, m, z95);
  return {
    low: p - q - Math.hypot(p - a.low, b.high - q),
    high: p - q + Math.hypot(a.high - p, q - b.low),
  };
}
