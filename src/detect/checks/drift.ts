import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Profile } from '../../domain/profile.ts';
import { categoryCounts, orderedCounts } from '../../stats/cells.ts';
import { checksOf } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { type Judgement, judge } from '../judge.ts';
import { driftSentence } from '../sentence.ts';

/** Whether the values of a feature, of the prediction or of a class score are spread as in the baseline. */
export const driftCheck: Check = context =>
  context.baseline.subjects
    .filter(subject => checksOf(subject).includes('drift'))
    .map(subject => driftOf(context, subject));

function driftOf(context: CheckContext, subject: BaselineSubject): Finding {
  const current = context.profileOf(subject);
  const alpha = context.alphaOf(subject, 'drift');
  const tests = context.testsOf(subject);
  const judged = judge({ subject, current, alpha, tests });
  return findingOf(context, {
    check: 'drift',
    subject: subject.binning.subject,
    verdict: judged.verdict,
    p: judged.p,
    alpha,
    effect: judged.effect,
    effectLow: judged.effectLow,
    effectHigh: judged.effectHigh,
    tolerance: judged.tolerance,
    n: judged.n,
    nReference: judged.nReference,
    smallestDetectable: judged.smallestDetectable,
    fitted: tests !== null,
    detail: { ...detailOf(judged), ...pagesFrom(context), ...outside(subject, current) },
    sentence: driftSentence(subject.binning.subject, judged, alpha),
  });
}

function detailOf(judged: Judgement): Readonly<Record<string, unknown>> {
  const { method, by, components, part, interval, category, referenceShare, direction } = judged;
  const { missing, missingReference, measures } = judged;
  return {
    method,
    by,
    components,
    part,
    interval,
    category,
    referenceShare: Number.isFinite(referenceShare) ? referenceShare : null,
    direction,
    missing,
    missingReference,
    measures,
  };
}

/** While the noise is not known, from when on drift of this window length can page. */
function pagesFrom({ state }: CheckContext): Readonly<Record<string, number>> {
  return state.calibration === 'learning' ? { pagesFrom: state.pagesFrom } : {};
}

/** Share of values outside what the baseline had, now and then: beside the verdict, part of what moved. */
function outside(subject: BaselineSubject, current: Profile): Readonly<Record<string, number>> {
  const { binning, reference } = subject;
  const numeric = binning.kind === 'numeric';
  const share = (profile: Profile) => {
    const counts = numeric ? orderedCounts(binning, profile) : categoryCounts(binning, profile);
    const rows = counts.reduce((sum, count) => sum + count, 0);
    const last = counts.at(-1) ?? 0;
    return (numeric && counts.length > 1 ? counts[0]! + last : numeric ? 0 : last) / Math.max(1, rows);
  };
  return numeric
    ? { outOfRange: share(current), outOfRangeReference: share(reference) }
    : { unseen: share(current), unseenReference: share(reference) };
}
