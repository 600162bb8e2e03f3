import type { BinnedPair } from '../cells.ts';
import { rowsOf } from '../rows.ts';
import { equalMassGroups } from './equal-mass-groups.ts';
import { populationStability } from './population-stability-index.ts';

/** Groups of equal reference mass that the population stability index of a numeric subject is taken on. */
export const stabilityGroupCount = 10;

/** Rows added to every group before the shares are taken. */
export const stabilityPseudoCount = 0.5;

/** Counts of both samples in the same unordered cells. */
export interface CountsOfBoth {
  readonly current: ArrayLike<number>;
  readonly reference: ArrayLike<number>;
}

/**
 * The cells of a pair as categories: what unordered measures compare. Missing is one more category of a categorical
 * subject and is left out of a numeric one; a category that neither sample has is left out.
 *
 * @param pair - counts of both samples
 * @returns counts of both in the same cells
 *
 * Complexity: O(cells).
 * @example
 * const pair = { kind: 'categorical', values: [], current: [5, 0, 1], reference: [9, 0, 2], currentMissing: 2, referenceMissing: 0 };
 * unorderedCells(pair) // => { current: [5, 1, 2], reference: [9, 2, 0] }
 */
export function unorderedCells(pair: BinnedPair): CountsOfBoth {
  if (pair.kind === 'numeric') return pair;
  return filledWithMissing(pair.current, pair.reference, pair);
}

/**
 * The groups that the population stability index is taken on: ten of equal reference mass for a numeric subject, the
 * categories of a categorical one, and missing where either sample has any.
 *
 * @param pair - counts of both samples
 * @returns counts of both in the same groups, without the pseudo-count
 *
 * Complexity: O(cells).
 * @example
 * const pair = { kind: 'numeric', values: [1, 2, 3], current: [5, 0, 1], reference: [9, 0, 2], currentMissing: 0, referenceMissing: 1 };
 * stabilityGroups(pair) // => { current: [5, 1, 0], reference: [9, 2, 1] }
 */
export function stabilityGroups(pair: BinnedPair): CountsOfBoth {
  if (pair.kind === 'categorical') return unorderedCells(pair);
  const numbers = equalMassGroups(pair.reference, stabilityGroupCount);
  const groups = numbers.length === 0 ? 0 : numbers[numbers.length - 1]! + 1;
  const current = new Float64Array(groups);
  const reference = new Float64Array(groups);
  for (let i = 0; i < numbers.length; i++) {
    current[numbers[i]!]! += pair.current[i]!;
    reference[numbers[i]!]! += pair.reference[i]!;
  }
  return filledWithMissing(current, reference, pair);
}

/**
 * Population stability index of a pair, as the measure `psi` defines it.
 *
 * @param pair - counts of both samples
 * @returns index on the stability groups with 0.5 added to every count; NaN when a sample is empty
 *
 * Complexity: O(cells).
 * @example
 * const pair = { kind: 'categorical', values: [], current: [40, 60], reference: [50, 50], currentMissing: 0, referenceMissing: 0 };
 * stabilityOfPair(pair) // 0.03973677
 */
export function stabilityOfPair(pair: BinnedPair): number {
  const { current, reference } = stabilityGroups(pair);
  if (!(rowsOf(current) > 0) || !(rowsOf(reference) > 0)) return NaN;
  return populationStability(current, reference, stabilityPseudoCount);
}

/** The cells that hold rows, and missing as one more where either sample has any. */
function filledWithMissing(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  { currentMissing, referenceMissing }: BinnedPair,
): CountsOfBoth {
  const ours = new Float64Array(current.length + 1);
  const theirs = new Float64Array(current.length + 1);
  let cells = 0;
  for (let i = 0; i < current.length; i++) {
    const inCurrent = current[i]!;
    const inReference = reference[i]!;
    if (inCurrent + inReference === 0) continue;
    ours[cells] = inCurrent;
    theirs[cells++] = inReference;
  }
  if (currentMissing + referenceMissing > 0) {
    ours[cells] = currentMissing;
    theirs[cells++] = referenceMissing;
  }
  return { current: ours.subarray(0, cells), reference: theirs.subarray(0, cells) };
}
