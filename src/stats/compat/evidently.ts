import { chiSquareLogSf } from '../chi-square.ts';
import { goodnessOfFit } from '../goodness-of-fit.ts';
import { ksCorrectedP } from '../kolmogorov-corrected.ts';
import { ksExactP } from '../kolmogorov-exact.ts';
import { ksTest } from '../kolmogorov-smirnov.ts';
import { energyDistance } from '../measures/energy-distance.ts';
import { hellinger } from '../measures/hellinger.ts';
import { jensenShannon } from '../measures/jensen-shannon.ts';
import { kullbackLeibler } from '../measures/kullback-leibler.ts';
import { mannWhitney, mannWhitneySd } from '../measures/mann-whitney.ts';
import { sdOf } from '../measures/moments.ts';
import { wasserstein } from '../measures/wasserstein.ts';
import { commonCells, type WeightedValues } from '../measures/weighted-values.ts';
import { normalSf } from '../normal.ts';
import { studentTwoSided } from '../student-t.ts';
import { type CategoryCounts, countCategories, finiteValues } from './columns.ts';
import { histogramOf, sturgesEdges } from './equal-width.ts';

/** What that tool would look at with no settings. */
export interface DefaultMeasure {
  readonly method: string;
  readonly threshold: number;
  readonly value: number;
}

/** Reference rows from which distances are the default instead of tests. */
const manyRows = 1000;

/** Up to this many different values a numeric column is binned by value. */
const fewValues = 20;

/** Up to this many rows a side the Kolmogorov-Smirnov p is exact. */
const exactRows = 10_000;

/**
 * Values that Evidently 0.7 gives for a numeric column, from raw rows: to move from there without new numbers.
 *
 * Sturges bins over both samples, shares of 0 filled, Jensen-Shannon in nats, Wasserstein over the reference's
 * deviation, one-sided Mann-Whitney. Not our own definitions, and their thresholds are not calibrated.
 *
 * @param current - values of the window; missing ones and those that are not finite are dropped
 * @param reference - values of the baseline
 * @returns values by that tool's names, p-values for ks, t_test and mannw; null when a column holds no value
 *
 * Complexity: O(n log n); O(n m) for the exact Kolmogorov-Smirnov p (up to 10,000 rows a side).
 *
 * Reference: evidentlyai/evidently 0.7.23, legacy/calculations/stattests.
 * @example
 * evidentlyNumeric([1, 2, 3, 4], [2, 3, 4, 5])?.wasserstein // 0.8944272
 */
export function evidentlyNumeric(
  current: ArrayLike<number | null>,
  reference: ArrayLike<number | null>,
): Readonly<Record<string, number>> | null {
  const cur = finiteValues(current);
  const ref = finiteValues(reference);
  if (cur.length === 0 || ref.length === 0) return null;
  const ours = { values: cur, counts: cur.map(() => 1) };
  const theirs = { values: ref, counts: ref.map(() => 1) };
  const cells = commonCells(ours, theirs);
  const edges = sturgesEdges([...ref, ...cur]);
  const binned = new Set(ref).size > fewValues;
  const distinct = sturgesEdges(cells.values);
  return {
    ...shareMeasures(
      binned ? histogramOf(cur, edges) : cells.current,
      binned ? histogramOf(ref, edges) : cells.reference,
    ),
    hellinger: hellinger(histogramOf(cur, distinct), histogramOf(ref, distinct)),
    wasserstein: wasserstein(ours, theirs) / Math.max(sdOf(theirs), 0.001),
    ed: energyDistance(ours, theirs),
    ks: ksOf(cells.current, cells.reference, { n: cur.length, m: ref.length }),
    t_test: pooledT(ours, theirs),
    mannw: lessMannWhitney(cells.current, cells.reference),
  };
}

/**
 * Values that Evidently 0.7 gives for a categorical column, from raw rows.
 *
 * Its chi-square and G tests take the reference as known exactly, and its z test looks at the first category only.
 *
 * @param current - categories of the window; missing ones are dropped
 * @param reference - categories of the baseline
 * @returns values by that tool's names; `g_test` null where it fails (samples of different size); null when a column
 *   holds no value
 *
 * Complexity: O(n).
 *
 * Reference: evidentlyai/evidently 0.7.23, legacy/calculations/stattests.
 * @example
 * evidentlyCategorical(['a', 'a', 'b', 'b'], ['a', 'b', 'b', 'b'])?.psi // 0.27465307
 */
export function evidentlyCategorical(
  current: ArrayLike<string | null>,
  reference: ArrayLike<string | null>,
): Readonly<Record<string, number | null>> | null {
  const counts = countCategories(current, reference);
  const n = total(counts.current);
  const m = total(counts.reference);
  if (n === 0 || m === 0) return null;
  return {
    ...shareMeasures(counts.current, counts.reference),
    hellinger: hellinger(counts.current, counts.reference),
    // A category that the reference lacks makes the statistic infinite.
    chisquare: goodnessOfFit(counts.current, counts.reference)?.p ?? 0,
    g_test: n === m ? fixedG(counts) : null,
    z: firstCategoryZ(counts),
  };
}

