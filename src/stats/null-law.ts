import type { BinnedPair } from './cells.ts';
import { chiSquareLogSf } from './chi-square.ts';
import { kolmogorovLogSf } from './kolmogorov-smirnov.ts';
import { cramerVonMisesP } from './measures/cramer-von-mises.ts';
import { chiSquareOfCramersV } from './measures/cramers-v.ts';
import { mannWhitneySd } from './measures/mann-whitney.ts';
import type { Measure } from './measures/measure.ts';
import { type CountsOfBoth, stabilityGroups, unorderedCells } from './measures/stability-groups.ts';
import { normalSf } from './normal.ts';
import { rowsOf } from './rows.ts';
import { studentTwoSided } from './student-t.ts';

/** Rows that every cell must expect in the smaller sample before the chi-square law of a measure is trusted. */
export const fewestExpected = { chiSquare: 10, ratio: 20, distance: 50 } as const;
/** Sum of the squared pooled shares up to which ordered cells count as fine: thirty cells of equal mass. */
export const coarsest = 1 / 30;
/** Rows of the smaller sample from which the law of a distribution function is trusted. */
export const fewestRows = 50;
/** Effective rows over the kurtosis of what is averaged, from which a mean is taken as normal. */
export const fewestEffective = 30;

/** Rows of both samples. */
interface Sizes {
  readonly n: number;
  readonly m: number;
}

/**
 * How likely is it that a measure passes a threshold with nothing changed, by its own law?
 *
 * Null hypothesis: both samples are drawn independently from the pooled shares. Chi-square laws for psi, the
 * Kullback-Leibler divergences, Jensen-Shannon, Hellinger, chi-square, G and Cramer's V; Kolmogorov's law for KS, moved
 * for the coarseness of the cells; the limiting law for Cramer-von Mises; normal and Student's for Mann-Whitney and
 * Welch; the threshold itself for their p.
 *
 * @param measure - a measure of the registry
 * @param pair - counts of both samples
 * @param threshold - in the unit of the measure
 * @returns probability; null when the measure has no law here, or it is not good for these counts: a cell that expects
 *   fewer than 10 rows (psi and G 20, the other divergences 50), fewer than the equivalent of 30 ordered cells, fewer than 50 rows, heavy tails
 *
 * Good to about a quarter of itself down to 1e-3; a rough guide far below.
 *
 * Complexity: O(cells).
 *
 * Reference: Yurdakul and Naranjo (2020) for psi; Chernoff and Petkau (1986) for the coarseness: the largest value of a
 * random walk on a grid falls short of the continuous one by 0.5826 root steps.
 * @example
 * const pair = { kind: 'categorical', values: [], current: [400, 600], reference: [500, 500], currentMissing: 0, referenceMissing: 0 };
 * nullLawChance(measureNamed('psi'), pair, 0.02) // 0.001565402
 */
export function nullLawChance(measure: Measure, pair: BinnedPair, threshold: number): number | null {
  const base = measure.unit === 'p' ? measure.name.slice(0, -2) : measure.name;
  const law = laws[base];
  if (law === undefined) return null;
  const chance = law(pair, threshold);
  if (chance === null || measure.unit !== 'p') return chance;
  return Math.min(1, Math.max(0, threshold));
}

/** Chance of a statistic above the threshold, null where the law is not good. */
type Law = (pair: BinnedPair, threshold: number) => number | null;

/** What a divergence makes of a chi-square value: `s` = 1/n + 1/m. */
type Scale = (threshold: number, s: number, more: { degrees: number; rows: number }) => number;

const { chiSquare, ratio, distance } = fewestExpected;

const laws: Readonly<Record<string, Law | undefined>> = Object.freeze({
  psi: chiSquareLaw(stabilityGroups, ratio, (threshold, s) => threshold / s),
  'kl-current-reference': chiSquareLaw(unorderedCells, distance, (threshold, s) => (2 * threshold) / s),
  'kl-reference-current': chiSquareLaw(unorderedCells, distance, (threshold, s) => (2 * threshold) / s),
  'jensen-shannon': chiSquareLaw(unorderedCells, distance, (t, s) => (8 * Math.LN2 * t * t) / s),
  hellinger: chiSquareLaw(unorderedCells, distance, (t, s) => (8 * t * t) / s),
  'chi-square': chiSquareLaw(unorderedCells, chiSquare, threshold => threshold),
  'g-test': chiSquareLaw(unorderedCells, ratio, threshold => threshold),
  'cramers-v': chiSquareLaw(unorderedCells, chiSquare, (t, _, { degrees, rows }) =>
    chiSquareOfCramersV(t, degrees, rows),
  ),
  'kolmogorov-smirnov': kolmogorovLaw,
  'cramer-von-mises': (pair, threshold) => {
    const { n, m } = sizesOf(pair);
    return isFine(pair) ? cramerVonMisesP(threshold, n, m) : null;
  },
  'mann-whitney': mannWhitneyLaw,
  welch: welchLaw,
});

