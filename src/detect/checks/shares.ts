import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Profile } from '../../domain/profile.ts';
import { rareTolerance } from '../../stats/verdict.ts';
import { checksOf, type TestedCheck } from '../alphas.ts';
import { type Check, type CheckContext, findingOf } from '../check.ts';
import { judgeShare } from '../share.ts';
import { countText, numberText, percentText, subjectText } from '../words.ts';

/** A share of a subject's rows that is tested by itself. */
export interface ShareCheck {
  readonly check: Extract<TestedCheck, 'missing' | 'mismatch' | 'unseen'>;
  /** The stream that follows this share from hour to hour. */
  readonly stream: string;
  readonly side: 'both' | 'up';
  /** Rows that have the property, and rows that could have it. */
  readonly count: (
    profile: Profile,
    subject: BaselineSubject,
  ) => { readonly rows: number; readonly of: number };
  /** What the rows are, to follow a percentage: "missing". */
  readonly words: string;
}

/** A check that tests one share of every subject that has it, exactly. */
export function createShareCheck(share: ShareCheck): Check {
  return context =>
    context.baseline.subjects
      .filter(subject => checksOf(subject).includes(share.check))
      .map(subject => shareOf(share, context, subject));
}

function shareOf(share: ShareCheck, context: CheckContext, subject: BaselineSubject): Finding {
  const now = share.count(context.profileOf(subject), subject);
  const then = share.count(subject.reference, subject);
  const alpha = context.alphaOf(subject, share.check);
  const tests = context.testsOf(subject);
  const judged = judgeShare({
    c: now.rows,
    n: now.of,
    r: then.rows,
    m: then.of,
    side: share.side,
    alpha,
    tolerance: rareTolerance,
    past: tests?.share(share.stream) ?? null,
  });
  return findingOf(context, {
    check: share.check,
    subject: subject.binning.subject,
    verdict: judged.verdict,
    p: judged.p,
    alpha,
    effect: judged.effect,
    effectLow: judged.effectLow,
    effectHigh: judged.effectHigh,
    tolerance: rareTolerance,
    n: now.of,
    nReference: then.of,
    smallestDetectable: judged.smallestDetectable,
    fitted: judged.fitted,
    detail: { method: judged.method, share: judged.share, shareReference: judged.shareReference },
    sentence:
      `${subjectText(subject.binning.subject)}: ${percentText(judged.share)} ${share.words}, ` +
      `${percentText(judged.shareReference)} in the baseline; p ${numberText(judged.p)} against ` +
      `${numberText(alpha)} allowed, tolerance ${percentText(rareTolerance)}; ${countText(now.of)} rows.`,
  });
}
