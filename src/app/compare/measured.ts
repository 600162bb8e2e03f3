import { type Judgement, judge } from '../../detect/judge.ts';
import type { Profile } from '../../domain/profile.ts';
import type { ColumnVerdict, Measured, Seen } from '../../report/comparison.ts';
import { combine } from '../../stats/combine.ts';
import { shareEffect } from '../../stats/effect-share.ts';
import { fisherTwoSided } from '../../stats/fisher.ts';
import { numericWeights } from '../../stats/numeric-test.ts';
import { verdictFrom } from '../../stats/verdict.ts';
import type { ProfiledColumn } from './column-profile.ts';

/** What a column is held against. */
export interface Limits {
  readonly alpha: number;
  readonly tolerance: { readonly body: number; readonly rare: number };
}

interface Verdict {
  readonly verdict: Exclude<ColumnVerdict, 'aside'>;
  readonly measured: Measured;
}

/**
 * Judges a column as a stream's subject is judged. Values that are no number, and texts among numbers, count as missing:
 * a model cannot use them either. The missing share of numbers is a component of their test; when it has moved far
 * enough that is drift by itself.
 */
export function measure({ subject, current, values }: ProfiledColumn, limits: Limits): Verdict {
  const now = withoutUnusable(current);
  const before = withoutUnusable(subject.reference);
  const judged = judge({ subject: { ...subject, reference: before }, current: now, ...limits });
  const measured: Measured = {
    ...judged,
    values: valuesWithin(values, judged.interval, subject.binning.edges),
    alpha: limits.alpha,
    missingMoved: null,
    reference: seenOf(subject.reference),
    current: seenOf(current),
  };
  const none = before.nMissing + now.nMissing === 0;
  if (subject.binning.kind === 'categorical' || none) return { verdict: judged.verdict, measured };
  return withMissing({ judged, measured, before, now }, limits);
}

/** The values in an interval of bins, which hold their lower edge, and the last one its upper edge too. */
function valuesWithin(
  values: readonly number[] | null,
  interval: Measured['interval'],
  edges: readonly number[],
): readonly number[] | null {
  if (values === null || interval === null) return null;
  const { low, high } = interval;
  const found = values.filter(
    value =>
      (low === null || value >= low) &&
      (high === null || value < high || (value === high && high === edges.at(-1) && low !== null)),
  );
  return found.length === 0 ? null : found;
}

interface Sides {
  readonly judged: Judgement;
  readonly measured: Measured;
  readonly before: Profile;
  readonly now: Profile;
}

/** The test with the missing share as one more component, which takes its weight from the others. */
function withMissing({ judged, measured, before, now }: Sides, { alpha, tolerance }: Limits): Verdict {
  const missing = fisherTwoSided(now.nMissing, before.nMissing, now.n, before.n);
  const components = { null: missing, ...judged.components };
  const { p, by } = combine(components, numericWeights);
  const change = shareEffect(now.nMissing, now.n, before.nMissing, before.n);
  const falls = change.estimate < 0;
  const effect = Math.abs(change.estimate);
  const own = weighted(components, 'null');
  const limits = {
    effect,
    effectLow: Math.max(0, falls ? -change.high : change.low),
    effectHigh: Math.max(0, falls ? -change.low : change.high),
  };
  const moved = own <= alpha && effect >= tolerance.rare ? { p: own, ...limits } : null;
  const values = judged.by === null ? 1 : weighted(components, judged.by);
  const found = { p: values, effect: judged.effect, n: judged.n, least: judged.smallestDetectable };
  const verdict = verdictFrom(found, { alpha, tolerance: judged.tolerance });
  const all = { ...measured, components, missingMoved: moved, p: verdict === 'drift' ? values : p };
  if (moved === null || verdict === 'drift')
    return { verdict, measured: { ...all, by: verdict === 'drift' ? judged.by : by } };
  return {
    verdict: 'drift',
    measured: {
      ...all,
      ...limits,
      p: own,
      by: 'null',
      tolerance: tolerance.rare,
      part: 'rare',
      interval: null,
      values: null,
      direction: falls ? -1 : 1,
    },
  };
}

/** What one component gives to the smallest weighted p. */
function weighted(components: Readonly<Record<string, number>>, name: string): number {
  const weights: Readonly<Record<string, number>> = numericWeights;
  const all = Object.keys(components).reduce((sum, key) => sum + weights[key]!, 0);
  return Math.min(1, Math.max(1e-300, (components[name]! * all) / weights[name]!));
}

function withoutUnusable(profile: Profile): Profile {
  const { nMissing, nNan, nMismatch } = profile;
  return { ...profile, nMissing: nMissing + nNan + nMismatch, nNan: 0, nMismatch: 0 };
}

function seenOf({ n, nMissing, nNan, nMismatch }: Profile): Seen {
  return { rows: n, missing: nMissing, notNumbers: nNan, mismatches: nMismatch };
}
