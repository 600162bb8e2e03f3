import { LeewayError } from '../lib/errors.ts';
import type { Database } from './database.ts';
import { StoreError } from './failures.ts';
import { brokenLine, delimiterOf, delimiterSettings, firstLine, withDecimalCommas } from './file-dialect.ts';
import type { LowColumn, NumberColumn } from './native/columns.ts';
import { readBlocks } from './native/reader.ts';

/** A format of files that are read by column. */
export type FileFormat = 'Parquet' | 'CSVWithNames' | 'JSONEachRow';

/** A column of a file. */
export interface FileColumn {
  /** Its name; members of objects are `object.member`. */
  readonly name: string;
  /** `boolean` is read as text, `time` and `nested` (arrays, maps) are not read. */
  readonly type: 'number' | 'text' | 'boolean' | 'time' | 'nested';
}

/** All values of a column, missing ones counted apart. */
export type ColumnValues =
  /** In the file's order; not-a-number and infinities are kept. */
  | { readonly kind: 'number'; readonly values: Float64Array; readonly missing: number }
  | { readonly kind: 'text'; readonly counts: ReadonlyMap<string, number>; readonly missing: number };

/** A file of rows, read by column. */
export interface FileTable {
  readonly rows: number;
  readonly columns: readonly FileColumn[];
  /** Columns to read at a time, so that they fit in memory. */
  readonly perRead: number;
  /** Columns of type number, text or boolean. A column that turns out to hold text after many numbers is text. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, ColumnValues>>;
}

interface Described extends FileColumn {
  /** SQL of its value. */
  readonly expression: string;
}

/** What is read: `path` must hold no pattern; `shown` is what people call it. */
export interface FileSource {
  readonly path: string;
  readonly shown: string;
  readonly format: FileFormat;
}

/** Bytes read at a time. A file of text is parsed anew for every read, a Parquet file is not. */
const readBytes: Readonly<Record<FileFormat, number>> = {
  Parquet: 64 * 2 ** 20,
  CSVWithNames: 512 * 2 ** 20,
  JSONEachRow: 512 * 2 ** 20,
};
/** Bytes of a value at most, as it is read: a number, and whether it is missing. */
const valueBytes = 9;

/** Rows that a type is inferred from at first; all of them when that fails. */
const firstRows = 100_000;

/** One thread keeps the file's order; a second one may parse ahead. */
const baseSettings = `max_threads = 1, max_parsing_threads = 2, input_format_parquet_preserve_order = 1,
  input_format_try_infer_exponent_floats = 1, schema_inference_make_columns_nullable = 1`;

/**
 * Opens a file with the engine in this process.
 *
 * @throws LeewayError LW_FILE_INVALID for a file that cannot be read, and for one without rows.
 */
export async function openFileTable(database: Database, source: FileSource): Promise<FileTable> {
  const { path, shown, format } = source;
  const from = `file({path:String}, '${format}')`;
  const guarded = <T>(work: () => Promise<T>) => explained(database, source, work);
  const delimiter = format === 'CSVWithNames' ? await guarded(() => delimiterOf(database, path)) : ',';
  const settings = `${baseSettings}${delimiterSettings[delimiter]}`;
  const describe = async (rows: number): Promise<readonly Described[]> => {
    const sql = `DESCRIBE ${from} SETTINGS ${settings}, describe_include_subcolumns = 1,
      input_format_max_rows_to_read_for_schema_inference = ${rows}`;
    return leavesOf(await database.rows<DescribedRow>(sql, { path }));
  };
  let columns = await guarded(() => describe(firstRows));
  const read = async (names: readonly string[], inferred: number, count: number) => {
    const wanted = names.map(name => columns.find(column => column.name === name)!);
    const sql = `SELECT ${wanted.flatMap(selected).join(', ')} FROM ${from}
      SETTINGS ${settings}, input_format_max_rows_to_read_for_schema_inference = ${inferred}`;
    const found = collect(await database.native(sql, { path }), wanted, count);
    return delimiter === ';' ? withDecimalCommas(found) : found;
  };
  const counted = await guarded(() =>
    database.rows<{ n: string }>(`SELECT count() AS n FROM ${from} SETTINGS ${settings}`, { path }),
  );
  const rows = Number(counted[0]!.n);
  if (rows === 0) throw new LeewayError('LW_FILE_INVALID', `${shown} holds no rows.`);
  return {
    rows,
    columns: columns.map(({ name, type }) => ({ name, type })),
    perRead: Math.max(1, Math.floor(readBytes[format] / (rows * valueBytes))),
    read: async names => {
      if (names.length === 0) return new Map();
      let first: StoreError;
      try {
        return await read(names, firstRows, rows);
      } catch (error) {
        if (!(error instanceof StoreError) || format === 'Parquet')
          return guarded(() => Promise.reject(error));
        first = error;
      }
      // The embedded engine puts what a failed statement had written already before the next answer.
      await database.native('SELECT 1');
      // A value far down is of another type than the first ones.
      return guarded(async () => {
        try {
          columns = await describe(rows);
          return await read(names, rows, rows);
        } catch (again) {
          // A row that is too short or broken: the first complaint says where.
          throw /expected '.*at row \d/s.test(first.message) ? first : again;
        }
      });
    },
  };
}

