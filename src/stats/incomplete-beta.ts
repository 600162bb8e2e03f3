import { logFront } from './special.ts';

/**
 * Logarithm of the regularised incomplete beta function I_x(a, b): the lower tail of a beta law.
 *
 * Kept in logarithms, so that tails far below the smallest double still have a value. The package at hand is right to
 * 1e-13 for shapes of everyday size, but only to 1e-9 where one of them reaches 1e9; here the factor in front is made
 * of three that do not cancel. Lentz's continued fraction on the side where it converges fast.
 *
 * @param a - first shape, above 0
 * @param b - second shape, above 0
 * @param x - from 0 to 1
 * @param y - 1 - x; give it where it is known better than by subtracting
 * @returns ln I_x(a, b), at most 0; -Infinity at x = 0
 *
 * Complexity: O(sqrt(a + b)) terms near the mean a / (a + b), fewer elsewhere.
 *
 * Reference: DiDonato and Morris, Significant digit computation of the incomplete beta function ratios (1992), equation 9;
 * for the factor in front: Loader, Fast and Accurate Computation of Binomial Probabilities (2000). scipy.special.betainc.
 * @example
 * Math.exp(logBetaInc(2, 3, 0.3)) // 0.3483
 * logBetaInc(1000, 2, 1e-9) // -20716.35715454871
 */
export function logBetaInc(a: number, b: number, x: number, y: number = 1 - x): number {
  if (!(x > 0)) return -Infinity;
  if (!(y > 0)) return 0;
  const all = a + b;
  const front = logFront(a, all * x) + logFront(b, all * y) - logFront(all, all);
  // Beyond the mean the other tail is the smaller one.
  if (x * (all + 2) > a + 1) return Math.log1p(-Math.exp(front) * continuedFraction(b, a, y, x));
  return front + Math.log(continuedFraction(a, b, x, y));
}

/** I_x(a, b) over the factor in front; all terms are positive below the mean, so nothing cancels. */
function continuedFraction(a: number, b: number, x: number, y: number): number {
  const all = a + b;
  const lead = a * y - b * x + 1;
  let h = awayFromZero((a * lead) / (a + 1));
  let c = h;
  let d = 0;
  for (let m = 1; m < 1_000_000; m++) {
    const scale = a + 2 * m - 1;
    const over = ((m * (a + m - 1)) / scale) * ((all + m - 1) / scale) * (b - m) * x * x;
    const under = m + (m * (b - m) * x) / scale + ((a + m) * (lead + m * (1 + y))) / (scale + 2);
    d = 1 / awayFromZero(under + over * d);
    c = awayFromZero(under + over / c);
    h *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return 1 / h;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
