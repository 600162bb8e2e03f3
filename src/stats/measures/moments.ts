import { rowsOf } from '../rows.ts';
import type { WeightedValues } from './weighted-values.ts';

/**
 * Mean of weighted values.
 *
 * @param sample - values with their counts, in any order
 * @returns mean in the unit of the values; NaN without rows
 *
 * Complexity: O(values). Summed as differences from the middle value, so that an offset costs no digits.
 * @example
 * meanOf({ values: [1, 2, 4], counts: [1, 1, 2] }) // 2.75
 */
export function meanOf(sample: WeightedValues): number {
  const { values, counts } = sample;
  const rows = rowsOf(counts);
  if (!(rows > 0)) return NaN;
  const origin = anyValue(sample);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) sum += counts[i]! * (values[i]! - origin);
  return origin + sum / rows;
}

/**
 * Sum of squared deviations from the mean, the numerator of every variance.
 *
 * @param sample - values with their counts, in any order
 * @returns in the squared unit of the values, at least 0; NaN without rows
 *
 * Complexity: O(values), in two passes.
 * @example
 * squaredDeviations({ values: [1, 3], counts: [2, 2] }) // 4
 */
export function squaredDeviations(sample: WeightedValues): number {
  const mean = meanOf(sample);
  if (Number.isNaN(mean)) return NaN;
  const { values, counts } = sample;
  let squares = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const off = values[i]! - mean;
    squares += counts[i]! * off * off;
  }
  return squares;
}

/**
 * Population standard deviation of weighted values (divided by the rows, not by rows less one).
 *
 * @param sample - values with their counts, in any order
 * @returns in the unit of the values; 0 for a constant; NaN without rows
 *
 * On bins, with the mean of each bin for its rows, the spread inside the bins is left out: at 1,024 equal-mass bins that
 * is a few parts in a thousand for a normal variable, more for heavy tails.
 *
 * Complexity: O(values).
 *
 * Reference: numpy.std with ddof=0, as Evidently's scaling of the Wasserstein distance.
 * @example
 * sdOf({ values: [1, 3], counts: [2, 2] }) // 1
 */
export function sdOf(sample: WeightedValues): number {
  return Math.sqrt(squaredDeviations(sample) / rowsOf(sample.counts));
}

/** A value that holds rows, near the middle of the sorted ones. */
function anyValue({ values, counts }: WeightedValues): number {
  const middle = counts.length >> 1;
  for (let i = 0; i < counts.length; i++) {
    const at = (middle + i) % counts.length;
    if (counts[at] !== 0) return values[at]!;
  }
  return NaN;
}
