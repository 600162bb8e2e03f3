import { smallestP } from './normal.ts';
import { logChoose } from './special.ts';

/**
 * Upper tail of the hypergeometric law: of `marked` rows among n + m, how likely are `c` or more in the sample of n?
 *
 * @param c - marked rows in the sample
 * @param marked - marked rows in all
 * @param n - rows of the sample
 * @param m - rows outside the sample
 * @returns P(X >= c), exact up to rounding (about 1e-8 relative from a million rows on)
 *
 * Complexity: O(sqrt(n)) terms, until they no longer matter.
 *
 * Reference: Fisher, The Design of Experiments (1935).
 * @example
 * hypergeometricSf(3, 3, 10, 10) // 0.10526315789473684
 */
export function hypergeometricSf(c: number, marked: number, n: number, m: number): number {
  const all = n + m;
  const most = Math.min(marked, n);
  const least = Math.max(0, marked - m);
  if (c <= least) return 1;
  if (c > most) return 0;
  if (c > (marked * n) / all) {
    let term = 1;
    let sum = 1;
    for (let x = c; x < most && term >= 1e-16 * sum; x++) {
      term *= ((marked - x) * (n - x)) / ((x + 1) * (all - marked - n + x + 1));
      sum += term;
    }
    return Math.min(1, Math.exp(logMass(c, marked, n, m)) * sum);
  }
  let term = 1;
  let sum = 1;
  for (let x = c - 1; x > least && term >= 1e-16 * sum; x--) {
    term *= (x * (all - marked - n + x)) / ((marked - x + 1) * (n - x + 1));
    sum += term;
  }
  return Math.max(0, 1 - Math.exp(logMass(c - 1, marked, n, m)) * sum);
}

/**
 * Fisher's exact test of one share in two samples: is a property as common in the window as in the baseline?
 *
 * Null hypothesis: rows with the property are spread over both samples by chance.
 *
 * @param c - current rows with the property, of `n`
 * @param n - current rows
 * @param r - reference rows with the property, of `m`
 * @param m - reference rows
 * @returns `up`: P(as many or more now), `both`: twice the smaller one-sided p, at most 1; floored at 1e-300
 *
 * Exact at any number of rows, and conservative because counts are whole numbers. "Twice the smaller" is not the
 * two-sided p of packages that add up all less likely tables.
 *
 * Reference: Fisher (1935).
 * @example
 * fisherTest({ c: 3, n: 10, r: 0, m: 10 }).both // 0.21052631578947367
 */
export function fisherTest(table: {
  readonly c: number;
  readonly n: number;
  readonly r: number;
  readonly m: number;
}): { readonly up: number; readonly both: number } {
  const { c, n, r, m } = table;
  const marked = c + r;
  if (marked === 0 || marked === n + m || n === 0 || m === 0) return { up: 1, both: 1 };
  const up = hypergeometricSf(c, marked, n, m);
  return { up: Math.max(smallestP, up), both: Math.max(smallestP, fisherTwoSided(c, r, n, m)) };
}

/**
 * Fisher's exact test of one share in two samples, two-sided: the `both` of `fisherTest`, without its floor.
 *
 * Null hypothesis: rows with the property are spread over both samples by chance.
 *
 * @param c - current rows with the property, of `n`
 * @param r - reference rows with the property, of `m`
 * @param n - current rows
 * @param m - reference rows
 * @returns twice the smaller one-sided p, at most 1; 0 where that is below the smallest double
 *
 * Complexity: O(sqrt(n)) terms; only the tail on the side of the change is added up.
 *
 * Reference: Fisher (1935).
 * @example
 * fisherTwoSided(3, 0, 10, 10) // 0.21052631578947367
 */
export function fisherTwoSided(c: number, r: number, n: number, m: number): number {
  // The median is next to the mean: the tail on the other side of the change is at least 1/2, never the smaller one.
  const change = c * m - r * n;
  if (change === 0) return 1;
  const tail = change > 0 ? hypergeometricSf(c, c + r, n, m) : hypergeometricSf(r, c + r, m, n);
  return Math.min(1, 2 * tail);
}

function logMass(c: number, marked: number, n: number, m: number): number {
  return logChoose(marked, c) + logChoose(n + m - marked, n - c) - logChoose(n + m, n);
}
