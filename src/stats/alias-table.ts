/** Draws the number of a cell in proportion to its weight. */
export type CellDraw = (random: () => number) => number;

/**
 * Prepares drawing cells in proportion to their weights: one random number and one comparison a draw.
 *
 * @param weights - of the cells, at least 0, not all 0
 * @returns draws the number of a cell
 *
 * Complexity: O(cells) to prepare, constant to draw.
 *
 * Reference: Walker (1977); Vose, A linear algorithm for generating random numbers with a given distribution (1991).
 * @example
 * aliasTable([0, 3, 1])(() => 0.4) // 1
 */
export function aliasTable(weights: ArrayLike<number>): CellDraw {
  const cells = weights.length;
  const keep = new Float64Array(cells);
  const alias = new Int32Array(cells);
  let total = 0;
  for (let i = 0; i < cells; i++) total += weights[i]!;
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < cells; i++) {
    keep[i] = (weights[i]! / total) * cells;
    (keep[i]! < 1 ? small : large).push(i);
  }
  while (small.length > 0 && large.length > 0) {
    const below = small.pop()!;
    const above = large[large.length - 1]!;
    alias[below] = above;
    keep[above]! -= 1 - keep[below]!;
    if (keep[above]! < 1) small.push(large.pop()!);
  }
  // What is left is 1 but for rounding.
  for (const i of small.concat(large)) keep[i] = 1;
  return random => {
    const at = random() * cells;
    const cell = Math.floor(at);
    return at - cell < keep[cell]! ? cell : alias[cell]!;
  };
}
