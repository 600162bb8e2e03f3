import type { RejectReason } from '../domain/reject.ts';

/** One sentence for people per reason: what happened and what to do. docs/formats.md explains each at more length. */
export const reasonSentences: Readonly<Record<RejectReason, string>> = {
  'not-json': 'The record is not JSON; send one object, or an array of objects.',
  'not-utf8': 'The record is not UTF-8 text; check how the producer encodes it.',
  'not-an-object': 'A row must be a JSON object.',
  'too-large': 'The record has more bytes or rows than are accepted; send smaller ones.',
  'too-deep': 'Objects and arrays are nested deeper than is accepted; flatten the features.',
  'too-many-keys': 'The row has more keys than are accepted; leave out what is not a feature.',
  'text-too-long': 'A text is longer than is accepted; send its length or a hash instead.',
  empty: 'The record holds nothing.',
  'no-model': 'The row names no model and the source fixes none; add `model`.',
  'no-content': 'The row has none of `features`, `prediction` and `status`, nor `id` with `label`.',
  'bad-model': '`model` must be text of 1 to 128 characters without control characters.',
  'bad-version': '`version` must be text of 1 to 128 characters without control characters.',
  'bad-environment': '`environment` must be text of 1 to 128 characters without control characters.',
  'bad-id': '`id` must be text of 1 to 128 characters, or an integer; a label needs one.',
  'bad-time':
    '`time` must be RFC 3339 with an offset, or epoch seconds, milliseconds or microseconds; no other time is known.',
  'time-ahead': 'The event time lies further ahead than is accepted; check the clock of the sender.',
  'bucket-sealed': 'The event time is older than raw rows are kept; raise the retention to load old rows.',
  'bad-features': '`features` must be an object of name to value, with names of up to 256 characters.',
  'bad-prediction':
    '`prediction` must be a number, text, a boolean, {label, score} or {label, probabilities}.',
  'bad-label': '`label` must be a finite number, text of up to 256 characters, or a boolean.',
  'bad-number': '`latency_ms`, `request_bytes` and `response_bytes` must be numbers of 0 or more.',
  'bad-status': '`status` must be an integer from 0 to 999.',
  'bad-error': '`error` must be text.',
  'bad-segment': '`segment` must be an object of up to 16 short texts, numbers or booleans.',
  'bad-mapping': 'The configured mapping finds nothing in the row; compare its pointers with a record.',
  'unknown-key':
    'The row has a key that payload version 1 does not know, and the source is set to refuse those.',
  'too-many-features': 'The row has more features or class scores than are accepted.',
  'too-many-models': 'So many models created themselves that no more are accepted; raise limits.autoModels.',
  'store-refused': 'The store refused the row for its content; the log says why.',
};
