import { combine, type TestResult } from './combine.ts';
import { devianceTwoSample } from './deviance.ts';
import { fisherTwoSided } from './fisher.ts';

/** Share of the error rate of each component. */
export const categoricalWeights = { omnibus: 0.5, cell: 0.5 } as const;

/** Categories examined one by one, the largest first. */
const mostCells = 256;
/** ln(1e-4): a category is examined if it could reach p = 1e-4 at all. */
const leastLogP = -9.2;
/** Cells whose count varies by less are merged: the first when at least `manyCells` reach it, else the second. */
const leastVariance = [1, 2.5] as const;
const manyCells = 40;

/** Categories that have rows in either sample, the largest first. */
interface Cells {
  readonly current: Float64Array;
  readonly reference: Float64Array;
  readonly n: number;
  readonly m: number;
}

/**
 * Test of a categorical subject: have the shares of the categories changed, in one of them or in many?
 *
 * Null hypothesis: current and reference rows are one population. Half of the error rate goes to each of: `cell`, the
 * most extreme single category, exact, times the number of categories looked at; `omnibus`, the deviance over all
 * categories, small ones merged.
 *
 * @param current - rows of the window by category; missing is one more category, one unseen so far has reference 0
 * @param reference - rows of the baseline in the same categories
 * @returns p in [1e-300, 1], the component that decided, and p of each; p 1 and `by` null when nothing can be said
 *
 * Rows must be independent. Loses power when a change is spread over thousands of tiny categories.
 *
 * Complexity: O(k log k), and for at most 256 categories a hypergeometric tail.
 *
 * Reference: docs/methods; Fisher (1935) and `devianceTwoSample`.
 * @example
 * categoricalTest([30, 70, 20], [36, 64, 40]).p // 0.09909414
 */
export function categoricalTest(current: ArrayLike<number>, reference: ArrayLike<number>): TestResult {
  const cells = largestFirst(current, reference);
  const { n, m } = cells;
  const size = cells.current.length;
  if (n === 0 || m === 0 || size < 2) return combine({}, categoricalWeights);
  if (size === 2) {
    const cell = fisherTwoSided(cells.current[0]!, cells.reference[0]!, n, m);
    return combine({ cell }, categoricalWeights);
  }
  const components: Record<string, number> = { cell: cellP(cells) };
  const omnibus = omnibusP(cells);
  if (omnibus !== null) components['omnibus'] = omnibus;
  return combine(components, categoricalWeights);
}

function largestFirst(current: ArrayLike<number>, reference: ArrayLike<number>): Cells {
  const size = current.length;
  const totals = new Float64Array(size);
  const order = new Uint32Array(size);
  let used = 0;
  for (let k = 0; k < size; k++) {
    totals[k] = current[k]! + reference[k]!;
    if (totals[k]! > 0) order[used++] = k;
  }
  const sorted = order.subarray(0, used).sort((a, b) => totals[b]! - totals[a]! || a - b);
  const c = new Float64Array(used);
  const r = new Float64Array(used);
  let n = 0;
  let m = 0;
  for (let i = 0; i < used; i++) {
    c[i] = current[sorted[i]!]!;
    r[i] = reference[sorted[i]!]!;
    n += c[i]!;
    m += r[i]!;
  }
  return { current: c, reference: r, n, m };
}

/** The most extreme category, corrected for the number of those that were worth a look. */
function cellP({ current, reference, n, m }: Cells): number {
  const share = n / (n + m);
  const rarest = Math.min(Math.log(share), Math.log(1 - share));
  let looks = 0;
  let best = 1;
  for (let k = 0; k < current.length && looks < mostCells; k++) {
    const total = current[k]! + reference[k]!;
    if (total * rarest > leastLogP) break;
    looks++;
    best = Math.min(best, fisherTwoSided(current[k]!, reference[k]!, n, m));
  }
  return Math.min(1, best * Math.max(looks, 1));
}

/** Deviance over the merged categories; exact when two are left, null when all are one. */
function omnibusP(cells: Cells): number | null {
  const { n, m } = cells;
  const kept = mergeSmall(cells);
  if (kept.current.length >= 3) return devianceTwoSample(kept.current, kept.reference).p;
  return kept.current.length === 2 ? fisherTwoSided(kept.current[0]!, kept.reference[0]!, n, m) : null;
}

/** Merges what varies too little into one cell, and that into the smallest kept one if it varies too little itself. */
function mergeSmall({ current, reference, n, m }: Cells): Pick<Cells, 'current' | 'reference'> {
  const share = n / (n + m);
  const spread = share * (1 - share);
  const size = current.length;
  const reaching = (least: number) => {
    let k = 0;
    while (k < size && (current[k]! + reference[k]!) * spread >= least) k++;
    return k;
  };
  const many = reaching(leastVariance[0]) >= manyCells;
  const least = many ? leastVariance[0] : leastVariance[1];
  const whole = reaching(least);
  let restCurrent = 0;
  let restReference = 0;
  for (let k = whole; k < size; k++) {
    restCurrent += current[k]!;
    restReference += reference[k]!;
  }
  const rest = restCurrent + restReference;
  const apart = rest > 0 && (rest * spread >= least || whole === 0);
  const c = current.slice(0, whole + (apart ? 1 : 0));
  const r = reference.slice(0, c.length);
  const last = c.length - 1;
  c[last] = (apart ? 0 : c[last]!) + restCurrent;
  r[last] = (apart ? 0 : r[last]!) + restReference;
  return { current: c, reference: r };
}
