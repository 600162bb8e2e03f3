/**
 * A sample as values in increasing order and how many rows have each: raw sorted values with counts of 1, or bins with
 * the value that stands for each. Values of empty cells are never read.
 */
export interface WeightedValues {
  readonly values: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/**
 * Brings two samples onto common cells, one for each distinct value, so that the rank tests can read them.
 *
 * @param current - values in increasing order with their counts
 * @param reference - the same of the other sample
 * @returns the distinct values that hold rows, and the rows of both samples at each
 *
 * Complexity: O(values of both).
 * @example
 * commonCells({ values: [1, 3], counts: [1, 2] }, { values: [1, 2], counts: [4, 1] })
 * // => { values: [1, 2, 3], current: [1, 0, 2], reference: [4, 1, 0] }
 */
export function commonCells(
  current: WeightedValues,
  reference: WeightedValues,
): { readonly values: number[]; readonly current: number[]; readonly reference: number[] } {
  const values: number[] = [];
  const ours: number[] = [];
  const theirs: number[] = [];
  const add = (value: number, a: number, b: number) => {
    if (a + b === 0) return;
    const last = values.length - 1;
    if (last >= 0 && values[last] === value) {
      ours[last]! += a;
      theirs[last]! += b;
    } else {
      values.push(value);
      ours.push(a);
      theirs.push(b);
    }
  };
  let i = 0;
  let j = 0;
  while (i < current.counts.length || j < reference.counts.length) {
    if (current.counts[i] === 0) i++;
    else if (reference.counts[j] === 0) j++;
    else if (j >= reference.counts.length || current.values[i]! <= reference.values[j]!) {
      add(current.values[i]!, current.counts[i]!, 0);
      i++;
    } else {
      add(reference.values[j]!, 0, reference.counts[j]!);
      j++;
    }
  }
  return { values, current: ours, reference: theirs };
}
