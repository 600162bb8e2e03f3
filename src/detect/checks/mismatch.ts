import { createShareCheck } from './shares.ts';

/** Whether more values are of another type than the baseline's, or not a number. */
export const mismatchCheck = createShareCheck({
  check: 'mismatch',
  stream: 'mismatch',
  side: 'up',
  count: profile => ({ rows: profile.nMismatch + profile.nNan, of: profile.n }),
  words: 'of another type or not a number',
});
