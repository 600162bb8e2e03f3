import { LeewayError } from '../lib/errors.ts';
import { csvRecords } from './file-csv.ts';
import { contentHash, type FileLine, fileLines } from './file-lines.ts';
import { type CellKind, createKindReader, valueOf } from './file-types.ts';

/** Formats of files of rows. */
export const fileFormats = ['ndjson', 'csv', 'parquet'] as const;
export type RowFormat = (typeof fileFormats)[number];

/** Values of a row by column. */
export type Values = Readonly<Record<string, unknown>>;

/** A row of a file. */
export interface FileRow {
  /** Counts from 0; with the content hash it is the row's position. */
  readonly number: number;
  /** Line of the file, from 1; 0 where there are no lines (Parquet). */
  readonly line: number;
  /** What it holds: the bytes of a line of NDJSON, the values of a row of a table. */
  readonly content: Buffer | Values;
  /** Why the row cannot be used, told here because the reader alone knows; '' when it can. */
  readonly problem: string;
}

/** A file of rows that is open. */
export interface RowFile {
  readonly hash: string;
  readonly format: RowFormat;
  readonly rowCount: number;
  /** Columns of a table; null for NDJSON, whose rows may differ. */
  readonly columns: readonly string[] | null;
  /** Rows from number `from` on. */
  rows(from: number): AsyncIterable<FileRow>;
}

/** Reads Parquet; the store's engine does. Columns of `text` arrive as text, exactly as they are. */
export interface TableReader {
  columns(path: string): Promise<readonly string[]>;
  count(path: string): Promise<number>;
  read(path: string, from: number, text: readonly string[]): AsyncIterable<Values>;
}

export interface OpenOptions {
  readonly path: string;
  readonly format: RowFormat;
  /** Columns that stay text: ids and versions, and what the user says. */
  readonly text: readonly string[];
  readonly tables: TableReader;
}

/** Opens a file: reads it once for its hash, its rows and, of a CSV file, the kinds of its columns. */
export async function openRowFile(options: OpenOptions): Promise<RowFile> {
  const { path, format } = options;
  const hash = await contentHash(path);
  if (format === 'ndjson') return openNdjson(path, hash);
  return format === 'csv' ? openCsv(options, hash) : openParquet(options, hash);
}

async function openNdjson(path: string, hash: string): Promise<RowFile> {
  let rowCount = 0;
  for await (const _ of fileLines(path)) rowCount++;
  return { hash, format: 'ndjson', rowCount, columns: null, rows: from => ndjsonRows(path, from) };
}

async function* ndjsonRows(path: string, from: number): AsyncGenerator<FileRow> {
  let number = 0;
  for await (const { line, bytes, tooLong } of fileLines(path)) {
    if (number >= from) yield { number, line, content: bytes, problem: problemOf({ tooLong }) };
    number++;
  }
}

function problemOf({ tooLong }: Pick<FileLine, 'tooLong'>): string {
  return tooLong ? 'the line is longer than 1 MiB' : '';
}

async function openCsv({ path, text }: OpenOptions, hash: string): Promise<RowFile> {
  let header: readonly string[] | null = null;
  let reader = createKindReader(0);
  let rowCount = 0;
  for await (const record of csvRecords(path)) {
    if (header === null) {
      header = headerOf(path, record.cells);
      reader = createKindReader(header.length);
      continue;
    }
    if (record.cells.length === header.length) reader.see(record);
    rowCount++;
  }
  // An empty file is a file of no rows in every format that is text.
  if (header === null) return { hash, format: 'csv', rowCount, columns: null, rows: () => noRows() };
  const columns: readonly string[] = header;
  const kinds = reader.kinds().map((kind, i) => (text.includes(columns[i]!) ? 'text' : kind));
  return { hash, format: 'csv', rowCount, columns, rows: from => csvRows({ path, columns, kinds }, from) };
}

async function* noRows(): AsyncGenerator<FileRow> {}

function headerOf(path: string, cells: readonly string[]): readonly string[] {
  const names = cells.map(cell => cell.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new LeewayError('LW_FILE_INVALID', `${path}: the header names the column "${twice}" twice`);
  if (names.includes(''))
    // Programs that write an index of rows leave its name out.
    return names.map((name, i) => (name === '' ? `column_${i + 1}` : name));
  return names;
}

interface Table {
  readonly path: string;
  readonly columns: readonly string[];
  readonly kinds: readonly CellKind[];
}

async function* csvRows({ path, columns, kinds }: Table, from: number): AsyncGenerator<FileRow> {
  let number = -2;
  for await (const { line, cells, quoted } of csvRecords(path)) {
    number++;
    if (number < Math.max(0, from)) continue;
    if (cells.length !== columns.length) {
      const problem = `the row has ${cells.length} cells, the header ${columns.length}`;
      yield { number, line, content: Buffer.from(cells.join(',').slice(0, 10_000)), problem };
      continue;
    }
    const values: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const value = valueOf(cells[i]!, quoted[i]!, kinds[i]!);
      if (value !== undefined) values[columns[i]!] = value;
    }
    yield { number, line, content: values, problem: '' };
  }
}

async function openParquet({ path, text, tables }: OpenOptions, hash: string): Promise<RowFile> {
  const columns = await tables.columns(path);
  const rowCount = await tables.count(path);
  const wanted = text.filter(name => columns.includes(name));
  const rows = async function* (from: number): AsyncGenerator<FileRow> {
    let number = from;
    for await (const content of tables.read(path, from, wanted))
      yield { number: number++, line: 0, content, problem: '' };
  };
  return { hash, format: 'parquet', rowCount, columns, rows };
}
