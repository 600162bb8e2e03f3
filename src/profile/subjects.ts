/** Names of subjects; a feature or a class follows the prefixes. */
export const subjectNames = {
  feature: 'feature:',
  score: 'score:',
  prediction: 'prediction',
  label: 'label',
  latency: 'latency',
  requestBytes: 'request_bytes',
  responseBytes: 'response_bytes',
  status: 'status',
} as const;

/** Categories of subject `status`, worst last. */
export const statusCategories = ['ok', 'client-error', 'server-error', 'no-answer'] as const;

/**
 * Category of a request. The status decides where there is one: below 400 `ok`, 4xx `client-error`, above
 * `server-error`. Without a status an error text means `no-answer`, and nothing at all `ok`.
 */
export function statusCodeOf(status: number, failed: number): (typeof statusCategories)[number] {
  if (status === 0) return failed === 0 ? 'ok' : 'no-answer';
  if (status < 400) return 'ok';
  return status < 500 ? 'client-error' : 'server-error';
}
