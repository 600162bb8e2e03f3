import { normalIsf, normalSf, smallestP } from '../normal.ts';
import { wilson } from '../wilson.ts';
import type { Difference } from './accuracy.ts';
import type { Estimate } from './estimate.ts';

/** Labelled rows by score: one cell for each distinct score, in ascending order. */
export interface ScoreCounts {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

/**
 * Counts labelled rows by score, which is all that the area under the ROC curve needs.
 *
 * @param actual - 1 for positive rows, 0 for negative ones
 * @param score - higher means more likely positive
 * @returns counts by distinct score, ascending
 *
 * Complexity: O(n log n).
 *
 * Reference: docs/methods, performance.
 * @example
 * countScores([0, 1, 1], [0.1, 0.5, 0.5]).positives // [0, 2]
 */
export function countScores(actual: ArrayLike<number>, score: ArrayLike<number>): ScoreCounts {
  const order = ascending(score);
  const positives: number[] = [];
  const negatives: number[] = [];
  let last = Number.NaN;
  for (const i of order) {
    if (score[i] !== last) {
      positives.push(0);
      negatives.push(0);
      last = score[i]!;
    }
    if (actual[i] === 1) positives[positives.length - 1]! += 1;
    else negatives[negatives.length - 1]! += 1;
  }
  return { positives, negatives };
}

/**
 * Area under the ROC curve with DeLong's variance: how likely does a random positive row score above a random negative
 * one, and how far may that be off?
 *
 * A tie counts half. The limits are taken on the log-odds of the area, so they stay within 0 and 1; at exactly 0 or 1,
 * where the variance is 0, they are Wilson's for as many rows as the smaller class has.
 *
 * @param counts - rows by score
 * @param level - of the interval
 * @returns area with limits; null when a class has fewer than two rows
 *
 * Says nothing about calibration, and little about the top of the list where positives are rare. With fewer than about
 * ten rows in a class the interval is too narrow.
 *
 * Complexity: O(distinct scores).
 *
 * Reference: DeLong, DeLong and Clarke-Pearson (1988); Sun and Xu (2014); sklearn.metrics.roc_auc_score for the area.
 * @example
 * aucEstimate(countScores([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.95).value // 0.75
 */
export function aucEstimate(counts: ScoreCounts, level: number): Estimate | null {
  const found = aucMoments(counts);
  if (found === null) return null;
  const { value, variance, positives, negatives } = found;
  const least = Math.min(positives, negatives);
  const z = normalIsf((1 - level) / 2);
  return {
    value,
    variance,
    ...(variance > 0 && value > 0 && value < 1
      ? logOddsLimits(value, z * Math.sqrt(variance))
      : wilson(value * least, least, z)),
    degrees: least - 1,
    n: positives + negatives,
  };
}

function logOddsLimits(value: number, half: number): { readonly low: number; readonly high: number } {
  const at = Math.log(value / (1 - value));
  const wide = half / (value * (1 - value));
  const share = (odds: number) => 1 / (1 + Math.exp(-odds));
  return { low: share(at - wide), high: share(at + wide) };
}

/** Area, DeLong's variance and rows of each class. */
function aucMoments({ positives, negatives }: ScoreCounts) {
  const [m, n] = [sumOf(positives), sumOf(negatives)];
  if (m < 2 || n < 2) return null;
  let below = 0;
  let above = m;
  let [wins, overPositives, overNegatives] = [0, 0, 0];
  // A positive's part is the share of negatives it beats; a negative's the share of positives that beat it.
  for (let i = 0; i < positives.length; i++) {
    const [p, q] = [positives[i]!, negatives[i]!];
    above -= p;
    const beats = (below + q / 2) / n;
    const beaten = (above + p / 2) / m;
    wins += p * beats;
    overPositives += p * beats * beats;
    overNegatives += q * beaten * beaten;
    below += q;
  }
  const value = wins / m;
  const spread = (squares: number, rows: number) =>
    Math.max(0, (squares - rows * value * value) / (rows - 1) / rows);
  const variance = spread(overPositives, m) + spread(overNegatives, n);
  // Rounding of a perfect order is no variance.
  return { value, variance: variance < 1e-18 ? 0 : variance, positives: m, negatives: n };
}

/**
 * Two areas under the ROC curve on the same rows: how much better does the new score order them?
 *
 * @param actual - 1 for positive rows, 0 for negative ones
 * @param scores - of the new and of the old model, for the same rows
 * @param level - of the interval
 * @returns area of the new score minus that of the old, normal limits with DeLong's covariance; null when a class has
 *   fewer than two rows
 *
 * Complexity: O(n log n).
 *
 * Reference: DeLong, DeLong and Clarke-Pearson (1988).
 * @example
 * pairedAuc([0, 0, 1, 1], { now: [1, 2, 3, 4], before: [1, 3, 2, 4] }, 0.9).value // 0.25
 */
export function pairedAuc(
  actual: ArrayLike<number>,
  scores: { readonly now: ArrayLike<number>; readonly before: ArrayLike<number> },
  level: number,
): Difference | null {
  const [now, before] = [placements(actual, scores.now), placements(actual, scores.before)];
  const sums = [0, 1].map(group => {
    let [rows, sum, squares] = [0, 0, 0];
    for (let i = 0; i < actual.length; i++) {
      if ((actual[i] === 1) !== (group === 1)) continue;
      const difference = now[i]! - before[i]!;
      rows += 1;
      sum += difference;
      squares += difference * difference;
    }
    return { rows, mean: sum / rows, variance: (squares - (sum * sum) / rows) / (rows - 1) / rows };
  });
  const [negative, positive] = [sums[0]!, sums[1]!];
  if (negative.rows < 2 || positive.rows < 2) return null;
  const value = positive.mean;
  const sd = Math.sqrt(Math.max(0, positive.variance + negative.variance));
  const half = normalIsf((1 - level) / 2) * sd;
  const p = sd === 0 ? Number(value === 0) : 2 * normalSf(Math.abs(value) / sd);
  return { value, low: value - half, high: value + half, p: Math.max(smallestP, p) };
}

/** Of each row the share of the other class that it is on the right side of, ties half. */
function placements(actual: ArrayLike<number>, score: ArrayLike<number>): Float64Array {
  const order = ascending(score);
  const all = Array.from({ length: actual.length }, (_, i) => Number(actual[i] === 1));
  const m = all.reduce((sum, one) => sum + one, 0);
  const n = all.length - m;
  const placed = new Float64Array(all.length);
  let [positives, negatives] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    while (to < order.length && score[order[to]!] === score[order[from]!]) tied += all[order[to++]!]!;
    const others = to - from - tied;
    for (let i = from; i < to; i++) {
      const row = order[i]!;
      placed[row] = all[row] === 1 ? (negatives + others / 2) / n : (m - positives - tied + tied / 2) / m;
    }
    positives += tied;
    negatives += others;
    from = to;
  }
  return placed;
}

function ascending(score: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: score.length }, (_, i) => i).sort((a, b) => score[a]! - score[b]!);
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}
