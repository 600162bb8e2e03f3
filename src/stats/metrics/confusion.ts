/**
 * Confusion matrix: how often was each class taken for which?
 *
 * @param actual - true class of each row, as an index from 0
 * @param predicted - predicted class of each row
 * @param classes - number of classes
 * @returns rows by true class, columns by predicted class
 *
 * Complexity: O(n + classes^2).
 *
 * Reference: sklearn.metrics.confusion_matrix.
 * @example
 * confusionMatrix([0, 0, 1, 1], [0, 1, 1, 1], 2) // [[1, 1], [0, 2]]
 */
export function confusionMatrix(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (let i = 0; i < actual.length; i++) matrix[actual[i]!]![predicted[i]!]!++;
  return matrix;
}

/** What a confusion matrix says of one class, or of all by some mean. Shares, 0 where nothing is to be divided by. */
export interface ClassRates {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * Precision, recall and F1 of one class.
 *
 * @param matrix - confusion matrix, rows by true class
 * @param index - the class
 * @returns shares; 0 when the class was never predicted (precision) or never true (recall)
 *
 * Complexity: O(classes).
 *
 * Reference: sklearn.metrics.precision_recall_fscore_support with zero_division=0.
 * @example
 * classRates([[6, 1], [6, 7]], 1) // { precision: 0.875, recall: 0.5384615384615384, f1: 0.6666666666666666 }
 */
export function classRates(matrix: readonly (readonly number[])[], index: number): ClassRates {
  const hits = matrix[index]![index]!;
  const truly = sumOf(matrix[index]!);
  const said = matrix.reduce((sum, row) => sum + row[index]!, 0);
  return { precision: share(hits, said), recall: share(hits, truly), f1: share(2 * hits, truly + said) };
}

/**
 * Precision, recall and F1 over all classes.
 *
 * @param matrix - confusion matrix, rows by true class
 * @param mean - `macro`: every class counts the same; `weighted`: by its true rows; `micro`: every row counts the same
 * @returns shares
 *
 * A macro mean of few rows of a rare class is mostly noise.
 *
 * Complexity: O(classes^2).
 *
 * Reference: sklearn.metrics.precision_recall_fscore_support with zero_division=0.
 * @example
 * meanRates([[6, 1], [6, 7]], 'macro') // { precision: 0.6875, recall: 0.6978021978, f1: 0.6491228070175439 }
 */
export function meanRates(
  matrix: readonly (readonly number[])[],
  mean: 'macro' | 'weighted' | 'micro',
): ClassRates {
  if (mean === 'micro') {
    const value = accuracy(matrix);
    return { precision: value, recall: value, f1: value };
  }
  const weights = matrix.map(row => (mean === 'macro' ? 1 : sumOf(row)));
  const rates = matrix.map((_, i) => classRates(matrix, i));
  const over = (pick: (rate: ClassRates) => number) =>
    share(sumOf(rates.map((rate, i) => weights[i]! * pick(rate))), sumOf(weights));
  return { precision: over(r => r.precision), recall: over(r => r.recall), f1: over(r => r.f1) };
}

/**
 * Accuracy: which share of the rows was predicted right?
 *
 * @param matrix - confusion matrix
 * @returns share; 0 without rows
 *
 * Says little where one class has most of the rows.
 *
 * Reference: sklearn.metrics.accuracy_score.
 * @example
 * accuracy([[6, 1], [6, 7]]) // 0.65
 */
export function accuracy(matrix: readonly (readonly number[])[]): number {
  return share(
    matrix.reduce((sum, row, i) => sum + row[i]!, 0),
    matrix.reduce((sum, row) => sum + sumOf(row), 0),
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
