import { type Refusal, refuse } from './refusal.ts';
import { endOfValue, skipSpace, splitArray, splitLines, withoutMark } from './split.ts';

/** The rows of a request body: each is decoded as a record of its own, so a bad one refuses only itself. */
export interface SplitBody {
  /** Bytes of each row; its place here is the row's index. Views of the body, not copies. */
  readonly rows: readonly Uint8Array[];
  /** Why the body as a whole cannot be used; null when it was split. */
  readonly refusal: Refusal | null;
}

const ndjsonTypes = /^application\/(?:x-)?(?:ndjson|jsonl|json-lines|jsonlines)\b/i;

/**
 * Splits a request body into rows: one object, an array, or NDJSON. NDJSON is known by its content type
 * (`application/x-ndjson`, `application/jsonl`), or by something that follows a first object. Blank lines are passed
 * over and have no index.
 *
 * @param bytes The body, already decompressed.
 * @param contentType Value of the Content-Type header; '' when there is none.
 * @param mostRows Bodies with more rows are refused as a whole.
 */
export function splitBody(bytes: Uint8Array, contentType: string, mostRows = 10_000): SplitBody {
  const body = withoutMark(bytes);
  const start = skipSpace(body);
  if (start === body.length) return refused(refuse('empty', 'the body holds nothing'));
  const rows = ndjsonTypes.test(contentType) ? splitLines(body, mostRows) : splitPlain(body, start, mostRows);
  if (rows === null) {
    return refused(refuse('not-json', 'the array does not end, or something follows it'));
  }
  if (rows.length === 0) return refused(refuse('empty', 'the array holds no row'));
  if (rows.length > mostRows) return refused(refuse('too-large', `the body has more than ${mostRows} rows`));
  return { rows, refusal: null };
}

function splitPlain(body: Uint8Array, start: number, mostRows: number): readonly Uint8Array[] | null {
  if (body[start] === 0x5b) return splitArray(body, mostRows);
  if (body[start] !== 0x7b) return [body];
  const end = endOfValue(body, start);
  const several = end !== -1 && skipSpace(body, end) < body.length;
  return several ? splitLines(body, mostRows) : [body];
}

function refused(refusal: Refusal): SplitBody {
  return { rows: [], refusal };
}
