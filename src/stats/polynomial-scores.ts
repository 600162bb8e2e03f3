/**
 * A score is left out of a test when its information (see `leverageOf`) is below this: the law of its sum is then too
 * far from normal for the approximations of `scoreP`. Without this guard columns with 99 % equal values give hundreds of
 * times too many alarms at small p.
 */
export const minLeverage = 10;

/**
 * Orthonormal polynomial scores of ordered cells: one number a cell for location, scale, skew and kurtosis in ranks.
 *
 * Degree 1 is the centred mid-rank, higher degrees are what Gram and Schmidt leave of its powers. Over the rows counted
 * in `counts` every score has mean 0, variance 1 and no correlation with the others.
 *
 * @param counts - rows of each cell in order of value; empty cells are allowed and get a score as well
 * @param degree - highest degree wanted
 * @returns scores of degrees 1, 2, ..., fewer than `degree` when the non-empty cells are too few; none without rows
 *
 * Complexity: O(cells x degree).
 *
 * Reference: Neyman, "Smooth" test for goodness of fit (1937); Best and Rayner, Nonparametric analysis for doubly
 * ordered two-way contingency tables (1996); the three-term recurrence is Forsythe's (1957).
 * @example
 * polynomialScores([1, 1, 1], 2)[0] // [-1.224744871, 0, 1.224744871]
 */
export function polynomialScores(counts: ArrayLike<number>, degree: number): Float64Array[] {
  const size = counts.length;
  const { share, rank } = midRanks(counts);
  const scores: Float64Array[] = [];
  let before = new Float64Array(size);
  let score = new Float64Array(size).fill(1);
  let scale = 0;
  while (scores.length < degree) {
    let centre = 0;
    for (let k = 0; k < size; k++) centre += share[k]! * rank[k]! * score[k]! * score[k]!;
    const next = new Float64Array(size);
    let square = 0;
    for (let k = 0; k < size; k++) {
      const value = (rank[k]! - centre) * score[k]! - scale * before[k]!;
      next[k] = value;
      square += share[k]! * value * value;
    }
    // Also when there are no rows at all: nothing is left to tell apart.
    if (!(square >= 1e-9)) break;
    scale = Math.sqrt(square);
    for (let k = 0; k < size; k++) next[k] = next[k]! / scale;
    scores.push(next);
    before = score;
    score = next;
  }
  return scores;
}

/**
 * Information of a score in a two-sample comparison: is its sum over the current rows close enough to a normal law?
 *
 * @param counts - pooled rows of each cell, both samples together
 * @param score - a score of mean 0 and variance 1 over these rows
 * @param n - current rows among them
 * @returns N pi (1 - pi) over the mean fourth power of the score, with N all rows and pi = n / N; use the score when this
 *   is at least `minLeverage`. It knows the margins only, so that leaving a score out cannot bias a test
 *
 * Complexity: O(cells).
 * @example
 * leverageOf([100, 100], [-1, 1], 100) // 50
 */
export function leverageOf(counts: ArrayLike<number>, score: ArrayLike<number>, n: number): number {
  let all = 0;
  let fourth = 0;
  for (let k = 0; k < counts.length; k++) {
    const square = score[k]! * score[k]!;
    all += counts[k]!;
    fourth += counts[k]! * square * square;
  }
  return fourth > 0 ? (n * (1 - n / all) * all) / fourth : 0;
}

/** Share of the rows and mid-rank from -1 to 1 of every cell. */
function midRanks(counts: ArrayLike<number>): { readonly share: Float64Array; readonly rank: Float64Array } {
  const size = counts.length;
  let all = 0;
  for (let k = 0; k < size; k++) all += counts[k]!;
  const share = new Float64Array(size);
  const rank = new Float64Array(size);
  let below = 0;
  for (let k = 0; k < size; k++) {
    const count = counts[k]!;
    share[k] = count / all;
    rank[k] = (2 * (below + 0.5 * count)) / all - 1;
    below += count;
  }
  return { share, rank };
}
