import { normalIsf, normalSf, smallestP } from '../normal.ts';
import { regularisedBeta } from '../student-t.ts';
import { wilson } from '../wilson.ts';
import type { Estimate } from './estimate.ts';

/**
 * Accuracy: which share of the labelled rows was predicted right, and which true shares are compatible with that?
 *
 * @param right - rows predicted right, of `n`
 * @param n - labelled rows
 * @param level - of the interval, e.g. 0.95
 * @returns share with Wilson's limits; null without rows
 *
 * Says little where one class has most of the rows: look at the area under the ROC curve there.
 *
 * Complexity: constant.
 *
 * Reference: Wilson (1927); scipy.stats.binomtest(...).proportion_ci(method="wilson").
 * @example
 * accuracyEstimate(90, 100, 0.95).low // 0.8256343
 */
export function accuracyEstimate(right: number, n: number, level: number): Estimate | null {
  if (n <= 0) return null;
  const value = right / n;
  const limits = wilson(right, n, normalIsf((1 - level) / 2));
  return { value, ...limits, variance: (value * (1 - value)) / n, degrees: Infinity, n };
}

/** Rows that two models answered: right by one of them alone. */
export interface Disagreement {
  /** Right by the new one alone, and by the old one alone. */
  readonly gained: number;
  readonly lost: number;
  /** Rows that both answered. */
  readonly n: number;
}

/** A difference between two sets of rows or two models, with limits, and how likely it is by chance. */
export interface Difference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Accuracy of two models on the same rows: how much more does the new one get right?
 *
 * Limits after Bonett and Price, who add one row to each of the two cells of disagreement; p is McNemar's exact one.
 * Rows on which both are right, or both wrong, tell nothing about the difference but for their number.
 *
 * @param rows - where the models disagree, and how many rows both answered
 * @param level - of the interval
 * @returns accuracy of the new model minus that of the old; null without rows
 *
 * Complexity: constant.
 *
 * Reference: Bonett and Price (2012); McNemar (1947); scipy.stats.binomtest(gained, gained + lost).
 * @example
 * pairedAccuracy({ gained: 40, lost: 20, n: 1000 }, 0.9).value // 0.02
 * pairedAccuracy({ gained: 40, lost: 20, n: 1000 }, 0.9).p // 0.01348929
 */
export function pairedAccuracy({ gained, lost, n }: Disagreement, level: number): Difference | null {
  if (n <= 0) return null;
  const [more, fewer] = [(gained + 1) / (n + 2), (lost + 1) / (n + 2)];
  const middle = more - fewer;
  const half = normalIsf((1 - level) / 2) * Math.sqrt((more + fewer - middle * middle) / (n + 2));
  return {
    value: (gained - lost) / n,
    low: Math.max(-1, middle - half),
    high: Math.min(1, middle + half),
    p: signTest(gained, lost),
  };
}

/**
 * Sign test: are two counts, of which each row falls into one with equal chance, too unequal for that?
 *
 * @param a - rows in one
 * @param b - rows in the other
 * @returns two-sided exact p; 1 without rows
 *
 * Reference: McNemar (1947); scipy.stats.binomtest(a, a + b).pvalue.
 * @example
 * signTest(12, 3) // 0.0351562
 */
export function signTest(a: number, b: number): number {
  const n = a + b;
  if (n === 0 || a === b) return 1;
  // P(X >= k) of the binomial law with share .5 is I_.5(k, n - k + 1).
  const k = Math.max(a, b);
  return Math.min(1, Math.max(smallestP, 2 * regularisedBeta(k, n - k + 1, 0.5)));
}

/**
 * Accuracy on two different sets of rows: how much more is right in the first?
 *
 * @param now - rows predicted right, and rows
 * @param then - the same of the other set
 * @param level - of the interval
 * @returns difference with Newcombe's limits, p by the normal approximation with a pooled share; null without rows
 *
 * Complexity: constant.
 *
 * Reference: Newcombe (1998), method 10.
 * @example
 * accuracyGap({ right: 80, n: 100 }, { right: 90, n: 100 }, 0.95).low // -0.1994739
 */
export function accuracyGap(
  now: { readonly right: number; readonly n: number },
  then: { readonly right: number; readonly n: number },
  level: number,
): Difference | null {
  if (now.n <= 0 || then.n <= 0) return null;
  const z = normalIsf((1 - level) / 2);
  const [a, b] = [wilson(now.right, now.n, z), wilson(then.right, then.n, z)];
  const [p, q] = [now.right / now.n, then.right / then.n];
  const pooled = (now.right + then.right) / (now.n + then.n);
  const sd = Math.sqrt(pooled * (1 - pooled) * (1 / now.n + 1 / then.n));
  const limits = newcombeAt({ value: p, ...a }, { value: q, ...b });
  return { value: p - q, ...limits, p: sd === 0 ? 1 : twoSided((p - q) / sd) };
}

/** A share with its limits. */
type Bounded = Pick<Estimate, 'value' | 'low' | 'high'>;

/**
 * Limits of a difference of two shares from the limits of each.
 *
 * @param a - share with Wilson's limits
 * @param b - the share that is taken from it, with limits of the same level
 * @returns limits of a - b
 *
 * Reference: Newcombe (1998), method 10.
 * @example
 * newcombeAt({ value: 0.5, low: 0.4, high: 0.6 }, { value: 0.2, low: 0.17, high: 0.24 }).high // 0.4044031
 */
export function newcombeAt(a: Bounded, b: Bounded): { readonly low: number; readonly high: number } {
  const gap = a.value - b.value;
  return {
    low: gap - Math.hypot(a.value - a.low, b.high - b.value),
    high: gap + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

function twoSided(z: number): number {
  return Math.min(1, Math.max(smallestP, 2 * normalSf(Math.abs(z))));
}
