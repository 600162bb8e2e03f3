import { measureTitle } from './measure-words.ts';
import { isOwnMeasure } from './paging.ts';

/** Names of checks as people say them. */
const words: Readonly<Record<string, string>> = {
  drift: 'Drift',
  missing: 'Missing share',
  unseen: 'Unseen values',
  schema: 'Schema',
  volume: 'Volume',
  latency: 'Latency',
  errors: 'Error share',
  size: 'Sizes',
  performance: 'Performance',
  label_coverage: 'Label coverage',
  reused: 'Reused ids',
  mismatch: 'Type mismatch',
  blind: 'Reading (blind)',
  suspected_duplicates: 'Suspected duplicates',
  objective: 'Objective',
};

/** A check without words of its own is shown by its name, a measure of the user's own as such. */
export const checkWords = (check: string) =>
  words[check] ?? (isOwnMeasure(check) ? `Own: ${measureTitle(check.slice('drift:'.length))}` : check);
