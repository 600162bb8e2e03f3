import { pearson } from '../chi-square.ts';
import { ksTest } from '../kolmogorov-smirnov.ts';
import { hellinger } from '../measures/hellinger.ts';
import { jensenShannon } from '../measures/jensen-shannon.ts';
import { lInfinity } from '../measures/l-infinity.ts';
import { wasserstein } from '../measures/wasserstein.ts';
import { commonCells } from '../measures/weighted-values.ts';
import { countCategories, finiteValues } from './columns.ts';
import { doaneEdges, equalWidthEdges, histogramOf } from './equal-width.ts';

/** Reference rows from which that tool keeps a histogram instead of the rows. */
const manyRows = 10_000;

/** Bins of that histogram. */
const storedBins = 10_000;

/**
 * Values that NannyML 0.13 gives for a numeric column, from raw rows: to move from there without new numbers.
 *
 * Doane bins of the reference, all rows of the window outside of them in one more bin. From 10,000 reference rows on
 * its Kolmogorov-Smirnov and Wasserstein distances come from 10,000 bins of one width. Not our own definitions.
 *
 * @param current - values of the window; missing ones and those that are not finite are dropped
 * @param reference - values of the baseline
 * @returns values by that tool's names; null when a column holds no value
 *
 * Complexity: O(n log n).
 *
 * Reference: NannyML/nannyml 0.13.1, drift/univariate/methods.py.
 * @example
 * nannymlNumeric([1, 2, 3, 4], [2, 3, 4, 5])?.wasserstein // 1
 */
export function nannymlNumeric(
  current: ArrayLike<number | null>,
  reference: ArrayLike<number | null>,
): Readonly<Record<string, number>> | null {
  const cur = finiteValues(current);
  const ref = finiteValues(reference);
  if (cur.length === 0 || ref.length === 0) return null;
  const edges = doaneEdges(ref);
  const inside = histogramOf(cur, edges);
  const ours = [...inside, cur.length - total(inside)];
  const theirs = [...histogramOf(ref, edges), 0];
  return {
    jensen_shannon: jensenShannon(ours, theirs),
    hellinger: hellinger(ours, theirs),
    ...distances(cur, ref),
  };
}

/**
 * Values that NannyML 0.13 gives for a categorical column, from raw rows.
 *
 * Categories that the reference lacks are one category. `chi2` is the statistic, with Yates' correction when there are
 * two categories.
 *
 * @param current - categories of the window; missing ones are dropped
 * @param reference - categories of the baseline
 * @returns values by that tool's names; null when a column holds no value
 *
 * Complexity: O(n).
 *
 * Reference: NannyML/nannyml 0.13.1, drift/univariate/methods.py.
 * @example
 * nannymlCategorical(['a', 'a', 'b', 'b'], ['a', 'b', 'b', 'b'])?.l_infinity // 0.25
 */
export function nannymlCategorical(
  current: ArrayLike<string | null>,
  reference: ArrayLike<string | null>,
): Readonly<Record<string, number>> | null {
  const counts = countCategories(current, reference);
  if (total(counts.current) === 0 || total(counts.reference) === 0) return null;
  const known = counts.names.map((_, i) => i).filter(i => counts.reference[i]! > 0);
  const inside = known.map(i => counts.current[i]!);
  const ours = [...inside, total(counts.current) - total(inside)];
  const theirs = [...known.map(i => counts.reference[i]!), 0];
  return {
    jensen_shannon: jensenShannon(ours, theirs),
    hellinger: hellinger(ours, theirs),
    l_infinity: lInfinity(counts.current, counts.reference),
    chi2: chiSquareOf(counts.current, counts.reference),
  };
}

function distances(cur: Float64Array, ref: Float64Array) {
  const weighted = (values: Float64Array) => ({ values, counts: values.map(() => 1) });
  if (ref.length < manyRows) {
    const cells = commonCells(weighted(cur), weighted(ref));
    return {
      kolmogorov_smirnov: ksTest(cells.current, cells.reference).statistic,
      wasserstein: wasserstein(weighted(cur), weighted(ref)),
    };
  }
  const edges = equalWidthEdges(ref[0]!, ref[ref.length - 1]!, storedBins);
  const inBins = (values: Float64Array) => [
    values.filter(value => value < edges[0]!).length,
    ...histogramOf(values, edges),
    values.filter(value => value > edges[storedBins]!).length,
  ];
  const ours = inBins(cur);
  const theirs = inBins(ref);
  const middles = edges.slice(1).map((edge, i) => (edge + edges[i]!) / 2);
  const held = (counts: readonly number[]) => ({
    values: [edges[0]!, ...middles, edges[storedBins]!],
    counts,
  });
  return {
    kolmogorov_smirnov: ksTest(ours, theirs).statistic,
    wasserstein: wasserstein(held(ours), held(theirs)),
  };
}

function chiSquareOf(current: readonly number[], reference: readonly number[]): number {
  if (current.length !== 2) return pearson(current, reference).statistic;
  const n = total(current);
  const m = total(reference);
  const all = n + m;
  const cross = Math.abs(current[0]! * reference[1]! - current[1]! * reference[0]!);
  const corrected = Math.max(0, cross - all / 2);
  return (
    (all * corrected * corrected) / (n * m * (current[0]! + reference[0]!) * (current[1]! + reference[1]!))
  );
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
