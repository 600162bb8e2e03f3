import { fieldNames } from '../../decode/fields.ts';
import { parse, parseExact } from '../../decode/parse.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { FileRow, Values } from '../../source/file-open.ts';
import { payloadOfTable } from '../uploads.ts';

/** How the columns of files become fields. */
export interface LayoutOptions {
  /** Column by field of payload version 1, where it is not called so. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that are left out. */
  readonly ignore: readonly string[];
  /** Times without an offset are UTC; otherwise they are refused. */
  readonly utc: boolean;
  /** Rows are handed over as they are: the mapping of a source reads them. */
  readonly mapped: boolean;
}

const known: ReadonlySet<string> = new Set(fieldNames);
/** A run of digits that a number may lose some of. */
const manyDigits = /\d{16}/;

/** The JSON of a row, without a line end. A row that cannot be used becomes text that is no JSON, so it is refused. */
export function bodyOf(row: FileRow, options: LayoutOptions): Buffer {
  if (row.problem !== '') return Buffer.from(`# ${row.problem}`);
  if (!Buffer.isBuffer(row.content)) {
    const fields = fieldsOf(row.content, options);
    // Cells are plain values: JSON.stringify, several times as fast, does where all numbers are finite.
    const plain = Object.values(row.content).every(
      value => typeof value !== 'number' || Number.isFinite(value),
    );
    return Buffer.from(plain ? JSON.stringify(fields) : jsonOf(fields));
  }
  if (options.mapped) return row.content;
  const text = row.content.toString('utf8');
  const value = manyDigits.test(text) ? parseExact(text) : parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return row.content;
  if (isPayload(value as Values) && isPlain(options)) return row.content;
  return Buffer.from(jsonOf(fieldsOf(value as Values, options)));
}

/** Every key is a field, or the features stand where they belong. */
function isPayload(values: Values): boolean {
  return 'features' in values || Object.keys(values).every(key => known.has(key));
}

function isPlain({ columns, ignore, utc }: LayoutOptions): boolean {
  return Object.keys(columns).length === 0 && ignore.length === 0 && !utc;
}

function fieldsOf(values: Values, options: LayoutOptions): Values {
  if (options.mapped) return values;
  const { columns, ignore, utc } = options;
  const renamed: Record<string, unknown> = {};
  const taken = new Set(Object.values(columns));
  const skipped = new Set(ignore);
  // A column whose place is taken by another one is a feature no more.
  for (const [name, value] of Object.entries(values))
    if (!skipped.has(name) && !taken.has(name) && !Object.hasOwn(columns, name)) renamed[name] = value;
  for (const [field, column] of Object.entries(columns))
    if (values[column] !== undefined && !skipped.has(column)) renamed[field] = values[column];
  const payload = payloadOfTable(renamed);
  if (utc && typeof payload['time'] === 'string') payload['time'] = utcTime(payload['time']);
  return payload;
}

/**
 * A time without an offset with one.
 *
 * @example utcTime('2026-11-21 10:00') // '2026-11-21T10:00:00Z'
 */
export function utcTime(text: string): string {
  const found = /^(\d{4}-\d\d-\d\d)(?:[ tT](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?$/.exec(text.trim());
  return found === null ? text : `${found[1]}T${found[2] ?? '00:00'}${found[3] ?? ':00'}Z`;
}

/** JSON that keeps every digit of large integers, and not-a-number and infinities as the decoder reads them. */
function jsonOf(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const parts = Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [`${JSON.stringify(key)}:${jsonOf(item)}`],
    );
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** Columns that must keep every character: ids and names. */
export function textColumns(options: LayoutOptions, more: readonly string[]): string[] {
  const fields = ['id', 'model', 'version', 'environment', 'error'];
  return [...fields.map(field => options.columns[field] ?? field), ...more];
}

/**
 * Whether the columns of a table can give rows.
 *
 * @throws LeewayError LW_FILE_INVALID naming what is missing, and what there is.
 */
export function checkColumns(
  file: { readonly shown: string; readonly columns: readonly string[] },
  options: LayoutOptions,
  hasTime: boolean,
): void {
  if (options.mapped) return;
  const { shown, columns } = file;
  const there = `Its columns are ${columns.slice(0, 40).join(', ')}${columns.length > 40 ? ', ...' : ''}.`;
  const missing = [...Object.values(options.columns), ...options.ignore].find(
    name => !columns.includes(name),
  );
  if (missing !== undefined)
    throw new LeewayError('LW_FILE_INVALID', `${shown} has no column "${missing}". ${there}`);
  if (!hasTime && !columns.includes(options.columns['time'] ?? 'time'))
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${shown} has no column "time": say which one holds the event times with --time COLUMN, or give --now to take its rows as of now. ${there}`,
    );
}
