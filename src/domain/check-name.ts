/** The checks whose findings are stored, by name. */
export const findingChecks = [
  'blind',
  'drift',
  'missing',
  'mismatch',
  'unseen',
  'schema',
  'errors',
  'latency',
  'size',
  'volume',
  'objective',
  'performance',
  'label_coverage',
  'reused',
  'suspected_duplicates',
] as const;
