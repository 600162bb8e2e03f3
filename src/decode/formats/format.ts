import type { Fields } from '../fields.ts';
import type { DecodeOptions } from '../options.ts';
import type { Refusal } from '../refusal.ts';

/** A layout of JSON rows: lifts a parsed row into the fields of payload version 1. Never throws. */
export interface Format {
  readonly name: string;
  lift(row: Readonly<Record<string, unknown>>): Fields | Refusal;
}

/** Makes a format for these options, or null when they do not ask for it. */
export type FormatFactory = (options: DecodeOptions) => Format | null;
