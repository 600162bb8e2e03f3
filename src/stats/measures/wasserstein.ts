import { distributionGaps } from './distribution-gaps.ts';
import type { WeightedValues } from './weighted-values.ts';

/**
 * Wasserstein distance of order 1: how far must a row move on average to turn one sample into the other?
 *
 * W = the integral of |F - G|, the area between the two distribution functions.
 *
 * @param current - values in increasing order with their counts
 * @param reference - the same of the other sample
 * @returns distance in the unit of the values, at least 0; symmetric; NaN when a sample is empty
 *
 * Not for heavy tails: one far value moves it without limit. On bins, with the mean of each bin for its rows, it is off
 * by at most the sum over the bins of width times the larger share. Evidently divides by the reference's standard
 * deviation (the measure `wasserstein-sd`; with a floor of 0.001 there, none here); NannyML takes raw units, and from
 * 10,000 reference rows on a binned form that one far value inflates.
 *
 * Complexity: O(values of both).
 *
 * Reference: Vallender, Calculation of the Wasserstein distance between probability distributions on the line (1974);
 * scipy.stats.wasserstein_distance.
 * @example
 * wasserstein({ values: [1, 3], counts: [1, 1] }, { values: [0, 2], counts: [1, 1] }) // 1
 */
export function wasserstein(current: WeightedValues, reference: WeightedValues): number {
  const steps = distributionGaps(current, reference);
  if (steps === null) return NaN;
  let area = 0;
  for (let i = 0; i < steps.gaps.length; i++) area += Math.abs(steps.gaps[i]!) * steps.widths[i]!;
  return area;
}
