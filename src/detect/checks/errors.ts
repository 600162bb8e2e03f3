import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Profile } from '../../domain/profile.ts';
import { rareTolerance } from '../../stats/verdict.ts';
import { checksOf } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { total } from '../judge.ts';
import { judgeShare } from '../share.ts';
import { countText, numberText, percentText } from '../words.ts';

/** The rise must also be this share of the baseline's error share: half as many again. */
const relativeTolerance = 0.5;

/** Whether a larger share of the requests failed than in the baseline: everything that is not `ok`. One-sided. */
export const errorsCheck: Check = context =>
  context.baseline.subjects
    .filter(subject => checksOf(subject).includes('errors'))
    .map(subject => errorsOf(context, subject));

function errorsOf(context: CheckContext, subject: BaselineSubject): Finding {
  const now = failures(subject, context.profileOf(subject));
  const then = failures(subject, subject.reference);
  const alpha = context.alphaOf(subject, 'errors');
  const tolerance = Math.max(rareTolerance, (relativeTolerance * then.rows) / Math.max(1, then.of));
  const judged = judgeShare({
    c: now.rows,
    n: now.of,
    r: then.rows,
    m: then.of,
    side: 'up',
    alpha,
    tolerance,
    past: context.testsOf(subject)?.share('failed') ?? null,
  });
  return findingOf(context, {
    check: 'errors',
    subject: subject.binning.subject,
    verdict: judged.verdict,
    p: judged.p,
    alpha,
    effect: judged.effect,
    effectLow: judged.effectLow,
    effectHigh: judged.effectHigh,
    tolerance,
    n: now.of,
    nReference: then.of,
    smallestDetectable: judged.smallestDetectable,
    fitted: judged.fitted,
    detail: {
      method: judged.method,
      share: judged.share,
      shareReference: judged.shareReference,
      byStatus: sharesOf(subject, context.profileOf(subject)),
    },
    sentence:
      `errors: ${percentText(judged.share)} of requests failed, ${percentText(judged.shareReference)} in the ` +
      `baseline; p ${numberText(judged.p)} against ${numberText(alpha)} allowed, tolerance ` +
      `+${percentText(tolerance)}; ${countText(now.of)} rows.`,
  });
}

/** Requests that were answered by anything but `ok`, and all whose status is known. */
export function failures(
  subject: BaselineSubject,
  profile: Profile,
): { readonly rows: number; readonly of: number } {
  const of = total(profile);
  const at = profile.bins.indexOf(subject.binning.categories.indexOf('ok'));
  return { rows: of - (at < 0 ? 0 : profile.counts[at]!), of };
}

function sharesOf(subject: BaselineSubject, profile: Profile): Readonly<Record<string, number>> {
  const rows = total(profile);
  return Object.fromEntries(
    profile.bins.map((bin, i) => [subject.binning.categories[bin] ?? 'other', profile.counts[i]! / rows]),
  );
}
