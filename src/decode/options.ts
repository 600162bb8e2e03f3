import type { FieldRuling } from './field-ruling.ts';
import type { Mapping } from './mapping.ts';

/** Bounds of one record. What is over a bound is refused with a reason, never cut silently. */
export interface DecodeLimits {
  /** Bytes of one record (for HTTP: of one row). */
  readonly messageBytes: number;
  /** Objects and arrays inside each other; the row itself is 1. */
  readonly depth: number;
  /** Keys of one row, at all depths together. */
  readonly keys: number;
  /** Bytes of one text between its quotes, key or value. */
  readonly textBytes: number;
  /** Features of one row after nested ones are flattened; also its class scores. */
  readonly features: number;
  /** Rows of one record that holds an array. */
  readonly rows: number;
}

/** Everything a decoder needs to know besides the record; fixed per source. */
export interface DecodeOptions {
  /** How far ahead of the clock an event time may be, milliseconds. */
  readonly aheadMs: number;
  /** Age at which a bucket is sealed; rows of an older bucket are refused. */
  readonly retentionSeconds: number;
  /** The model of every row of this source, whatever the payload says; '' reads it from the payload. */
  readonly model: string;
  /** Environment of rows that name none. */
  readonly environment: string;
  /** Where the fields stand in a layout that is not payload version 1; null for version 1. */
  readonly mapping: Mapping | null;
  readonly limits: DecodeLimits;
  /** How many bytes of a refused payload are kept with the reject; 0 keeps nothing. */
  readonly keepPayloadBytes: number;
  /** Whether a row without a time, on a transport without a time, gets the clock's; otherwise it is refused. */
  readonly serverTime: boolean;
  /** What to do with a top-level key that payload version 1 does not know. */
  readonly unknownKeys: 'ignore' | 'refuse';
  /** What becomes of fields before anything is stored; null: they are kept as they are. */
  readonly ruling: FieldRuling | null;
}

export const defaultLimits: DecodeLimits = {
  messageBytes: 1_048_576,
  depth: 32,
  keys: 2_000,
  textBytes: 65_536,
  features: 2_000,
  rows: 10_000,
};

export const defaultDecodeOptions: DecodeOptions = {
  aheadMs: 300_000,
  retentionSeconds: 30 * 86_400,
  model: '',
  environment: 'prod',
  mapping: null,
  limits: defaultLimits,
  keepPayloadBytes: 0,
  serverTime: true,
  unknownKeys: 'ignore',
  ruling: null,
};
