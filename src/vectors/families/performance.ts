import { accuracyEstimate, signTest } from '../../stats/performance/accuracy.ts';
import { studentIsf } from '../../stats/performance/estimate.ts';
import {
  type ErrorSums,
  meanEstimate,
  meanGap,
  pairedMean,
  welchDegrees,
} from '../../stats/performance/mean-error.ts';
import { aucEstimate, countScores, pairedAuc } from '../../stats/performance/roc-auc.ts';
import { type Family, tolerances } from '../case.ts';

type Answer = Readonly<Record<string, unknown>>;

interface Scores {
  readonly actual: readonly number[];
  readonly now: readonly number[];
  readonly then: readonly number[];
  readonly level: number;
}

const kinds: Readonly<Record<string, (inputs: never) => Answer>> = {
  accuracy: ({ right, n, level }: { right: number; n: number; level: number }) => ({
    ...accuracyEstimate(right, n, level),
  }),
  sign: ({ a, b }: { a: number; b: number }) => ({ p: signTest(a, b) }),
  roc_auc: scores,
  errors,
  student_isf: ({ points }: { points: readonly (readonly [number, number])[] }) => ({
    values: points.map(([p, degrees]) => studentIsf(p, degrees)),
  }),
};

/** Performance of a model with its intervals, and what two of them differ by. */
export const performance: Family = {
  answer: asked => kinds[asked.kind]?.(asked.inputs as never) ?? null,
  tolerance: key => (/(^|_)p$/.test(key) ? tolerances.p : { relative: 1e-9, absolute: 1e-12 }),
};

function scores({ actual, now, then: before, level }: Scores): Answer {
  const [one, two] = [now, before].map(of => aucEstimate(countScores(actual, of), level));
  const gap = pairedAuc(actual, { now, before }, level);
  return {
    value: one?.value,
    value_then: two?.value,
    variance: one?.variance,
    variance_then: two?.variance,
    gap: gap?.value,
    gap_low: gap?.low,
    gap_high: gap?.high,
  };
}

function errors({ now, then: before }: { now: readonly number[]; then: readonly number[] }): Answer {
  const [sums, sumsBefore] = [sumsOf(now), sumsOf(before)];
  const mean = meanEstimate(sums, 0.95)!;
  const gap = meanGap(sums, sumsBefore, 0.9)!;
  const length = Math.min(now.length, before.length);
  const paired = pairedMean(sumsOf(Array.from({ length }, (_, i) => now[i]! - before[i]!)), 0.9)!;
  return {
    value: mean.value,
    low: mean.low,
    high: mean.high,
    welch_p: gap.p,
    welch_low: gap.low,
    welch_high: gap.high,
    welch_degrees: welchDegrees(mean, meanEstimate(sumsBefore, 0.95)!),
    paired_p: paired.p,
    paired_low: paired.low,
    paired_high: paired.high,
  };
}

function sumsOf(values: readonly number[]): ErrorSums {
  return {
    n: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    sum2: values.reduce((sum, value) => sum + value * value, 0),
  };
}
