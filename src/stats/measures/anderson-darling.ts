import { rowsOf } from '../rows.ts';

const eulerGamma = 0.5772156649015329;

/**
 * Two-sample Anderson-Darling statistic on ordered cells: are the distribution functions apart, the tails counting as
 * much as the middle?
 *
 * The squared difference of the distribution functions weighted by 1 / (H (1 - H)), H the pooled one, with mid-ranks
 * for ties; then less its mean (1) and over its standard deviation with nothing changed.
 *
 * @param current - counts by cell, cells in increasing order of value
 * @param reference - counts of the same cells
 * @returns standardised statistic: mean 0 and deviation 1 with nothing changed and no ties, 1.96 at the 5 % level;
 *   negative for samples more alike than chance; NaN when a sample is empty, all rows share one cell, or there are fewer
 *   than four rows
 *
 * Not for unordered categories. No p is given: published ones stop at 0.001 (scipy's is cut to [0.001, 0.25], which is
 * what Evidently compares with 0.1).
 *
 * Complexity: O(cells).
 *
 * Reference: Scholz and Stephens, K-sample Anderson-Darling tests (1987); scipy.stats.anderson_ksamp, midrank.
 * @example
 * andersonDarling([3, 3, 2, 1, 1], [1, 1, 2, 3, 3]) // 1.872649
 */
export function andersonDarling(current: ArrayLike<number>, reference: ArrayLike<number>): number {
  const found = andersonDarlingCriterion(current, reference, ({ all, total, below, lead, step }) => {
    const rank = below - total / 2;
    const middle = lead - step / 2;
    // N M_i - B n_i = n m (F - G) for the current sample and its negative for the reference.
    return (total * middle * middle) / ((rank / all) * (1 - rank / all) - total / (4 * all));
  });
  if (found === null) return NaN;
  const { n, m, criterion } = found;
  const statistic = (criterion * (n + m - 1)) / (n + m);
  return (statistic - 1) / Math.sqrt(andersonDarlingVariance(n, m));
}

/** Where the walk over the cells stands: rows of the cell, and of both samples up to its end. */
export interface CellStep {
  readonly all: number;
  readonly total: number;
  readonly below: number;
  /** Difference of the distribution functions at the cell's end, and what this cell added to it. */
  readonly lead: number;
  readonly step: number;
}

/**
 * Sum over the cells with rows of a term of the squared difference of the distribution functions, times n m / N^2: what
 * the two variants of the statistic share.
 *
 * @param current - counts by cell, cells in increasing order of value
 * @param reference - counts of the same cells
 * @param term - what one cell adds
 * @returns rows of both samples and the criterion; null when a sample is empty, all rows share one cell, or there are
 *   fewer than four rows
 *
 * Complexity: O(cells).
 *
 * Reference: Scholz and Stephens, K-sample Anderson-Darling tests (1987).
 * @example
 * andersonDarlingCriterion([1, 1], [1, 1], () => 1)?.criterion // 0.5
 */
export function andersonDarlingCriterion(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  term: (step: CellStep) => number,
): { readonly n: number; readonly m: number; readonly criterion: number } | null {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  const all = n + m;
  if (!(n > 0) || !(m > 0) || all < 4) return null;
  let weighted = 0;
  let below = 0;
  let lead = 0;
  let cells = 0;
  for (let i = 0; i < current.length; i++) {
    const total = current[i]! + reference[i]!;
    if (total === 0) continue;
    cells++;
    const step = current[i]! / n - reference[i]! / m;
    below += total;
    lead += step;
    weighted += term({ all, total, below, lead, step });
  }
  return cells < 2 ? null : { n, m, criterion: (n / all) * (m / all) * weighted };
}

/**
 * Variance of the two-sample Anderson-Darling criterion with nothing changed and no ties.
 *
 * @param n - rows of one sample
 * @param m - rows of the other; at least four in all
 * @returns variance of the criterion before it is standardised
 *
 * Complexity: O(n + m) below a hundred rows, constant from there on.
 *
 * Reference: Scholz and Stephens (1987), equation 4, for two samples.
 * @example
 * andersonDarlingVariance(10, 10) // 0.48470306
 */
export function andersonDarlingVariance(n: number, m: number): number {
  const all = n + m;
  const H = 1 / n + 1 / m;
  const h = harmonic(all - 1);
  const g = harmonicOfSquares(all - 1) - (2 * h) / all;
  const a = 4 * g - 6 + (10 - 6 * g) * H;
  const b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * H - 8 * h + 4 * g - 6;
  const c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * H + 4 * h;
  const d = 4 * (2 * h + 6) - 8 * h;
  return (a + (b + (c + d / all) / all) / all) / ((1 - 1 / all) * (1 - 2 / all) * (1 - 3 / all));
}

/** 1 + 1/2 + ... + 1/n. */
function harmonic(n: number): number {
  if (n >= 100) {
    const s = 1 / (n * n);
    return Math.log(n) + eulerGamma + 0.5 / n - s * (1 / 12 - s * (1 / 120 - s / 252));
  }
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += 1 / i;
  return sum;
}

/** 1 + 1/4 + ... + 1/n^2. */
function harmonicOfSquares(n: number): number {
  if (n >= 100) {
    const s = 1 / (n * n);
    return (Math.PI * Math.PI) / 6 - (1 / n) * (1 - 0.5 / n + s * (1 / 6 - s * (1 / 30 - s / 42)));
  }
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += 1 / (i * i);
  return sum;
}
