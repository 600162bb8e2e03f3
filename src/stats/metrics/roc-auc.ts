/**
 * Area under the ROC curve: how likely does a random positive row score above a random negative one?
 *
 * @param actual - 1 for positive rows, 0 for negative ones
 * @param score - higher means more likely positive
 * @returns 0 to 1, .5 for chance, a tie counts half; null when one of the classes has no row
 *
 * Says nothing about calibration, and little about the top of the list where positives are rare.
 *
 * Complexity: O(n log n).
 *
 * Reference: Mann and Whitney (1947); sklearn.metrics.roc_auc_score.
 * @example
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // 0.75
 */
export function rocAuc(actual: ArrayLike<number>, score: ArrayLike<number>): number | null {
  const n = actual.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => score[a]! - score[b]!);
  let negatives = 0;
  let wins = 0;
  for (let from = 0; from < n; ) {
    let positive = 0;
    let to = from;
    while (to < n && score[order[to]!] === score[order[from]!]) positive += actual[order[to++]!]!;
    const negative = to - from - positive;
    wins += positive * (negatives + negative / 2);
    negatives += negative;
    from = to;
  }
  const positives = n - negatives;
  return positives === 0 || negatives === 0 ? null : wins / (positives * negatives);
}

/**
 * Area under the ROC curve of several classes, a plain mean over classes or pairs of classes.
 *
 * @param actual - true class of each row, as an index from 0
 * @param scores - score of each class, by row
 * @param scheme - `ovr`: each class against the rest; `ovo`: each pair of classes, both ways
 * @returns 0 to 1; null when a class has no row
 *
 * Complexity: O(classes n log n) for `ovr`, O(classes^2 n log n) for `ovo`.
 *
 * Reference: Hand and Till, A simple generalisation of the area under the ROC curve (2001) for `ovo`;
 * sklearn.metrics.roc_auc_score with average="macro".
 * @example
 * rocAucOfClasses([0, 1, 2], [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.3, 0.4]], 'ovr') // 1
 */
export function rocAucOfClasses(
  actual: ArrayLike<number>,
  scores: readonly ArrayLike<number>[],
  scheme: 'ovr' | 'ovo',
): number | null {
  const classes = scores[0]?.length ?? 0;
  const rows = Array.from({ length: actual.length }, (_, i) => i);
  const areas: (number | null)[] = [];
  for (let positive = 0; positive < classes; positive++) {
    const against = scheme === 'ovr' ? [null] : others(classes, positive);
    for (const other of against) {
      const used = rows.filter(i => other === null || actual[i] === positive || actual[i] === other);
      areas.push(
        rocAuc(
          used.map(i => Number(actual[i] === positive)),
          used.map(i => scores[i]![positive]!),
        ),
      );
    }
  }
  if (areas.length === 0 || areas.includes(null)) return null;
  return areas.reduce<number>((sum, area) => sum + area!, 0) / areas.length;
}

function others(classes: number, one: number): number[] {
  return Array.from({ length: classes }, (_, i) => i).filter(i => i !== one);
}
