import { fisherTest } from '../fisher.ts';
import { studentSf } from '../student-t.ts';
import { newcombeAt } from './accuracy.ts';
import { type Estimate, studentIsf } from './estimate.ts';
import { welchDegrees } from './mean-error.ts';
import { type OutcomeSums, outcomeEstimate, type PerformanceMeasure } from './outcomes.ts';

/** How much more than its rows alone explain a measure moves from one period to the next. */
export interface OutcomeSpread {
  /** Factor on variances, at least 1. */
  readonly factor: number;
  readonly degrees: number;
}

/** How much worse some rows were predicted than others. */
export interface PerformanceLoss {
  readonly now: Estimate;
  readonly before: Estimate;
  /** Positive is worse: points of accuracy or area lost; for a mean error its growth as a share. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** One-sided: a loss at least this large with nothing changed. */
  readonly p: number;
  /** Standard error of the loss in its own unit, and the degrees of freedom it is known with. */
  readonly sd: number;
  readonly degrees: number;
}

/**
 * Loss of performance between two different sets of labelled rows: were the first predicted worse?
 *
 * Accuracy: Fisher's exact test and Newcombe's limits. Area under the ROC curve: the difference of DeLong's estimates.
 * Mean absolute error: Welch's test, limits of the growth on its logarithm. Where the stream's own spread is known,
 * variances are multiplied by it, Student's law with its degrees of freedom is used, and the larger p counts.
 *
 * @param measure - what to compare
 * @param sets - sums of the rows now and before, and the stream's spread; null: rows count as independent
 * @param level - of the interval, two-sided
 * @returns loss; null where one of the sets has too few rows
 *
 * Complexity: linear in the cells of scores.
 *
 * Reference: docs/methods, performance.
 * @example
 * const rows = (right) => ({ ...noOutcomes, labelled: 1000, classed: 1000, right });
 * performanceLoss('accuracy', { now: rows(800), before: rows(900), spread: null }, 0.95).value // 0.1
 */
export function performanceLoss(
  measure: PerformanceMeasure,
  sets: { readonly now: OutcomeSums; readonly before: OutcomeSums; readonly spread: OutcomeSpread | null },
  level: number,
): PerformanceLoss | null {
  const now = outcomeEstimate(measure, sets.now, level);
  const before = outcomeEstimate(measure, sets.before, level);
  if (now === null || before === null) return null;
  const { spread } = sets;
  const factor = spread?.factor ?? 1;
  const variance = factor * (floored(measure, now) + floored(measure, before));
  const own = welchDegrees(now, before);
  const degrees = Math.max(1, Math.min(own, spread?.degrees ?? Infinity));
  const gap = measure === 'mean_absolute_error' ? now.value - before.value : before.value - now.value;
  const tail = variance > 0 ? studentSf(gap / Math.sqrt(variance), Math.min(degrees, 1e9)) : Number(gap <= 0);
  const exact = measure === 'accuracy' ? exactTail(sets) : 0;
  const unit = measure === 'mean_absolute_error' ? before.value : 1;
  return {
    now,
    before,
    value: gap / unit,
    ...limitsOf(
      measure,
      { now, before, factor, degrees, gap, sd: Math.sqrt(variance), exact: spread === null },
      level,
    ),
    p: measure === 'accuracy' && spread === null ? exact : Math.max(exact, tail),
    sd: Math.sqrt(variance) / unit,
    degrees,
  };
}

/** A perfect or hopeless share has no variance by the formula: that of half a row of the other kind is taken. */
function floored(measure: PerformanceMeasure, { value, n, variance, degrees }: Estimate): number {
  if (measure === 'mean_absolute_error') return variance;
  const rows = measure === 'accuracy' ? n : Math.min(degrees + 1, n);
  const near = Math.min(Math.max(value, 0.5 / rows), 1 - 0.5 / rows);
  return measure === 'accuracy' || variance === 0 ? (near * (1 - near)) / rows : variance;
}