/**
 * What Evidently 0.7 looks at with no settings: a test below 1,001 reference rows, a distance above.
 *
 * @param kind - of the column
 * @param reference - values of the baseline
 * @param values - what `evidentlyNumeric` or `evidentlyCategorical` gave
 * @returns method, threshold (a p-value for tests) and value; null when that value is missing
 *
 * The answer depends on the size of the data: the same change is judged by another rule from 1,001 rows on.
 *
 * Complexity: O(n).
 *
 * Reference: evidentlyai/evidently 0.7.23, legacy/calculations/stattests/registry.py.
 * @example
 * evidentlyDefault('categorical', ['a', 'b'], { z: 0.5 }) // { method: 'Z-test p_value', threshold: 0.05, value: 0.5 }
 */
export function evidentlyDefault(
  kind: 'numeric' | 'categorical',
  reference: ArrayLike<unknown>,
  values: Readonly<Record<string, number | null>>,
): DefaultMeasure | null {
  const rows = Array.from(reference).filter(value => value !== null && !Number.isNaN(value));
  const distinct = new Set(rows).size;
  const { name, method, threshold } = choice(kind === 'numeric' && distinct > 5, rows.length, distinct);
  const value = values[name] ?? null;
  return value === null ? null : { method, threshold, value };
}

function choice(continuous: boolean, rows: number, distinct: number) {
  if (rows > manyRows) {
    return continuous
      ? { name: 'wasserstein', method: 'Wasserstein distance (normed)', threshold: 0.1 }
      : { name: 'jensenshannon', method: 'Jensen-Shannon distance', threshold: 0.1 };
  }
  if (continuous) return { name: 'ks', method: 'K-S p_value', threshold: 0.05 };
  return distinct > 2
    ? { name: 'chisquare', method: 'chi-square p_value', threshold: 0.05 }
    : { name: 'z', method: 'Z-test p_value', threshold: 0.05 };
}

function shareMeasures(current: readonly number[], reference: readonly number[]) {
  const cur = filled(current);
  const ref = filled(reference);
  let psi = 0;
  for (let i = 0; i < cur.length; i++) psi += (ref[i]! - cur[i]!) * Math.log(ref[i]! / cur[i]!);
  return {
    psi,
    kl_div: kullbackLeibler(ref, cur),
    jensenshannon: jensenShannon(current, reference) * Math.sqrt(Math.LN2),
  };
}

/** Shares with those of 0 set to 1e-4, or to a millionth of the smallest when that is 1e-4 or less. */
function filled(counts: readonly number[]): number[] {
  const rows = total(counts);
  const shares = counts.map(count => count / rows);
  const smallest = Math.min(...shares.filter(share => share > 0));
  const floor = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  return shares.map(share => (share === 0 ? floor : share));
}

function ksOf(
  current: readonly number[],
  reference: readonly number[],
  { n, m }: { readonly n: number; readonly m: number },
): number {
  const found = { n, m, distance: ksTest(current, reference).statistic };
  return Math.max(n, m) <= exactRows ? ksExactP(found) : ksCorrectedP(found);
}

/** Student's test with one variance for both samples. */
function pooledT(a: WeightedValues, b: WeightedValues): number {
  const n = a.values.length;
  const m = b.values.length;
  const mean = ({ values }: WeightedValues) => total(values) / values.length;
  const variance = (n * sdOf(a) ** 2 + m * sdOf(b) ** 2) / (n + m - 2);
  return studentTwoSided((mean(a) - mean(b)) / Math.sqrt(variance * (1 / n + 1 / m)), n + m - 2);
}

/** Small when the reference values lie lower. */
function lessMannWhitney(current: readonly number[], reference: readonly number[]): number {
  const { u } = mannWhitney(current, reference);
  const middle = (total(current) * total(reference)) / 2;
  return normalSf((u - middle - 0.5) / mannWhitneySd(current, reference));
}

function fixedG({ current, reference }: CategoryCounts): number {
  let half = 0;
  for (let i = 0; i < current.length; i++) {
    if (current[i]! > 0) half += current[i]! * Math.log(current[i]! / reference[i]!);
  }
  return Math.exp(chiSquareLogSf(2 * half, current.length - 1));
}

function firstCategoryZ({ current, reference }: CategoryCounts): number {
  if (current.length === 1) return 1;
  const n = total(current);
  const m = total(reference);
  const pooled = (current[0]! + reference[0]!) / (n + m);
  const z = (reference[0]! / m - current[0]! / n) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  // That tool subtracts from 1, and so do we: below 1e-16 it answers 0.
  return 2 * (1 - (1 - normalSf(Math.abs(z))));
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
