/**
 * Rows as JSONEachRow text: bigints as integers, non-finite numbers as the quoted words ClickHouse reads back, lone
 * surrogates as U+FFFD (ClickHouse refuses their escapes).
 */
export function jsonRows(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return rows.map(row => toJson(row)).join('\n');
}

/** Columns of an insert: every row must have those of the first one. */
export function columnsOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return Object.keys(rows[0] ?? {});
}

function toJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(wellFormed(value));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : nonFinite(value);
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const parts = Object.entries(value).map(([key, v]) => `${JSON.stringify(wellFormed(key))}:${toJson(v)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

const surrogate = /[\ud800-\udfff]/;

/**
 * With the `u` flag only surrogates without a partner match; that pattern is slow, and nearly every text is without
 * any surrogate, so a plain one is asked first.
 */
function wellFormed(text: string): string {
  return surrogate.test(text) ? text.replaceAll(/\p{Surrogate}/gu, '\ufffd') : text;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return '"nan"';
  return value > 0 ? '"inf"' : '"-inf"';
}
