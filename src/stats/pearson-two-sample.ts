import { gammaFitSf } from './gamma-fit.ts';

/**
 * Pearson's two-sample chi-square by permutation moments: are the shares of the cells the same in both samples?
 *
 * Null hypothesis: the rows of every cell are spread over both samples by chance. p comes from a gamma law with the
 * mean, variance and skewness of the statistic over all ways to spread them, not from the chi-square law, which gives
 * too many alarms when the samples are unequal and the cells small.
 *
 * @param current - rows of the window by cell
 * @param reference - rows of the baseline in the same cells
 * @returns statistic (times (N - 1) / N, so that its mean is the degrees of freedom), degrees of freedom (non-empty cells
 *   less one) and p, which may be 0 far out; 0, 0 and 1 when fewer than two cells have rows
 *
 * Not for cells that expect fewer than about 3 rows in the smaller sample: merge them first.
 *
 * Complexity: O(cells).
 *
 * Reference: Haldane, The mean and variance of chi-square when used as a test of homogeneity (1940).
 * @example
 * pearsonTwoSample([37, 63, 20], [360, 640, 300]).p // 0.267718
 */
export function pearsonTwoSample(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly degrees: number; readonly p: number } {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  const all = n + m;
  const share = n / all;
  const spread = share * (1 - share);
  let cells = 0;
  let statistic = 0;
  let inverse = 0;
  for (let k = 0; k < current.length; k++) {
    const total = current[k]! + reference[k]!;
    if (total <= 0) continue;
    cells++;
    const variance = total * spread;
    statistic += (current[k]! - total * share) ** 2 / variance;
    inverse += 1 / variance;
  }
  if (cells < 2 || n === 0 || m === 0) return { statistic: 0, degrees: 0, p: 1 };
  const degrees = cells - 1;
  statistic *= (all - 1) / all;
  const uneven = (1 - 2 * share) ** 2;
  const base = (cells * cells) / (all * spread);
  let variance = 2 * degrees + (1 - 6 * spread) * inverse - base * uneven;
  const third = 8 * degrees + 22 * uneven * (inverse - base);
  if (variance < degrees) variance = 2 * degrees;
  return { statistic, degrees, p: gammaFitSf(statistic, { mean: degrees, variance, third }) };
}

function rowsOf(counts: ArrayLike<number>): number {
  let rows = 0;
  for (let k = 0; k < counts.length; k++) rows += counts[k]!;
  return rows;
}