interface DescribedRow {
  readonly name: string;
  readonly type: string;
  readonly is_subcolumn: number;
}

/** Columns that hold values: those of the file, with the members of objects in their place. */
function leavesOf(rows: readonly DescribedRow[]): Described[] {
  const inside = rows.filter(row => row.is_subcolumn === 1);
  return rows
    .filter(row => row.is_subcolumn !== 1)
    .flatMap(top => {
      const quoted = `\`${top.name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
      if (!top.type.startsWith('Tuple(')) return [{ ...shapeOf(top), expression: quoted }];
      return membersOf(top, inside).map(member => {
        const rest = member.name
          .slice(top.name.length + 1)
          .replaceAll('\\', '\\\\')
          .replaceAll("'", "\\'");
        return { ...shapeOf(member), expression: `getSubcolumn(${quoted}, '${rest}')` };
      });
    });
}

/** Members of an object, at any depth, without the engine's own `x.null` and `x.size`. */
function membersOf(top: DescribedRow, inside: readonly DescribedRow[]): DescribedRow[] {
  const below = inside.filter(row => row.name.startsWith(`${top.name}.`));
  const leaves = below.filter(row => !row.type.startsWith('Tuple('));
  return leaves.filter(row => !leaves.some(other => row.name.startsWith(`${other.name}.`)));
}

function shapeOf({ name, type }: DescribedRow): FileColumn {
  const bare = type.replace(/^LowCardinality\(/, '').replace(/^Nullable\(/, '');
  // Braces in a name would be read as a parameter of the statement.
  if (/[{}]/.test(name)) return { name, type: 'nested' };
  if (/^(?:U?Int\d|Float|BFloat|Decimal)/.test(bare)) return { name, type: 'number' };
  if (bare.startsWith('Bool')) return { name, type: 'boolean' };
  if (/^(?:Date|Time)/.test(bare)) return { name, type: 'time' };
  return { name, type: /^(?:String|FixedString|Enum|UUID|IPv|Nothing)/.test(bare) ? 'text' : 'nested' };
}

/** Value and whether it is missing. */
function selected({ expression, type }: Described, i: number): string[] {
  const value =
    type === 'number'
      ? `ifNull(toFloat64(${expression}), 0)`
      : `toLowCardinality(ifNull(toString(${expression}), ''))`;
  return [`${value} AS __value_${i}`, `isNull(${expression}) AS __missing_${i}`];
}

function collect(bytes: Uint8Array, wanted: readonly Described[], rows: number): Map<string, ColumnValues> {
  const collectors = wanted.map(({ type }) => (type === 'number' ? numbers(rows) : texts()));
  for (const { columns } of readBlocks(bytes))
    for (const [i, collector] of collectors.entries()) {
      const missing = (columns.get(`__missing_${i}`) as NumberColumn).values as Uint8Array;
      collector.add(columns.get(`__value_${i}`) as NumberColumn & LowColumn, missing);
    }
  return new Map(wanted.map(({ name }, i) => [name, collectors[i]!.finish()]));
}

interface ColumnCollector {
  add(column: NumberColumn | LowColumn, missing: Uint8Array): void;
  finish(): ColumnValues;
}

function numbers(rows: number): ColumnCollector {
  const values = new Float64Array(rows);
  let filled = 0;
  let absent = 0;
  return {
    add: (column, missing) => {
      const { values: block } = column as NumberColumn;
      if (!missing.includes(1)) {
        values.set(block, filled);
        filled += block.length;
        return;
      }
      for (let row = 0; row < block.length; row++) {
        if (missing[row] === 1) absent++;
        else values[filled++] = block[row]!;
      }
    },
    finish: () => ({ kind: 'number', values: values.subarray(0, filled), missing: absent }),
  };
}

function texts(): ColumnCollector {
  const counts = new Map<string, number>();
  let absent = 0;
  return {
    add: (column, missing) => {
      const { keys, indexes } = column as LowColumn;
      const seen = new Uint32Array(keys.length);
      for (let row = 0; row < indexes.length; row++) {
        if (missing[row] === 1) absent++;
        else seen[indexes[row]!]! += 1;
      }
      for (let i = 0; i < keys.length; i++)
        if (seen[i]! > 0) counts.set(keys[i]!, (counts.get(keys[i]!) ?? 0) + seen[i]!);
    },
    finish: () => ({ kind: 'text', counts, missing: absent }),
  };
}

/** The engine's complaint without its hints, the place the file is read from and most of the content. */
async function explained<T>(database: Database, source: FileSource, work: () => Promise<T>): Promise<T> {
  const { path, shown } = source;
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (/the file is empty|Cannot read rows from the data/.test(error.message))
      throw new LeewayError('LW_FILE_INVALID', `${shown} holds no rows.`, error);
    const line = /at row (\d+)/.exec(error.message)?.[1] ?? (await brokenLine(database, source));
    const [reason = ''] = error.message.replaceAll(path, shown).split('\n');
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${shown} cannot be read${line === null ? '' : ` (line ${line})`}: ${firstLine(reason.trim())}`,
      error,
    );
  }
}
