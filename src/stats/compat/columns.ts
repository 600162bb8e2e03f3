/**
 * Values of a numeric column that count: missing values, NaN and infinities are dropped.
 *
 * @param values - as they came
 * @returns finite numbers in increasing order
 *
 * Complexity: O(n log n).
 * @example
 * finiteValues([2, null, NaN, 1, Infinity]).length // 2
 */
export function finiteValues(values: ArrayLike<number | null>): Float64Array {
  return Float64Array.from(
    Array.from(values).filter(value => value !== null && Number.isFinite(value)) as number[],
  ).sort();
}

/** Counts of two columns by category, categories in the order of their names. */
export interface CategoryCounts {
  readonly names: readonly string[];
  readonly current: readonly number[];
  readonly reference: readonly number[];
}

/**
 * Counts of two columns over the categories of both; missing values are dropped.
 *
 * @param current - categories by row
 * @param reference - categories by row
 * @returns counts by category, in the order of the names
 *
 * Complexity: O(n + k log k).
 * @example
 * countCategories(['b', null], ['a', 'b']) // { names: ['a', 'b'], current: [0, 1], reference: [1, 1] }
 */
export function countCategories(
  current: ArrayLike<string | null>,
  reference: ArrayLike<string | null>,
): CategoryCounts {
  const counts = new Map<string, [number, number]>();
  const add = (column: ArrayLike<string | null>, side: 0 | 1) => {
    for (let i = 0; i < column.length; i++) {
      const name = column[i] ?? null;
      if (name === null) continue;
      const pair = counts.get(name) ?? [0, 0];
      pair[side]++;
      counts.set(name, pair);
    }
  };
  add(current, 0);
  add(reference, 1);
  const names = [...counts.keys()].sort((a, b) => (a < b ? -1 : 1));
  return {
    names,
    current: names.map(name => counts.get(name)![0]),
    reference: names.map(name => counts.get(name)![1]),
  };
}
