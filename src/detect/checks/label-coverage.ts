import type { Finding } from '../../domain/finding.ts';
import { normalIsf } from '../../stats/normal.ts';
import { minimumRows } from '../../stats/verdict.ts';
import { wilson } from '../../stats/wilson.ts';
import { type Check, type CheckContext, findingOf, type Said } from '../check.ts';
import type { LabelState } from '../label-arrivals.ts';
import { unlabelled } from '../performance.ts';
import { countText, lengthText, percentText } from '../words.ts';

/** Share of the labels due by now that may be missing. */
const missingLabels = 0.5;
/** Confidence of the limits; no test and no part of the false-alarm budget. */
const confidence = 0.999;
const deviate = normalIsf((1 - confidence) / 2);

/**
 * Whether labels come as they used to: the share of the rows that have one, beside the share of rows of the same age that
 * had one in the last 28 days. The effect is the share of the labels due by now that is missing.
 */
export const labelCoverageCheck: Check = context => {
  const { performance = null } = context;
  if (performance === null) return [];
  if (performance === unlabelled)
    return [
      said(context, { verdict: 'no-data', n: context.rows, sentence: 'No label of this model ever came.' }),
    ];
  return [covered(context, performance.labels)];
};

function said(context: CheckContext, what: Omit<Said, 'check'>): Finding {
  const finding = findingOf(context, { check: 'label_coverage', ...what });
  return {
    ...finding,
    calibration: what.verdict === 'stable' || what.verdict === 'drift' ? 'calibrated' : 'learning',
  };
}

function covered(context: CheckContext, { rows, labelled, expected, usual }: LabelState): Finding {
  const share = rows > 0 ? labelled / rows : 0;
  const detail = { labelled, share, expected, usual };
  const now = `${percentText(share)} of ${countText(rows)} rows in ${lengthText(context.window)} have a label`;
  if (expected === null || usual === null)
    return said(context, {
      verdict: 'learning',
      n: rows,
      detail,
      sentence: `${now}. How many rows get one, and when, is still being learnt.`,
    });
  const then = `${percentText(expected)} used to have one at this age, ${percentText(usual)} in the end`;
  if (expected * rows < minimumRows)
    return said(context, {
      verdict: 'insufficient',
      n: rows,
      detail,
      sentence: `${now}; ${then}: fewer than ${minimumRows} labels are due, too early or too few to tell.`,
    });
  const limits = wilson(labelled, rows, deviate);
  const lost = (of: number) => Math.max(0, 1 - of / expected);
  return said(context, {
    verdict: lost(limits.high) >= missingLabels ? 'drift' : 'stable',
    effect: lost(share),
    effectLow: lost(limits.high),
    effectHigh: lost(limits.low),
    tolerance: missingLabels,
    n: rows,
    detail: { ...detail, method: 'wilson', confidence },
    sentence: `${now}; ${then}. ${percentText(lost(share))} of what was due is missing (tolerance ${percentText(missingLabels)}).`,
  });
}
