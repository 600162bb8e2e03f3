import { rowsOf } from '../rows.ts';

/**
 * Joins neighbouring cells into groups of about equal reference mass: the deciles of a binned reference.
 *
 * A group ends with the cell in which the reference reaches the next multiple of rows / groups. Cells above the last
 * reference row belong to the last group.
 *
 * @param reference - counts by cell, cells in increasing order of value
 * @param groups - groups wanted, at least 1; there are fewer where single cells hold more than a group
 * @returns for each cell the number of its group, from 0, never falling
 *
 * Complexity: O(cells).
 * @example
 * equalMassGroups([0, 1, 1, 1, 1, 0], 2) // => [0, 0, 0, 1, 1, 1]
 */
export function equalMassGroups(reference: ArrayLike<number>, groups: number): Uint16Array {
  const mass = rowsOf(reference) / groups;
  const numbers = new Uint16Array(reference.length);
  let group = 0;
  let below = 0;
  let ends = 1;
  for (let i = 0; i < reference.length; i++) {
    const before = below;
    below += reference[i]!;
    // A new group opens with the first row that lies beyond the end of the one before.
    if (before >= ends * mass * (1 - 1e-9) && below > before && before > 0) {
      group++;
      while (before >= ends * mass * (1 - 1e-9)) ends++;
    }
    numbers[i] = group;
  }
  return numbers;
}
