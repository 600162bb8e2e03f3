import { logGamma } from './special.ts';

/**
 * One draw from a binomial law: how many of n rows have a property that each has with probability p?
 *
 * Exact. Counts the failures between successes when fewer than ten are expected, else Hormann's transformed rejection.
 *
 * @param n - rows, a whole number
 * @param p - probability of each
 * @param random - uniform in [0, 1)
 * @returns whole number from 0 to n
 *
 * Complexity: O(min(n p, 10)), about 50 ns.
 *
 * Reference: Devroye, Non-uniform Random Variate Generation (1986), X.4; Hormann, The generation of binomial random
 * variates (1993), algorithm BTRS.
 * @example
 * binomialDraw(7, 1, () => 0.5) // 7
 */
export function binomialDraw(n: number, p: number, random: () => number): number {
  if (!(n > 0) || !(p > 0)) return 0;
  if (p >= 1) return n;
  if (p > 0.5) return n - binomialDraw(n, 1 - p, random);
  return n * p < 10 ? byWaiting(n, p, random) : byRejection(n, p, random);
}

/**
 * One draw from a multinomial law: how do n rows fall into cells with the given shares?
 *
 * @param n - rows, a whole number
 * @param weights - of the cells, at least 0, not all 0; need not sum to 1
 * @param random - uniform in [0, 1)
 * @returns counts by cell, with sum n
 *
 * Complexity: O(cells), one binomial draw each.
 * @example
 * multinomialDraw(9, [0, 5, 0], () => 0.5) // => [0, 9, 0]
 */
export function multinomialDraw(n: number, weights: ArrayLike<number>, random: () => number): Float64Array {
  const counts = new Float64Array(weights.length);
  let left = 0;
  for (let i = 0; i < weights.length; i++) left += weights[i]!;
  let rows = n;
  for (let i = 0; i < weights.length && rows > 0; i++) {
    const weight = weights[i]!;
    const last = weight > 0 && left - weight <= left * 1e-15;
    const count = last ? rows : binomialDraw(rows, weight / left, random);
    counts[i] = count;
    rows -= count;
    left -= weight;
  }
  return counts;
}

/** Geometric gaps between successes. */
function byWaiting(n: number, p: number, random: () => number): number {
  const scale = Math.log1p(-p);
  let successes = 0;
  let at = 0;
  for (;;) {
    at += Math.floor(Math.log1p(-random()) / scale) + 1;
    if (at > n) return successes;
    successes++;
  }
}

function byRejection(n: number, p: number, random: () => number): number {
  const sd = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * sd;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const sure = 0.92 - 4.2 / b;
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + centre);
    if (edge >= 0.07 && v <= sure) return k;
    if (!(k >= 0 && k <= n)) continue;
    const alpha = (2.83 + 5.1 / b) * sd;
    if (Math.log((v * alpha) / (a / (edge * edge) + b)) <= logRatio(n, p, k)) return k;
  }
}

/** ln of the probability of k over that of the mode. */
function logRatio(n: number, p: number, k: number): number {
  const mode = Math.floor((n + 1) * p);
  const coefficients = logGamma(mode + 1) + logGamma(n - mode + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return coefficients + (k - mode) * Math.log(p / (1 - p));
}
