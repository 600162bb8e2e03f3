import { normalSf } from './normal.ts';
import { type ScoredCells, saddlepointTail } from './saddlepoint.ts';

/** Below this many standard deviations the normal law is better than the saddlepoint. */
const saddlepointFrom = 1.5;

/**
 * Permutation test of a sum of scores: do the current rows score higher or lower than all rows together?
 *
 * Null hypothesis: the n current rows are drawn without replacement from all rows. Normal law near 0, double
 * saddlepoint beyond 1.5 standard deviations.
 *
 * @param current - current rows by cell; they add up to `cells.n`
 * @param cells - rows of both samples by cell, their scores (mean 0, variance 1 over all rows) and the current rows
 * @param side - `both`, or `up` when only a higher sum counts
 * @returns p, which may be 0 far out
 *
 * Not for scores whose `leverageOf` is under `minLeverage`.
 *
 * Complexity: O(cells), about seven times as much beyond 1.5 standard deviations.
 *
 * Reference: see `saddlepointTail`.
 * @example
 * scoreP([26, 14], { totals: [50, 50], score: [-1, 1], n: 40 }, 'both') // 0.01451826
 */
export function scoreP(current: ArrayLike<number>, cells: ScoredCells, side: 'both' | 'up'): number {
  const { totals, score, n } = cells;
  let all = 0;
  let sum = 0;
  for (let k = 0; k < totals.length; k++) {
    all += totals[k]!;
    sum += current[k]! * score[k]!;
  }
  const z = sum / Math.sqrt((n * (all - n)) / (all - 1));
  const sides = side === 'both' ? 2 : 1;
  const normal = sides * normalSf(side === 'both' ? Math.abs(z) : z);
  // A fall is no alarm for `up`: its p is near 1 by the normal law and stays there.
  if (!(Math.abs(z) > saddlepointFrom) || (side === 'up' && z < 0)) return normal;
  const tail = saddlepointTail(cells, sum);
  return tail !== null && tail >= 0 ? Math.min(1, sides * tail) : normal;
}
