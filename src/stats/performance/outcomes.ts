import { accuracyEstimate } from './accuracy.ts';
import type { Estimate } from './estimate.ts';
import { meanEstimate } from './mean-error.ts';
import { aucEstimate } from './roc-auc.ts';

/**
 * What is known of the labelled rows of a period, in sums: they add up in any order. Scores are counted in narrow cells
 * of their log-odds (`keys`, ascending), so that a period of any length needs a few thousand numbers at most.
 */
export interface OutcomeSums {
  /** Distinct rows, and those that have a label. */
  readonly rows: number;
  readonly labelled: number;
  /** Labelled rows with a predicted class, and those of them where it is the true one. */
  readonly classed: number;
  readonly right: number;
  /** Labelled rows where prediction and label are numbers; sums of label minus prediction, and of its size. */
  readonly pairs: number;
  readonly error: number;
  readonly error2: number;
  readonly absolute: number;
  /** Labelled rows of two classes with a score of one of them, and those whose score is neither 0 nor 1. */
  readonly scored: number;
  readonly soft: number;
  readonly keys: readonly number[];
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

export const noOutcomes: OutcomeSums = {
  rows: 0,
  labelled: 0,
  classed: 0,
  right: 0,
  pairs: 0,
  error: 0,
  error2: 0,
  absolute: 0,
  scored: 0,
  soft: 0,
  keys: [],
  positives: [],
  negatives: [],
};

export const performanceMeasures = ['accuracy', 'roc_auc', 'mean_absolute_error'] as const;
export type PerformanceMeasure = (typeof performanceMeasures)[number];

/** Share of the labelled rows that a measure must be known for. */
const nearlyAll = 0.99;
/** Fewer labelled rows say nothing about what the labels are. */
const leastRows = 10;

/**
 * Measures that fit a model, decided from its predictions and labels.
 *
 * `roc_auc` when nearly all labelled rows have one of two classes and a score that is more than a yes or no; `accuracy`
 * when they have a predicted class; `mean_absolute_error` when both are numbers and neither of those fits.
 *
 * @param sums - labelled rows, of a long period
 * @returns measures in a fixed order; none with fewer than 10 labelled rows
 *
 * Complexity: constant.
 *
 * Reference: docs/methods, performance.
 * @example
 * measuresIn({ ...noOutcomes, labelled: 100, classed: 100 }) // ['accuracy']
 */
export function measuresIn(sums: OutcomeSums): readonly PerformanceMeasure[] {
  const { labelled, classed, pairs, scored, soft } = sums;
  if (labelled < leastRows) return [];
  const enough = nearlyAll * labelled;
  const graded = scored >= enough && soft >= (1 - nearlyAll) * labelled;
  const found: PerformanceMeasure[] = [];
  if (classed >= enough) found.push('accuracy');
  if (graded) found.push('roc_auc');
  if (found.length === 0 && pairs >= enough) found.push('mean_absolute_error');
  return found;
}

/**
 * One measure of performance from sums.
 *
 * @param measure - accuracy, area under the ROC curve or mean absolute error
 * @param sums - labelled rows
 * @param level - of the interval
 * @returns estimate with limits; null where there are too few rows for it
 *
 * Complexity: linear in the cells of scores.
 *
 * Reference: docs/methods, performance.
 * @example
 * outcomeEstimate('accuracy', { ...noOutcomes, labelled: 100, classed: 100, right: 90 }, 0.95).value // 0.9
 */
export function outcomeEstimate(
  measure: PerformanceMeasure,
  sums: OutcomeSums,
  level: number,
): Estimate | null {
  if (measure === 'accuracy') return accuracyEstimate(sums.right, sums.classed, level);
  if (measure === 'roc_auc') return aucEstimate(sums, level);
  // The size of an error has the same square as the error.
  return meanEstimate({ n: sums.pairs, sum: sums.absolute, sum2: sums.error2 }, level);
}

/**
 * Labelled rows of two periods together.
 *
 * @param a - sums of one
 * @param b - sums of the other
 * @returns sums of both
 *
 * Complexity: linear in the cells of scores.
 *
 * Reference: docs/methods, performance.
 * @example
 * addOutcomes({ ...noOutcomes, labelled: 3 }, { ...noOutcomes, labelled: 4 }).labelled // 7
 */
export function addOutcomes(a: OutcomeSums, b: OutcomeSums): OutcomeSums {
  return {
    rows: a.rows + b.rows,
    labelled: a.labelled + b.labelled,
    classed: a.classed + b.classed,
    right: a.right + b.right,
    pairs: a.pairs + b.pairs,
    error: a.error + b.error,
    error2: a.error2 + b.error2,
    absolute: a.absolute + b.absolute,
    scored: a.scored + b.scored,
    soft: a.soft + b.soft,
    ...mergedCells(a, b),
  };
}

function mergedCells(a: OutcomeSums, b: OutcomeSums): Pick<OutcomeSums, 'keys' | 'positives' | 'negatives'> {
  if (a.keys.length === 0) return cellsOf(b);
  if (b.keys.length === 0) return cellsOf(a);
  const keys: number[] = [];
  const positives: number[] = [];
  const negatives: number[] = [];
  for (let i = 0, j = 0; i < a.keys.length || j < b.keys.length; ) {
    const [x, y] = [a.keys[i] ?? Infinity, b.keys[j] ?? Infinity];
    keys.push(Math.min(x, y));
    positives.push((x <= y ? a.positives[i]! : 0) + (y <= x ? b.positives[j]! : 0));
    negatives.push((x <= y ? a.negatives[i]! : 0) + (y <= x ? b.negatives[j]! : 0));
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return { keys, positives, negatives };
}

function cellsOf({ keys, positives, negatives }: OutcomeSums) {
  return { keys, positives, negatives };
}
