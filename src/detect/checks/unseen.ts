import { total } from '../judge.ts';
import { createShareCheck } from './shares.ts';

/**
 * Whether more values are categories that the baseline does not list. Out-of-range numbers are part of the drift
 * check, which names their share.
 */
export const unseenCheck = createShareCheck({
  check: 'unseen',
  stream: 'unseen',
  side: 'up',
  count: (profile, { binning }) => {
    const at = profile.bins.indexOf(binning.categories.length);
    return { rows: at < 0 ? 0 : profile.counts[at]!, of: total(profile) };
  },
  words: 'in categories the baseline does not list',
});
