import type { BinnedPair } from './cells.ts';
import type { Measure } from './measures/measure.ts';
import { stabilityGroups } from './measures/stability-groups.ts';
import { nullLawChance } from './null-law.ts';
import { rowSplit } from './row-split.ts';
import { rowsOf } from './rows.ts';

/** How often a rule would fire by chance. */
export interface NoiseChance {
  /** Share of windows of this size in which the rule would fire with nothing changed. */
  readonly chance: number;
  readonly method: 'null-law' | 'resampling';
  /** Random splits looked at; 0 for a null law. */
  readonly draws: number;
  /** True when none of them fired: `chance` is then the upper 95 % limit. */
  readonly atMost: boolean;
}

/** A rule of a user's own: a measure, on these counts, against a threshold. */
export interface NoiseQuestion {
  readonly pair: BinnedPair;
  readonly measure: Measure;
  /** In the unit of the measure. The rule fires above it, or below it for a measure that alarms below. */
  readonly threshold: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Cells looked at in all draws together, which bounds the time, and the most draws. */
const cellBudget = 450_000;
const mostDraws = 10_000;
/** Deviation of a split's size, in rows, above which it is left to chance: from 10,000 rows on, under one percent. */
const exactUpTo = 100;

/**
 * How often would a rule such as "PSI > 0.2" fire by chance on windows of this size, with nothing changed?
 *
 * Null hypothesis: the rows of both samples are one pool, split by chance. The measure's own law where it is good for
 * these counts, else the share of random splits of the pooled counts into n and m rows in which the rule fires.
 *
 * @param question - counts of both samples, measure, threshold, random numbers
 * @returns chance with the method; no split fired: an upper limit instead of 0. Chance 0 when a sample is empty, because
 *   the measure is undefined then and no rule fires
 *
 * Not for dependent rows: a daily cycle or batches make every rule fire more often than this says. Splits resolve chances
 * down to about 1 / draws (some 400 at 1,024 cells, 2,500 to 6,000 at 10).
 *
 * Complexity: O(cells) by law; at most 10,000 splits and some 450,000 cells otherwise, under 50 ms.
 *
 * Reference: Lehmann and Romano, Testing Statistical Hypotheses (2005), chapter 15 (permutation laws).
 * @example
 * const pair = { kind: 'categorical', values: [], current: [400, 600], reference: [500, 500], currentMissing: 0, referenceMissing: 0 };
 * chanceOnNoise({ pair, measure: measureNamed('chi-square'), threshold: 3.841459, random: seededRandom(1) }).chance // 0.05
 */
export function chanceOnNoise({ pair, measure, threshold, random }: NoiseQuestion): NoiseChance {
  const n = rowsOf(pair.current) + pair.currentMissing;
  const m = rowsOf(pair.reference) + pair.referenceMissing;
  if (!(n > 0) || !(m > 0)) return { chance: 0, method: 'null-law', draws: 0, atMost: false };
  const chance = nullLawChance(measure, pair, threshold);
  if (chance !== null) return { chance, method: 'null-law', draws: 0, atMost: false };
  return chanceBySplits({ pair, measure, threshold, random });
}

/**
 * The same by random splits of the pooled counts, whatever law the measure has.
 *
 * @param question - counts of both samples, of which neither is empty, measure, threshold, random numbers
 * @returns share of the splits in which the rule fires, or the upper limit when none does
 *
 * Complexity: at most 10,000 splits and some 450,000 cells.
 * @example
 * const pair = { kind: 'numeric', values: [1, 2], current: [1, 1], reference: [1, 1], currentMissing: 0, referenceMissing: 0 };
 * chanceBySplits({ pair, measure: measureNamed('total-variation'), threshold: 2, random: seededRandom(1) }).atMost // => true
 */
export function chanceBySplits({ pair, measure, threshold, random }: NoiseQuestion): NoiseChance {
  const compared = measure.name === 'psi' ? groupedPair(pair) : pair;
  const pool = pooled(compared);
  const cells = pool.totals.length - 1;
  const n = rowsOf(pair.current) + pair.currentMissing;
  const m = rowsOf(pair.reference) + pair.referenceMissing;
  const deviation = Math.sqrt((n / (n + m)) * m);
  const moved = deviation > exactUpTo ? 0 : 2 * deviation;
  const draws = Math.min(mostDraws, Math.ceil(cellBudget / (cells + 64 + moved)));
  const split = rowSplit(pool.totals, n, exactUpTo);
  const counts = new Float64Array(cells + 1);
  const reference = new Float64Array(cells);
  const current = counts.subarray(0, cells);
  let fired = 0;
  for (let draw = 0; draw < draws; draw++) {
    split(counts, random);
    for (let i = 0; i < cells; i++) reference[i] = pool.totals[i]! - counts[i]!;
    const currentMissing = counts[cells]!;
    const referenceMissing = pool.totals[cells]! - currentMissing;
    const value = measure.of({
      kind: compared.kind,
      values: pool.values,
      current,
      reference,
      currentMissing,
      referenceMissing,
    });
    if (measure.alarmsWhen === 'above' ? value > threshold : value < threshold) fired++;
  }
  const atMost = fired === 0;
  const chance = atMost ? 1 - 0.05 ** (1 / draws) : fired / draws;
  return { chance, method: 'resampling', draws, atMost };
}

/** The index is taken on groups: splitting the groups that the reference gave is the same at a hundredth of the cost. */
function groupedPair(pair: BinnedPair): BinnedPair {
  const groups = stabilityGroups(pair);
  return { kind: 'categorical', values: [], ...groups, currentMissing: 0, referenceMissing: 0 };
}

/** Rows of both samples in the cells that hold any, and last the missing ones; values are means over both. */
function pooled(pair: BinnedPair): { readonly totals: number[]; readonly values: number[] } {
  const totals: number[] = [];
  const values: number[] = [];
  const theirs = pair.valuesReference ?? pair.values;
  for (let i = 0; i < pair.current.length; i++) {
    const total = pair.current[i]! + pair.reference[i]!;
    if (total === 0) continue;
    totals.push(total);
    if (pair.kind === 'categorical') continue;
    const ofCurrent = pair.current[i]! > 0 ? (pair.current[i]! / total) * pair.values[i]! : 0;
    const ofReference = pair.reference[i]! > 0 ? (pair.reference[i]! / total) * theirs[i]! : 0;
    values.push(ofCurrent + ofReference);
  }
  totals.push(pair.currentMissing + pair.referenceMissing);
  return { totals, values };
}
