import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Profile } from '../../domain/profile.ts';
import { checksOf } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { type Judgement, judge, total } from '../judge.ts';
import { countText, numberText, subjectText } from '../words.ts';

/** Share of rows that may move before anybody cares: the body of a distribution. */
export const driftTolerance = 0.02;

/** Whether the values of a feature, of the prediction or of a class score are spread as in the baseline. */
export const driftCheck: Check = context =>
  context.baseline.subjects
    .filter(subject => checksOf(subject).includes('drift'))
    .map(subject => driftOf(context, subject));

function driftOf(context: CheckContext, subject: BaselineSubject): Finding {
  const { binning, reference } = subject;
  const current = context.profileOf(subject);
  const alpha = context.alphaOf(subject);
  const judged = judge({ reference, current, binning, alpha, tolerance: driftTolerance });
  return findingOf(context, {
    check: 'drift',
    subject: binning.subject,
    verdict: judged.verdict,
    p: judged.p,
    alpha,
    effect: judged.effect,
    effectLow: judged.effectLow,
    effectHigh: judged.effectHigh,
    tolerance: driftTolerance,
    n: judged.n,
    nReference: judged.nReference,
    smallestDetectable: judged.smallestDetectable,
    detail: { method: judged.method, ...outside(subject, current) },
    sentence: sentenceOf(subject, judged, alpha),
  });
}

/** Share of values outside what the baseline had, now and then: beside the verdict, part of what moved. */
function outside(subject: BaselineSubject, current: Profile): Readonly<Record<string, number>> {
  const { binning, reference } = subject;
  const numeric = binning.kind === 'numeric';
  const bins = numeric ? [0, binning.edges.length] : [binning.categories.length];
  const share = (profile: Profile) => {
    const rows = profile.bins.reduce((sum, bin, i) => sum + (bins.includes(bin) ? profile.counts[i]! : 0), 0);
    return rows / Math.max(1, total(profile));
  };
  return numeric
    ? { outOfRange: share(current), outOfRangeReference: share(reference) }
    : { unseen: share(current), unseenReference: share(reference) };
}

function sentenceOf(subject: BaselineSubject, judged: Judgement, alpha: number): string {
  const name = subjectText(subject.binning.subject);
  if (judged.n === 0) return `${name}: no usable value in the window, nothing to compare.`;
  const where = judged.where === '' || judged.verdict !== 'drift' ? '' : `, ${judged.where}`;
  const seen =
    judged.verdict === 'insufficient'
      ? ` Too few rows to judge: smaller than ${numberText(judged.smallestDetectable)} would be missed half of the time.`
      : '';
  return (
    `${name}: ${judged.measure} ${numberText(judged.effect)} (tolerance ${driftTolerance})${where}; ` +
    `p ${numberText(judged.p)} against ${numberText(alpha)} allowed; ` +
    `${countText(judged.n)} rows against ${countText(judged.nReference)} in the baseline.${seen}`
  );
}
