import { createShareCheck } from './shares.ts';

/** Whether values are missing more or less often than in the baseline. */
export const missingCheck = createShareCheck({
  check: 'missing',
  stream: 'missing',
  side: 'both',
  count: profile => ({ rows: profile.nMissing, of: profile.n }),
  words: 'missing',
});
