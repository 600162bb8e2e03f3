import { distributionGaps } from './distribution-gaps.ts';
import type { WeightedValues } from './weighted-values.ts';

/**
 * Energy distance: how far apart are two samples, large differences of the distribution functions weighing more?
 *
 * E = sqrt(2 times the integral of (F - G)^2) = sqrt(2 E|X - Y| - E|X - X'| - E|Y - Y'|).
 *
 * @param current - values in increasing order with their counts
 * @param reference - the same of the other sample
 * @returns distance in the square root of the unit of the values, at least 0; symmetric; NaN when a sample is empty
 *
 * Not to be compared over features: it scales with the square root of the unit. Evidently takes the same formula and
 * alarms above 0.1 in whatever unit the feature has.
 *
 * Complexity: O(values of both).
 *
 * Reference: Szekely and Rizzo, Energy statistics (2013); scipy.stats.energy_distance.
 * @example
 * energyDistance({ values: [1], counts: [1] }, { values: [3], counts: [1] }) // 2
 */
export function energyDistance(current: WeightedValues, reference: WeightedValues): number {
  const steps = distributionGaps(current, reference);
  if (steps === null) return NaN;
  let area = 0;
  for (let i = 0; i < steps.gaps.length; i++) {
    const gap = steps.gaps[i]!;
    area += gap * gap * steps.widths[i]!;
  }
  return Math.sqrt(2 * area);
}
