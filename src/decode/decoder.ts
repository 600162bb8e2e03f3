import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { RawRecord } from '../domain/record.ts';
import type { Outcome } from '../domain/reject.ts';
import { checkBounds } from './bounds.ts';
import { createRedaction, type Kept } from './field-redaction.ts';
import { createFieldRuler } from './field-ruler.ts';
import type { Format } from './formats/format.ts';
import { formats } from './formats/index.ts';
import { type DecodeOptions, defaultDecodeOptions } from './options.ts';
import { type Json, type JsonObject, parse, parseExact } from './parse.ts';
import type { Place } from './place.ts';
import { isRefusal, kindOf, type Refusal, refuse } from './refusal.ts';
import { createRowReader, type Read, type RowReader } from './row.ts';
import { skipSpace, splitArray, withoutMark } from './split.ts';

/** Turns raw records into outcomes. Never throws on data; the same record and clock give the same outcomes. */
export interface Decoder {
  /**
   * @param now The clock, epoch milliseconds.
   * @returns At least one outcome: one per row, in order.
   */
  decode(record: RawRecord, now: number): readonly Outcome[];
  /** The same, for a source of labels only: every row must hold `id` and `label`. */
  decodeLabels(record: RawRecord, now: number): readonly Outcome[];
}

/** A row read, or passed over because rules leave nothing of it. */
type Outlook = Read | Extract<Outcome, { kind: 'ignored' }>;
type ReadRow = (row: JsonObject, place: Place, exact: boolean) => Outlook | Refusal | null;

/** What every record of one decoder is read with. */
interface Reading {
  readonly options: DecodeOptions;
  readonly readRow: ReadRow;
  /** What is kept of a refused row. */
  readonly kept: (bytes: Uint8Array, place: Place) => Kept;
}

/** Settings that are left out are those of `defaultDecodeOptions`. */
export function createDecoder(settings: Partial<DecodeOptions> = {}): Decoder {
  const options: DecodeOptions = { ...defaultDecodeOptions, ...settings };
  const format = formatOf(options);
  const reader = createRowReader(options);
  const rule = createFieldRuler(options);
  const readBy =
    (read: RowReader['read']): ReadRow =>
    (row, place, exact) => {
      const fields = format.lift(row);
      if (isRefusal(fields)) return fields;
      const ruled = rule(fields, place, exact);
      if (ruled === null) return null;
      return ruled === 'dropped' ? { kind: 'ignored', reason: 'dropped' } : read(ruled, place, exact);
    };
  const redact = options.ruling === null ? null : createRedaction(options, format, rule);
  const kept = (bytes: Uint8Array, place: Place) =>
    redact === null ? wholeOf(bytes, options) : redact(bytes, place, parsedOf(bytes, options));
  const readings = {
    decode: { options, kept, readRow: readBy(reader.read) },
    decodeLabels: { options, kept, readRow: readBy(reader.readLabel) },
  };
  return {
    decode: (record, now) => decodeRecord(record, now, readings.decode),
    decodeLabels: (record, now) => decodeRecord(record, now, readings.decodeLabels),
  };
}

function formatOf(options: DecodeOptions): Format {
  for (const create of formats) {
    const format = create(options);
    if (format !== null) return format;
  }
  throw new Error('no format: the list must end with payload version 1');
}

function decodeRecord(record: RawRecord, now: number, reading: Reading): readonly Outcome[] {
  if (record.body === null) return [{ kind: 'ignored', reason: 'tombstone' }];
  const { source, position, fallbackId, model } = record;
  const time = record.time !== null && record.time >= 0 ? record.time : null;
  const place: Place = { source, position, fallbackId, time, now, model };
  const { messageBytes, rows: mostRows } = reading.options.limits;
  const refused = (refusal: Refusal) => [toOutcome(refusal, record.body as Uint8Array, place, reading)];
  if (record.body.length > messageBytes) {
    return refused(refuse('too-large', `the record has more than ${messageBytes} bytes`));
  }
  const body = withoutMark(record.body);
  const start = skipSpace(body);
  if (start === body.length) return refused(refuse('empty', 'the record holds nothing'));
  if (body[start] !== 0x5b) return [toOutcome(decodeRow(body, place, reading), body, place, reading)];
  const rows = splitArray(body, mostRows);
  if (rows === null) {
    return refused(refuse('not-json', 'the array does not end, or something follows it'));
  }
  if (rows.length === 0) return refused(refuse('empty', 'the array holds no row'));
  if (rows.length > mostRows)
    return refused(refuse('too-large', `the record has more than ${mostRows} rows`));
  return rows.map((row, index) => {
    const at = rows.length === 1 ? place : placeOfRow(place, index);
    return toOutcome(decodeRow(row, at, reading), row, at, reading);
  });
}

function placeOfRow(place: Place, index: number): Place {
  return {
    ...place,
    position: `${place.position}#${index}`,
    fallbackId: `${place.fallbackId}#${index}`,
  };
}

function decodeRow(bytes: Uint8Array, place: Place, { options, readRow }: Reading): Outlook | Refusal {
  const row = parsedOf(bytes, options);
  if (isRefusal(row)) return row;
  const read = readRow(row, place, false);
  if (read !== null) return read;
  return readRow(parseExact(toText(bytes)) as JsonObject, place, true) as Outlook | Refusal;
}

function parsedOf(bytes: Uint8Array, options: DecodeOptions): JsonObject | Refusal {
  if (!isUtf8(bytes)) return refuse('not-utf8', 'the bytes are not UTF-8');
  const text = toText(bytes);
  const over = checkBounds(bytes, text, options.limits);
  if (over !== null) return over;
  const row = parse(text);
  if (row === undefined) return refuse('not-json', 'the text is not JSON');
  return isObject(row) ? row : refuse('not-an-object', `a row must be an object, not ${kindOf(row)}`);
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The bytes as text, without copying them first. */
function toText(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('utf8');
}

function toOutcome(read: Outlook | Refusal, bytes: Uint8Array, place: Place, reading: Reading): Outcome {
  if (!isRefusal(read)) return read;
  return {
    kind: 'rejected',
    reject: {
      source: place.source,
      position: place.position,
      reason: read.reason,
      detail: read.detail,
      ...reading.kept(bytes, place),
    },
  };
}

/** Without field rules a refused row is known by its bytes, and the first of them are kept if that is configured. */
function wholeOf(bytes: Uint8Array, options: DecodeOptions): Kept {
  return {
    content: createHash('sha256').update(bytes).digest('hex'),
    payload: toText(bytes.subarray(0, options.keepPayloadBytes)),
  };
}
