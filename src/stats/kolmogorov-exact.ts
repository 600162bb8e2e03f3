/** Two samples, and the distance between their distribution functions. */
export interface KsDistance {
  /** Rows of one sample. */
  readonly n: number;
  /** Rows of the other. */
  readonly m: number;
  /** Largest distance between the two distribution functions, 0 to 1. */
  readonly distance: number;
}

/**
 * Exact two-sided p of the two-sample Kolmogorov-Smirnov distance: how often do two samples of continuous values from
 * one distribution differ by at least this much?
 *
 * Null hypothesis: all values are drawn independently from one continuous distribution. Walks all orders of the
 * pooled values as lattice paths and adds up those that leave the band; only positive numbers are added, so the far
 * tail keeps its digits.
 *
 * @param found - rows of both samples and their distance
 * @returns P(D >= distance)
 *
 * Not for more than about 10,000 rows a side: use the limiting law there. With ties the true p is smaller; see
 * `ksPermutationP`.
 *
 * Complexity: O(n m) time, O(m) memory.
 *
 * Reference: Hodges, The significance probability of the Smirnov two-sample test (1958); scipy.stats.ks_2samp with
 * method="exact".
 * @example
 * ksExactP({ n: 5, m: 7, distance: 0.4 }) // 0.6388888888888888
 */
export function ksExactP({ n, m, distance }: KsDistance): number {
  const { denominator } = ksFraction({ n, m, distance });
  // The smallest distance that can occur and is not below the one given, rounding aside.
  const numerator = Math.ceil(distance * denominator - 1e-6);
  return outside(n, m, numerator * ((n * m) / denominator), null);
}

/**
 * Two-sample Kolmogorov-Smirnov distance as the fraction it is: a whole number of 1 / (least common multiple of n, m).
 *
 * @param found - rows of both samples, at least one each, and their distance
 * @returns numerator and denominator, not reduced
 *
 * Complexity: O(log n).
 *
 * Reference: scipy.stats.ks_2samp with method="exact".
 * @example
 * ksFraction({ n: 5, m: 7, distance: 0.4 }) // { numerator: 14, denominator: 35 }
 */
export function ksFraction({ n, m, distance }: KsDistance): {
  readonly numerator: number;
  readonly denominator: number;
} {
  const denominator = (n / greatestCommonDivisor(n, m)) * m;
  return { numerator: Math.round(distance * denominator), denominator };
}

/**
 * Exact two-sided p of the two-sample Kolmogorov-Smirnov distance given the ties that were seen: all ways to share
 * out the pooled values count the same.
 *
 * Null hypothesis: every split of the pooled values into two samples of these sizes is equally likely.
 *
 * @param current - counts of one sample by value, in order
 * @param reference - counts of the other sample of the same values
 * @returns P(D >= the distance seen); 1 when a sample is empty
 *
 * Not for more than about 10,000 rows a side.
 *
 * Complexity: O(n m) time, O(m) memory.
 *
 * Reference: Schroer and Trenkler, Exact and randomization distributions of Kolmogorov-Smirnov tests (1995).
 * @example
 * ksPermutationP([3, 1], [0, 4]) // 0.14285714285714285
 */
export function ksPermutationP(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  let n = 0;
  let m = 0;
  const border = new Set<number>();
  for (let i = 0; i < current.length; i++) {
    n += current[i]!;
    m += reference[i]!;
    border.add(n + m);
  }
  if (n === 0 || m === 0) return 1;
  let widest = 0;
  for (let i = 0, a = 0, b = 0; i < current.length; i++) {
    a += current[i]!;
    b += reference[i]!;
    widest = Math.max(widest, Math.abs(a * m - b * n));
  }
  return outside(n, m, widest, border);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Share of the lattice paths from (0, 0) to (n, m) that reach |i m - j n| >= limit somewhere (at a border only, when
 * borders are given). A path at (i, j) came from (i - 1, j) with probability i / (i + j).
 */
function outside(n: number, m: number, limit: number, border: ReadonlySet<number> | null): number {
  if (limit <= 0) return 1;
  const row = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const far = Math.abs(i * m - j * n) >= limit && (border === null || border.has(i + j));
      if (far) row[j] = 1;
      else if (i + j > 0) {
        const before = j > 0 ? j * row[j - 1]! : 0;
        row[j] = (i * row[j]! + before) / (i + j);
      }
    }
  }
  return row[m]!;
}