/** Chance of so many wrong rows in the first set. */
function exactTail({ now, before }: { readonly now: OutcomeSums; readonly before: OutcomeSums }): number {
  return fisherTest({
    c: now.classed - now.right,
    n: now.classed,
    r: before.classed - before.right,
    m: before.classed,
  }).up;
}

interface Compared {
  readonly now: Estimate;
  readonly before: Estimate;
  readonly factor: number;
  readonly degrees: number;
  readonly gap: number;
  readonly sd: number;
  readonly exact: boolean;
}

function limitsOf(
  measure: PerformanceMeasure,
  compared: Compared,
  level: number,
): { readonly low: number; readonly high: number } {
  const { now, before, factor, degrees, gap, sd, exact } = compared;
  if (measure === 'accuracy' && exact) return newcombeAt(before, now);
  const t = studentIsf((1 - level) / 2, degrees);
  if (measure !== 'mean_absolute_error')
    return { low: Math.max(-1, gap - t * sd), high: Math.min(1, gap + t * sd) };
  // The ratio of two means is nearer to normal on its logarithm.
  const wide = t * Math.sqrt(factor * (now.variance / now.value ** 2 + before.variance / before.value ** 2));
  const ratio = now.value / before.value;
  return { low: ratio * Math.exp(-wide) - 1, high: ratio * Math.exp(wide) - 1 };
}

/**
 * How much a measure moves from period to period beyond what its rows explain: the mean of squared deviations over
 * their variances.
 *
 * @param measure - what to look at
 * @param blocks - sums of periods of the same length in which nothing is known to have changed
 * @returns factor of at least 1 with its degrees of freedom; null with fewer than 14 periods that have an estimate
 *
 * A slow trend, a season and a batch all count as spread.
 *
 * Complexity: linear in the cells of scores of all periods.
 *
 * Reference: Pearson's statistic over its degrees of freedom; McCullagh and Nelder, Generalized Linear Models (1989).
 * @example
 * outcomeSpread('accuracy', []) // null
 */
export function outcomeSpread(
  measure: PerformanceMeasure,
  blocks: readonly OutcomeSums[],
): OutcomeSpread | null {
  const found = blocks
    .map(block => outcomeEstimate(measure, block, 0.95))
    .filter(estimate => estimate !== null && estimate.n >= fewestInBlock) as readonly Estimate[];
  if (found.length < fewestBlocks) return null;
  const rows = found.reduce((sum, { n }) => sum + n, 0);
  const mean = found.reduce((sum, { n, value }) => sum + n * value, 0) / rows;
  // A share's variance by the mean of all: small periods that happen to be perfect have none of their own.
  const pooled = found.reduce((sum, { n, variance }) => sum + n * n * variance, 0) / rows;
  const squares = found.reduce((sum, { n, value }) => sum + (n * (value - mean) ** 2) / pooled, 0);
  const degrees = found.length - 1;
  return { factor: pooled > 0 ? Math.max(1, squares / degrees) : 1, degrees };
}

/** Fewest periods that a spread is learnt from, and fewest labelled rows of one. */
export const fewestBlocks = 14;
const fewestInBlock = 30;

/** A loss of so many points of accuracy or area matters, ... */
export const pointTolerance = 0.02;
/** ... of a nearly perfect model a loss of half of what it lacks, and never less than this. */
const leastTolerance = 0.005;
/** Growth of the mean absolute error that matters. */
export const errorTolerance = 0.1;

/**
 * Loss from which on it matters: how much worse may a model be before anybody should care?
 *
 * @param measure - what is measured
 * @param reference - its value before
 * @returns .02 of accuracy or area, half of what lacks to 1 where that is less, at least .005; .1 of a mean error
 *
 * Reference: docs/methods, performance.
 * @example
 * performanceTolerance('accuracy', 0.98) // 0.01
 */
export function performanceTolerance(measure: PerformanceMeasure, reference: number): number {
  if (measure === 'mean_absolute_error') return errorTolerance;
  return Math.max(leastTolerance, Math.min(pointTolerance, (1 - reference) / 2));
}
