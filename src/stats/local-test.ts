import { pearsonTwoSample } from './pearson-two-sample.ts';

const mostGroups = 32;

/**
 * Local test of an ordered subject: is there a bump or a hole somewhere, wherever it is?
 *
 * Null hypothesis: current and reference rows are one population. Neighbouring cells are joined to groups of equal
 * reference mass, the largest power of two up to 32 that leaves 10 current rows a group and 10 reference rows, more
 * where the window is large beside the baseline (up to 100); then Pearson's two-sample test.
 *
 * @param current - rows of the window by cell, in order of value
 * @param reference - rows of the baseline in the same cells
 * @returns p, which may be 0 far out; null when there are fewer than three groups or one varies by less than 3
 *
 * Blind to a bump narrower than a group that stays inside it, and weaker than the ranks against a shift.
 *
 * Complexity: O(cells).
 *
 * Reference: Mann and Wald, On the choice of the number of class intervals (1942); see `pearsonTwoSample`.
 * @example
 * localP([100, 120, 80, 100], [1000, 1000, 1000, 1000]) // 0.06360951
 */
export function localP(current: ArrayLike<number>, reference: ArrayLike<number>): number | null {
  const groups = groupsOf(current, reference);
  const { n, m } = groups;
  if (n === 0 || m === 0) return null;
  const share = n / (n + m);
  let smallest = Infinity;
  for (let g = 0; g < groups.current.length; g++) {
    const total = groups.current[g]! + groups.reference[g]!;
    if (total > 0) smallest = Math.min(smallest, total * share * (1 - share));
  }
  const { degrees, p } = pearsonTwoSample(groups.current, groups.reference);
  return degrees >= 2 && smallest >= 3 ? p : null;
}

/** Joins cells to groups of about equal reference mass; a last group of less than half of that joins the one before. */
function groupsOf(current: ArrayLike<number>, reference: ArrayLike<number>) {
  let n = 0;
  let m = 0;
  for (let k = 0; k < current.length; k++) {
    n += current[k]!;
    m += reference[k]!;
  }
  const count = groupCount(n, m);
  const c = new Float64Array(count + 2);
  const r = new Float64Array(count + 2);
  let g = 0;
  for (let k = 0; k < current.length; k++) {
    // Cells that nobody has rows in neither open nor close a group.
    if (!(current[k]! + reference[k]! > 0)) continue;
    c[g]! += current[k]!;
    r[g]! += reference[k]!;
    if (r[g]! >= (m / count) * 0.999 && g < count) g++;
  }
  if (r[g]! < (0.5 * m) / count && g > 0) {
    c[g - 1]! += c[g]!;
    r[g - 1]! += r[g]!;
    c[g] = 0;
    r[g] = 0;
  }
  return { n, m, current: c, reference: r };
}

function groupCount(n: number, m: number): number {
  const need = 10 + (90 * n) / (n + m);
  let count = 2;
  while (2 * count <= mostGroups && 20 * count <= n && 2 * count * need <= m) count *= 2;
  return count;
}
