/**
 * Average precision: precision at each threshold, weighted by the recall it adds (the step area under the
 * precision-recall curve).
 *
 * @param actual - 1 for positive rows, 0 for negative ones
 * @param score - higher means more likely positive
 * @returns 0 to 1, about the share of positives for chance; 0 when there is no positive row
 *
 * Not comparable between windows whose share of positives differs.
 *
 * Complexity: O(n log n).
 *
 * Reference: sklearn.metrics.average_precision_score.
 * @example
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.8333333333333333
 */
export function averagePrecision(actual: ArrayLike<number>, score: ArrayLike<number>): number {
  const n = actual.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => score[b]! - score[a]!);
  let positives = 0;
  for (let i = 0; i < n; i++) positives += actual[i]!;
  if (positives === 0) return 0;
  let found = 0;
  let area = 0;
  for (let from = 0; from < n; ) {
    let gained = 0;
    let to = from;
    while (to < n && score[order[to]!] === score[order[from]!]) gained += actual[order[to++]!]!;
    found += gained;
    area += (gained / positives) * (found / to);
    from = to;
  }
  return area;
}
