import { extname } from 'node:path';
import { LeewayError } from '../lib/errors.ts';
import type { Database } from './database.ts';
import { StoreError } from './failures.ts';

/** Rows of CSV and Parquet files; fits the ports of the stages that read files. */
export interface FileRowsReader {
  /**
   * Rows in the file's order, of `columns` (default: all). Whole numbers beyond 2^53 lose precision, NaN and missing
   * cells are null, times are RFC 3339 text, columns of `text` are text. Throws LW_FILE_INVALID.
   */
  read(
    path: string,
    columns?: readonly string[],
    text?: readonly string[],
  ): AsyncIterable<Readonly<Record<string, unknown>>>;
  count(path: string): Promise<number>;
}

/** Rows fetched at a time. */
const pageRows = 20_000;

/** One thread keeps the file's order; times in CSV stay text, 2.6e-05 is a number. */
export const settings = `SETTINGS max_threads = 1, input_format_parallel_parsing = 0, input_format_parquet_preserve_order = 1,
  input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0, input_format_try_infer_exponent_floats = 1,
  input_format_max_rows_to_read_for_schema_inference = 100000`;

/**
 * Reads files with the engine in this process: `file()` opens paths of the machine the engine runs on, so a ClickHouse
 * server cannot do it.
 */
export function createFileRows(database: Database): FileRowsReader {
  const source = (path: string) => {
    if (database.kind !== 'embedded')
      throw new LeewayError('LW_FILE_INVALID', `${path}: CSV and Parquet files need the embedded engine`);
    return (structure = '') => `file({path:String}, '${formatOf(path)}'${structure})`;
  };
  return {
    read: (path, columns, text = []) => readPages(database, { path, source: source(path), columns, text }),
    count: async path => {
      const sql = `SELECT count() AS n FROM ${source(path)()} ${settings}`;
      return Number((await guarded(path, () => database.rows<{ n: string }>(sql, { path })))[0]!.n);
    },
  };
}

/** ClickHouse's name for the format of a file, by its extension. Paths it would take for patterns are refused. */
export function formatOf(path: string): 'Parquet' | 'CSVWithNames' {
  // file() expands *, ?, {..} and reads members of archives after `::`; there is no way to escape them.
  if (/[*?{}]|::|\0/.test(path))
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${path}: a path with * ? { } or :: cannot be read; rename the file`,
    );
  const extension = extname(path.endsWith('.gz') ? path.slice(0, -3) : path).toLowerCase();
  if (extension === '.parquet') return 'Parquet';
  if (extension === '.csv') return 'CSVWithNames';
  throw new LeewayError('LW_FILE_INVALID', `${path}: not a .csv or .parquet file`);
}

interface Reading {
  readonly path: string;
  readonly source: (structure?: string) => string;
  readonly columns: readonly string[] | undefined;
  readonly text: readonly string[];
}

interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

async function* readPages(
  database: Database,
  reading: Reading,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const { path, columns, text } = reading;
  const inferred = await guarded(path, () =>
    database.rows<DescribedColumn>(`DESCRIBE ${reading.source()} ${settings}`, { path }),
  );
  for (const name of text) expressionOf(path, name, inferred);
  const described = inferred.map(column =>
    text.includes(column.name) ? { ...column, type: 'Nullable(String)' } : column,
  );
  // The engine is told the types only where they are not those it finds itself.
  const told = text.length > 0;
  const structure = described.map(({ name, type }) => `${quotedName(name)} ${type}`).join(', ');
  const params = told ? { path, structure } : { path };
  const source = reading.source(told ? ', {structure:String}' : '');
  const wanted = columns ?? described.map(d => d.name);
  const list = wanted.map(name => expressionOf(path, name, described)).join(', ');
  for (let offset = 0; ; offset += pageRows) {
    const sql = `SELECT ${list} FROM ${source} LIMIT ${pageRows} OFFSET ${offset} ${settings}`;
    const rows = await guarded(path, () => database.rows<Record<string, unknown>>(sql, params));
    yield* rows;
    if (rows.length < pageRows) return;
  }
}

/** A column so that it arrives as a plain number, text or boolean. */
export function expressionOf(
  path: string,
  name: string,
  described: readonly { readonly name: string; readonly type: string }[],
): string {
  const column = described.find(d => d.name === name);
  if (column === undefined) {
    const names = described.map(d => d.name).join(', ');
    throw new LeewayError('LW_FILE_INVALID', `${path} has no column ${name}; it has ${names}`);
  }
  const quoted = quotedName(name);
  // Braces in a name would be read as a parameter.
  if (/[{}]/.test(name))
    throw new LeewayError('LW_FILE_INVALID', `${path}: column ${name} has braces in its name`);
  const type = column.type.replace(/^(?:LowCardinality\()?Nullable\(/, '');
  if (/^(?:U?Int(?:64|128|256)|Decimal)/.test(type)) return `toFloat64(${quoted}) AS ${quoted}`;
  if (type.startsWith('DateTime'))
    return `formatDateTime(toDateTime64(${quoted}, 6, 'UTC'), '%Y-%m-%dT%H:%i:%S.%fZ', 'UTC') AS ${quoted}`;
  return quoted;
}

function quotedName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

export async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new LeewayError('LW_FILE_INVALID', `${path} cannot be read: ${error.message.slice(0, 300)}`, error);
  }
}
