import { rowsOf } from '../rows.ts';
import type { WeightedValues } from './weighted-values.ts';

/**
 * Walks the two distribution functions from value to value: how wide is each step and how far apart are they on it?
 *
 * @param current - values in increasing order with their counts
 * @param reference - the same of the other sample
 * @returns for each step between neighbouring values its width and F - G there (F the current one); null when a sample
 *   is empty
 *
 * Complexity: O(values of both).
 * @example
 * distributionGaps({ values: [0], counts: [1] }, { values: [0, 2], counts: [1, 1] }).gaps[0] // 0.5
 */
export function distributionGaps(
  current: WeightedValues,
  reference: WeightedValues,
): { readonly widths: Float64Array; readonly gaps: Float64Array } | null {
  const n = rowsOf(current.counts);
  const m = rowsOf(reference.counts);
  if (!(n > 0) || !(m > 0)) return null;
  const most = current.counts.length + reference.counts.length;
  const widths = new Float64Array(most);
  const gaps = new Float64Array(most);
  let steps = 0;
  let i = 0;
  let j = 0;
  let below = 0;
  let belowReference = 0;
  let at = NaN;
  while (i < current.counts.length || j < reference.counts.length) {
    const ours = i < current.counts.length ? current.counts[i]! : -1;
    const theirs = j < reference.counts.length ? reference.counts[j]! : -1;
    if (ours === 0) i++;
    else if (theirs === 0) j++;
    else {
      const first = theirs < 0 || (ours > 0 && current.values[i]! <= reference.values[j]!);
      const value = first ? current.values[i]! : reference.values[j]!;
      if (value > at) {
        widths[steps] = value - at;
        gaps[steps++] = below / n - belowReference / m;
      }
      at = value;
      if (first) below += current.counts[i++]!;
      else belowReference += reference.counts[j++]!;
    }
  }
  return { widths: widths.subarray(0, steps), gaps: gaps.subarray(0, steps) };
}
