import { type Check, findingOf } from '../check.ts';
import { total } from '../judge.ts';
import { percentileDetail, percentilesOf } from '../quantity.ts';
import { countText, numberText } from '../words.ts';

const subjects = ['request_bytes', 'response_bytes'];

/** Sizes of requests and responses: shown and exported, not judged. They have no p and no effect, and never drift. */
export const sizeCheck: Check = context =>
  context.baseline.subjects
    .filter(({ binning, aside }) => subjects.includes(binning.subject) && aside === '')
    .map(subject => {
      const current = context.profileOf(subject);
      const now = percentilesOf(subject, current);
      const then = percentilesOf(subject, subject.reference);
      const n = total(current);
      return findingOf(context, {
        check: 'size',
        subject: subject.binning.subject,
        verdict: n > 0 ? 'stable' : 'no-data',
        n,
        nReference: total(subject.reference),
        detail: { judged: false, ...percentileDetail(now, then) },
        sentence:
          n > 0
            ? `${subject.binning.subject}: p50 ${numberText(now.p50)}, p95 ${numberText(now.p95)} bytes ` +
              `(baseline ${numberText(then.p50)} and ${numberText(then.p95)}); shown, not judged; ${countText(n)} rows.`
            : `${subject.binning.subject}: no value in the window.`,
      });
    });
