/**
 * Rows counted in all cells.
 *
 * @param counts - rows by cell
 * @returns their sum
 *
 * Complexity: O(cells).
 * @example
 * rowsOf([2, 3, 5]) // 10
 */
export function rowsOf(counts: ArrayLike<number>): number {
  let rows = 0;
  for (let i = 0; i < counts.length; i++) rows += counts[i]!;
  return rows;
}
