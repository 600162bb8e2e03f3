import { minimumRows } from '../../stats/verdict.ts';
import { type Check, findingOf } from '../check.ts';
import { countText, lengthText, percentText } from '../words.ts';
import { doubtfulIds, doubtfulShare } from './reused.ts';

/**
 * Ids that came with several event times or versions, which makes several rows of them: perhaps meant, perhaps a sender
 * that repeats itself. Once a day, over a whole day. A warning; not a test and no part of the budget.
 */
export const duplicatesCheck: Check = context => {
  const { repeatedIds, window } = context;
  if (repeatedIds === null) return [];
  const { rows, ids, extra } = repeatedIds;
  const share = extra / Math.max(1, rows);
  return [
    findingOf(context, {
      check: 'suspected_duplicates',
      verdict:
        rows < minimumRows
          ? 'insufficient'
          : share >= doubtfulShare && extra >= doubtfulIds
            ? 'drift'
            : 'stable',
      effect: share,
      tolerance: doubtfulShare,
      n: rows,
      detail: { ids, extra, lowerBound: true },
      sentence:
        `${countText(ids)} ids came with several event times or versions, ${countText(extra)} rows more than ids ` +
        `(${percentText(share)} of ${countText(rows)} rows in ${lengthText(window)}, at least; a warning from ` +
        `${percentText(doubtfulShare)} on).`,
    }),
  ];
};
