import { hypergeometricSf } from './fisher.ts';

/** Cells at one end of an ordered subject, chosen by the baseline alone. */
export interface TailSet {
  /** The end they are counted from: -1 the lowest cell, 1 the highest. */
  readonly side: -1 | 1;
  /** Number of cells from that end. */
  readonly upTo: number;
}

/** Share of the reference that a tail may hold: nothing at all, about a thousandth, about a hundredth. */
export const tailShares: readonly number[] = [0, 1 / 1024, 1 / 128];

/**
 * The tails of a baseline: which cells at both ends hold none, a thousandth or a hundredth of its rows?
 *
 * @param reference - rows of the baseline by cell in order of value, below and above its range included
 * @returns at most three sets for each end, from the narrowest, lower end first. One row more than the share is
 *   allowed, so that a small baseline has tails too. Sets that are empty, equal to the one before, or hold all of the
 *   baseline are left out
 *
 * Complexity: O(cells).
 * @example
 * tailSets([0, 500, 500, 4, 0]) // [{ side: -1, upTo: 1 }, { side: 1, upTo: 1 }, { side: 1, upTo: 2 }]
 */
export function tailSets(reference: ArrayLike<number>): readonly TailSet[] {
  let rows = 0;
  for (let k = 0; k < reference.length; k++) rows += reference[k]!;
  return [...tailsFrom(reference, rows, -1), ...tailsFrom(reference, rows, 1)];
}

/**
 * Exact test of the tails: are there more rows at the ends than the baseline allows?
 *
 * Null hypothesis: current and reference rows are one population.
 *
 * @param current - rows of the window by cell, in order of value
 * @param reference - rows of the baseline in the same cells
 * @param side - `both` ends, or `up`: the upper end alone
 * @returns the smallest hypergeometric p of the sets of `tailSets`, times three for each end looked at; null when no
 *   set holds a row
 *
 * Sees a rise only: rows that leave the tails are found by the scale of the ranks.
 *
 * Complexity: O(cells), and a hypergeometric tail for each set.
 *
 * Reference: Fisher (1935); Bonferroni.
 * @example
 * tailP([0, 48, 48, 4], [0, 500, 500, 0], 'both') // 0.0003877796
 */
export function tailP(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  side: 'both' | 'up',
): number | null {
  let n = 0;
  let m = 0;
  for (let k = 0; k < current.length; k++) {
    n += current[k]!;
    m += reference[k]!;
  }
  let least: number | null = null;
  for (const set of tailSets(reference)) {
    if (side === 'up' && set.side < 0) continue;
    const c = rowsIn(current, set);
    const r = rowsIn(reference, set);
    if (c + r === 0) continue;
    least = Math.min(least ?? 1, hypergeometricSf(c, c + r, n, m));
  }
  const looks = tailShares.length * (side === 'both' ? 2 : 1);
  return least === null ? null : Math.min(1, least * looks);
}

function tailsFrom(reference: ArrayLike<number>, rows: number, side: -1 | 1): TailSet[] {
  const size = reference.length;
  const sets: TailSet[] = [];
  let upTo = 0;
  let held = 0;
  for (const share of tailShares) {
    const before = upTo;
    const limit = rows * share + (share > 0 ? 1 : 0);
    while (upTo < size) {
      const next = held + reference[side < 0 ? upTo : size - 1 - upTo]!;
      if (next > limit) break;
      held = next;
      upTo++;
    }
    if (upTo > before && upTo < size) sets.push({ side, upTo });
  }
  return sets;
}

function rowsIn(counts: ArrayLike<number>, set: TailSet): number {
  let rows = 0;
  for (let k = 0; k < set.upTo; k++) rows += counts[set.side < 0 ? k : counts.length - 1 - k]!;
  return rows;
}
