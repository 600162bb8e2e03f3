import { minimumRows } from '../../stats/verdict.ts';
import { type Check, findingOf } from '../check.ts';
import { countText, lengthText, percentText } from '../words.ts';

/** Share of the rows from which repeated ids cast doubt on the data, and the fewest of them: one among few is none. */
export const doubtfulShare = 0.005;
export const doubtfulIds = 10;

/**
 * Ids that came again with another content. Counted when an hour is profiled, among copies not yet merged away, so the
 * number is a lower bound. Not a test and no part of the budget.
 */
export const reusedCheck: Check = context => {
  const { coverage, window, rows } = context;
  let [reused, duplicates] = [0, 0];
  for (const hour of coverage.hours) {
    if (hour.hour < window.start || hour.hour >= window.end) continue;
    reused += hour.reused ?? 0;
    duplicates += hour.duplicates ?? 0;
  }
  const share = rows > 0 ? Math.min(1, reused / rows) : 0;
  return [
    findingOf(context, {
      check: 'reused',
      verdict:
        rows < minimumRows
          ? 'insufficient'
          : share >= doubtfulShare && reused >= doubtfulIds
            ? 'drift'
            : 'stable',
      effect: share,
      tolerance: doubtfulShare,
      n: rows,
      detail: { reused, duplicates, lowerBound: true },
      sentence:
        `At least ${countText(reused)} ids came again with another content (${percentText(share)} of ` +
        `${countText(rows)} rows in ${lengthText(window)}; from ${percentText(doubtfulShare)} on the data is in doubt); ` +
        `copies already merged away are not counted.`,
    }),
  ];
};
