import { chiSquareLogSf } from '../chi-square.ts';
import { smallestP } from '../normal.ts';
import { rowsOf } from '../rows.ts';

/**
 * Two-sample G test: are the shares of the categories the same, by likelihood ratio?
 *
 * Null hypothesis: both samples are drawn independently with the same shares. G = 2 sum over both samples of
 * O ln(O / E), E the expected count from the pooled shares.
 *
 * @param current - counts by category
 * @param reference - counts of the same categories
 * @returns statistic, degrees of freedom (non-empty categories less one) and p by the chi-square law, floored at
 *   1e-300; p is 1 when fewer than two categories hold rows and NaN when a sample is empty
 *
 * Not to be trusted when cells expect fewer than about five rows: p is then too small. Evidently's G test is the
 * one-sample form (the reference taken as exact) and fails when the samples differ in size.
 *
 * Complexity: O(categories).
 *
 * Reference: Wilks (1938); Woolf, The log likelihood ratio test (1957); scipy.stats.chi2_contingency with
 * lambda_="log-likelihood" and correction=False.
 * @example
 * gTest([30, 70], [50, 50]).statistic // 8.402370
 */
export function gTest(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
): { readonly statistic: number; readonly degrees: number; readonly p: number } {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  if (!(n > 0) || !(m > 0)) return { statistic: NaN, degrees: 0, p: NaN };
  const pi = n / (n + m);
  let half = 0;
  let cells = 0;
  for (let i = 0; i < current.length; i++) {
    const total = current[i]! + reference[i]!;
    if (total === 0) continue;
    cells++;
    half += likelihoodRatio(current[i]!, total * pi) + likelihoodRatio(reference[i]!, total * (1 - pi));
  }
  const statistic = Math.max(0, 2 * half);
  const degrees = Math.max(0, cells - 1);
  if (degrees === 0) return { statistic: 0, degrees, p: 1 };
  return { statistic, degrees, p: Math.max(smallestP, Math.exp(chiSquareLogSf(statistic, degrees))) };
}

/** O ln(O / E), 0 for O = 0. */
function likelihoodRatio(observed: number, expected: number): number {
  return observed > 0 ? observed * Math.log(observed / expected) : 0;
}
