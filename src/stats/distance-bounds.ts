/**
 * Half-width of a 95 % interval for a distance of two distribution functions: how far can KS on bins be off?
 *
 * Each sample's distribution function lies within sqrt(ln(2 / 0.025) / 2 n) of the truth with 97.5 % (Dvoretzky,
 * Kiefer and Wolfowitz with Massart's constant), so by the triangle inequality the distance lies within the sum.
 *
 * @param n - rows of the window
 * @param m - rows of the baseline
 * @returns half-width, at most 1; the interval holds with at least 95 % and is wide
 *
 * Reference: Massart, The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality (1990).
 * @example
 * distanceHalfWidth(10000, 10000) // 0.0296041
 */
export function distanceHalfWidth(n: number, m: number): number {
  if (n <= 0 || m <= 0) return 1;
  const k = Math.sqrt(Math.log(2 / 0.025) / 2);
  return Math.min(1, k / Math.sqrt(n) + k / Math.sqrt(m));
}

/**
 * Half-width of a 95 % interval for half the L1 distance of two sets of shares: how far can the measured one be off?
 *
 * Each sample's shares lie within an L1 distance of sqrt(2 ln((2^k - 2) / 0.025) / n) of the truth with 97.5 %; half
 * the sum of both bounds the error of half the distance.
 *
 * @param cells - number of categories compared, after merging
 * @param n - rows of the window
 * @param m - rows of the baseline
 * @returns half-width, at most 1; the interval holds with at least 95 % and is wide
 *
 * Reference: Weissman et al., Inequalities for the L1 deviation of the empirical distribution (2003).
 * @example
 * sharesHalfWidth(2, 10000, 10000) // 0.0296041
 */
export function sharesHalfWidth(cells: number, n: number, m: number): number {
  if (n <= 0 || m <= 0) return 1;
  if (cells < 2) return 0;
  const logSets = cells < 50 ? Math.log(2 ** cells - 2) : cells * Math.LN2;
  const k = Math.sqrt((logSets - Math.log(0.025)) / 2);
  return Math.min(1, k / Math.sqrt(n) + k / Math.sqrt(m));
}
