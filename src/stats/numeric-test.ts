import { combine, type TestResult } from './combine.ts';
import { fisherTwoSided } from './fisher.ts';
import { localP } from './local-test.ts';
import { leverageOf, minLeverage, polynomialScores } from './polynomial-scores.ts';
import { scoreP } from './score-test.ts';
import { tailP } from './tail-sets.ts';

/** Share of the error rate of each component; a component left out gives its share to the others. */
export const numericWeights = {
  z1: 0.3,
  z2: 0.15,
  z3: 0.05,
  z4: 0.05,
  tail: 0.15,
  local: 0.15,
  null: 0.15,
  atom: 0.3,
} as const;

/** Cells that have rows in either sample, in order. */
interface Cells {
  readonly current: Float64Array;
  readonly reference: Float64Array;
  readonly totals: Float64Array;
  readonly n: number;
  readonly m: number;
}

/**
 * Test of a numeric subject in ordered cells: does the window differ from the baseline in any way worth looking for?
 *
 * Null hypothesis: current and reference rows are one population (both samples are finite; neither is taken as exact).
 * Weighted Bonferroni over: `z1` to `z4`, location, scale, skew and kurtosis of the ranks; `tail`, excess in the extreme
 * cells; `local`, bumps; `null`, the share of missing values; `atom` instead of `z1` when one value dominates.
 *
 * @param current - rows of the window by cell in order of value: below the baseline's range, bins, above it
 * @param reference - rows of the baseline in the same cells
 * @param missing - rows without a value in both, if there are any
 * @returns p in [1e-300, 1], the component that decided, and p of each; p 1 and `by` null when nothing can be said
 *
 * Rows must be independent: a stream with daily cycles or batches is judged against its own windows instead. A small p
 * is not a large change: look at the effect.
 *
 * Complexity: O(cells), about 40 passes over them at most.
 *
 * Reference: docs/methods; the parts name their own papers.
 * @example
 * numericTest([0, 30, 20, 10, 0], [0, 200, 200, 200, 0]).by // 'z1'
 */
export function numericTest(
  current: ArrayLike<number>,
  reference: ArrayLike<number>,
  missing: { readonly current: number; readonly reference: number } = { current: 0, reference: 0 },
): TestResult {
  const cells = nonEmptyCells(current, reference);
  const components: Record<string, number> = {};
  if (missing.current + missing.reference > 0) {
    components['null'] = fisherTwoSided(
      missing.current,
      missing.reference,
      cells.n + missing.current,
      cells.m + missing.reference,
    );
  }
  if (cells.totals.length < 2 || cells.n === 0 || cells.m === 0) return combine(components, numericWeights);
  const { totals, n } = cells;
  polynomialScores(totals, 4).forEach((score, i) => {
    if (leverageOf(totals, score, n) < minLeverage) return;
    components[`z${i + 1}`] = scoreP(cells.current, { totals, score, n }, 'both');
  });
  if (components['z1'] === undefined) components['atom'] = atomP(cells);
  const tail = tailP(cells.current, cells.reference, 'both');
  if (tail !== null) components['tail'] = tail;
  const local = localP(cells.current, cells.reference);
  if (local !== null) components['local'] = local;
  return combine(components, numericWeights);
}

/**
 * One-sided test of a numeric subject in ordered cells, for what can only be too high, such as latency.
 *
 * Null hypothesis: current and reference rows are one population. Components `z1`, the ranks are higher, and `tail`,
 * excess in the highest cells, weighted as in `numericTest`.
 *
 * @param current - rows of the window by cell in order of value
 * @param reference - rows of the baseline in the same cells
 * @returns p in [1e-300, 1], the component that decided, and p of each; near 1 when the window is lower
 *
 * Not for a change of shape that leaves the average rank and the upper tail alone: that is `numericTest`'s.
 *
 * Complexity: O(cells), about 12 passes over them at most.
 *
 * Reference: docs/methods; the parts name their own papers.
 * @example
 * upwardTest([10, 20, 30, 40], [200, 200, 200, 200]).by // 'z1'
 */
export function upwardTest(current: ArrayLike<number>, reference: ArrayLike<number>): TestResult {
  const cells = nonEmptyCells(current, reference);
  const components: Record<string, number> = {};
  if (cells.totals.length < 2 || cells.n === 0 || cells.m === 0) return combine(components, numericWeights);
  const { totals, n } = cells;
  const score = polynomialScores(totals, 1)[0];
  if (score !== undefined && leverageOf(totals, score, n) >= minLeverage) {
    components['z1'] = scoreP(cells.current, { totals, score, n }, 'up');
  }
  const tail = tailP(cells.current, cells.reference, 'up');
  if (tail !== null) components['tail'] = tail;
  return combine(components, numericWeights);
}

function nonEmptyCells(current: ArrayLike<number>, reference: ArrayLike<number>): Cells {
  const size = current.length;
  const cells = [new Float64Array(size), new Float64Array(size), new Float64Array(size)] as const;
  let n = 0;
  let m = 0;
  let used = 0;
  for (let k = 0; k < size; k++) {
    const c = current[k]!;
    const r = reference[k]!;
    if (!(c + r > 0)) continue;
    cells[0][used] = c;
    cells[1][used] = r;
    cells[2][used] = c + r;
    n += c;
    m += r;
    used++;
  }
  const [c, r, totals] = cells;
  return {
    current: c.subarray(0, used),
    reference: r.subarray(0, used),
    totals: totals.subarray(0, used),
    n,
    m,
  };
}

/** Exact test of the share of the commonest cell (the first of several). */
function atomP({ current, reference, totals, n, m }: Cells): number {
  let largest = 0;
  for (let k = 1; k < totals.length; k++) if (totals[k]! > totals[largest]!) largest = k;
  return fisherTwoSided(current[largest]!, reference[largest]!, n, m);
}