function chiSquareLaw(cellsOf: (pair: BinnedPair) => CountsOfBoth, fewest: number, scale: Scale): Law {
  return (pair, threshold) => {
    if (threshold < 0) return 1;
    const { current, reference } = cellsOf(pair);
    const n = rowsOf(current);
    const m = rowsOf(reference);
    let cells = 0;
    for (let i = 0; i < current.length; i++) {
      const total = current[i]! + reference[i]!;
      if (total === 0) continue;
      cells++;
      if ((total * Math.min(n, m)) / (n + m) < fewest) return null;
    }
    if (cells < 2) return null;
    const degrees = cells - 1;
    return Math.exp(chiSquareLogSf(scale(threshold, 1 / n + 1 / m, { degrees, rows: n + m }), degrees));
  };
}

function kolmogorovLaw(pair: BinnedPair, threshold: number): number | null {
  if (threshold < 0) return 1;
  if (!isFine(pair)) return null;
  const { n, m } = sizesOf(pair);
  const shortfall = 0.5826 * Math.sqrt(squaredShares(pair));
  return Math.exp(kolmogorovLogSf(Math.sqrt((n * m) / (n + m)) * threshold + shortfall));
}

function mannWhitneyLaw(pair: BinnedPair, threshold: number): number | null {
  const { n, m } = sizesOf(pair);
  let below = 0;
  const ranks = Float64Array.from(pair.current, (count, i) => {
    const total = count + pair.reference[i]!;
    below += total;
    return below - total / 2;
  });
  if (!isNormal(pair, ranks)) return null;
  const sd = mannWhitneySd(pair.current, pair.reference);
  return Math.min(1, 2 * normalSf((threshold * n * m) / 2 / sd));
}

function welchLaw(pair: BinnedPair, threshold: number): number | null {
  if (!isNormal(pair, pair.values)) return null;
  const { n, m } = sizesOf(pair);
  // Equal variances with nothing changed: the degrees of freedom follow from the sizes alone.
  const degrees = (1 / n + 1 / m) ** 2 / (1 / (n * n * (n - 1)) + 1 / (m * m * (m - 1)));
  return threshold < 0 ? 1 : studentTwoSided(threshold, degrees);
}

function sizesOf(pair: BinnedPair): Sizes {
  return { n: rowsOf(pair.current), m: rowsOf(pair.reference) };
}

/** Whether ordered cells are fine enough, and rows many enough, to take them for continuous values. */
function isFine(pair: BinnedPair): boolean {
  const { n, m } = sizesOf(pair);
  return Math.min(n, m) >= fewestRows && squaredShares(pair) <= coarsest;
}

function squaredShares({ current, reference }: BinnedPair): number {
  const all = rowsOf(current) + rowsOf(reference);
  let sum = 0;
  for (let i = 0; i < current.length; i++) {
    const share = (current[i]! + reference[i]!) / all;
    sum += share * share;
  }
  return sum;
}

/** Whether the mean of these scores over a random sample of the pooled rows is about normal. */
function isNormal({ current, reference }: BinnedPair, scores: ArrayLike<number>): boolean {
  const n = rowsOf(current);
  const m = rowsOf(reference);
  const all = n + m;
  let mean = 0;
  for (let i = 0; i < current.length; i++) {
    const total = current[i]! + reference[i]!;
    if (total > 0) mean += (total / all) * scores[i]!;
  }
  let second = 0;
  let fourth = 0;
  for (let i = 0; i < current.length; i++) {
    const total = current[i]! + reference[i]!;
    if (total === 0) continue;
    const square = (scores[i]! - mean) ** 2;
    second += (total / all) * square;
    fourth += (total / all) * square * square;
  }
  if (!(second > 0)) return false;
  const effective = (n * m) / all;
  return effective / (fourth / (second * second)) >= fewestEffective;
}
