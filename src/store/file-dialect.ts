import type { Database } from './database.ts';
import type { ColumnValues, FileSource } from './file-columns.ts';

/** What separates the cells of a CSV file. */
export type Delimiter = ',' | ';' | '\t';

/** Settings that are added for each. */
export const delimiterSettings: Readonly<Record<Delimiter, string>> = {
  ',': '',
  ';': `, format_csv_delimiter = ';'`,
  '\t': `, format_csv_delimiter = '\t', input_format_csv_allow_whitespace_or_tab_as_delimiter = 1`,
};

/** The comma, unless the first two lines hold none (the first) and semicolons or tabs (both). */
export async function delimiterOf(database: Database, path: string): Promise<Delimiter> {
  const rows = await database.rows<{ line: string }>(
    `SELECT substring(line, 1, 1000000) AS line FROM file({path:String}, 'LineAsString') LIMIT 2 SETTINGS max_threads = 1`,
    { path },
  );
  const [head = '', first = head] = rows.map(row => row.line.replaceAll(/"(?:[^"]|"")*"/g, ''));
  if (head.includes(',')) return ',';
  return ([';', '\t'] as const).find(one => head.includes(one) && first.includes(one)) ?? ',';
}

/** Where semicolons separate, a comma may be the decimal sign: texts that all are such numbers become numbers. */
export function withDecimalCommas(read: ReadonlyMap<string, ColumnValues>): Map<string, ColumnValues> {
  return new Map([...read].map(([name, column]) => [name, decimalCommas(column) ?? column]));
}

function decimalCommas(column: ColumnValues): ColumnValues | null {
  if (column.kind === 'number') return null;
  const texts = [...column.counts.keys()];
  if (!texts.some(text => text.includes(','))) return null;
  if (!texts.every(text => /^\s*[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text))) return null;
  const values: Float64Array[] = [];
  let rows = 0;
  for (const [text, count] of column.counts) {
    values.push(new Float64Array(count).fill(Number(text.replace(',', '.'))));
    rows += count;
  }
  const all = new Float64Array(rows);
  let filled = 0;
  for (const part of values) {
    all.set(part, filled);
    filled += part.length;
  }
  return { kind: 'number', values: all, missing: column.missing };
}

/** The first line that is no JSON, of a file with an object a line; null when it cannot be told. */
export async function brokenLine(database: Database, { path, format }: FileSource): Promise<string | null> {
  if (format !== 'JSONEachRow') return null;
  try {
    // The embedded engine puts what a failed statement had written already before the next answer.
    await database.native('SELECT 1');
    const [found] = await database.rows<{ n: string; line: string }>(
      `SELECT n, substring(line, 1, 10) AS line
       FROM (SELECT rowNumberInAllBlocks() + 1 AS n, line FROM file({path:String}, 'LineAsString'))
       WHERE NOT isValidJSON(line) AND trim(line) != '' LIMIT 1 SETTINGS max_threads = 1`,
      { path },
    );
    // One object over several lines, or a list of them.
    return found === undefined || /^\s*[{[]\s*$/.test(found.line) ? null : found.n;
  } catch {
    return null;
  }
}

/** Up to the end of the first line of content that the engine shows, written as `\n`. */
export function firstLine(reason: string): string {
  const [line = ''] = reason.split(/\\r|\\n/);
  if (line.length < reason.length && line.endsWith(" before: '"))
    return `${line.slice(0, -" before: '".length)} before the end of the line`;
  return line.length < reason.length ? `${line.slice(0, 160)}'` : line.slice(0, 300);
}
