/**
 * Matthews' correlation of true and predicted classes (Gorodkin's for more than two).
 *
 * @param matrix - confusion matrix, rows by true class
 * @returns -1 to 1, 0 for chance; 0 when only one class was true or predicted
 *
 * Complexity: O(classes^2).
 *
 * Reference: Matthews (1975); Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient
 * (2004); sklearn.metrics.matthews_corrcoef.
 * @example
 * matthewsCorrelation([[6, 1], [6, 7]]) // 0.3851644432598216
 */
export function matthewsCorrelation(matrix: readonly (readonly number[])[]): number {
  const { truly, said, hits, rows } = margins(matrix);
  const covariance = hits * rows - dot(truly, said);
  const spread = (rows * rows - dot(said, said)) * (rows * rows - dot(truly, truly));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}

/**
 * Cohen's kappa: agreement of true and predicted classes beyond what their shares alone would give.
 *
 * @param matrix - confusion matrix
 * @returns at most 1, 0 for chance; 0 when only one class was both true and predicted
 *
 * Complexity: O(classes^2).
 *
 * Reference: Cohen, A coefficient of agreement for nominal scales (1960); sklearn.metrics.cohen_kappa_score.
 * @example
 * cohenKappa([[6, 1], [6, 7]]) // 0.33962264150943394
 */
export function cohenKappa(matrix: readonly (readonly number[])[]): number {
  const { truly, said, hits, rows } = margins(matrix);
  const chance = dot(truly, said) / rows;
  return rows === chance ? 0 : (hits - chance) / (rows - chance);
}

function margins(matrix: readonly (readonly number[])[]) {
  const truly = matrix.map(row => row.reduce((sum, value) => sum + value, 0));
  const said = matrix.map((_, i) => matrix.reduce((sum, row) => sum + row[i]!, 0));
  const hits = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  return { truly, said, hits, rows: truly.reduce((sum, value) => sum + value, 0) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
