import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LeewayError } from '../lib/errors.ts';
import { fileReason } from '../lib/file-reason.ts';

/** Rows of a CSV or Parquet file; the store's engine reads them. NaN and missing cells are null. */
export interface FileRows {
  /** Columns of `text` arrive as text, as it stands in the file. */
  read(
    path: string,
    columns?: readonly string[],
    text?: readonly string[],
  ): AsyncIterable<Readonly<Record<string, unknown>>>;
  count(path: string): Promise<number>;
}

/** One row of a replayed file. File and number make the row's position, equal on every run. */
export interface ReplayRow {
  /** Hash of the file's content. */
  readonly file: string;
  /** Counts from 0. */
  readonly number: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A file to be replayed: how many rows, and the rows. */
export interface ReplayFile {
  readonly hash: string;
  readonly rowCount: number;
  rows(): AsyncIterable<ReplayRow>;
}

/** Longest line of an NDJSON file, bytes. */
export const maxLineBytes = 1024 * 1024;

/**
 * Opens an NDJSON (`.ndjson`, `.jsonl`), CSV (with a header line) or Parquet file, NDJSON and CSV also as `.gz`.
 * Reads it once for its hash and row count. Throws LW_FILE_INVALID.
 */
export async function openReplayFile(path: string, files: FileRows): Promise<ReplayFile> {
  const hash = await hashOf(path);
  if (!isNdjson(path)) {
    return { hash, rowCount: await files.count(path), rows: () => numbered(hash, files.read(path)) };
  }
  let rowCount = 0;
  for await (const line of linesOf(path)) if (line.trim() !== '') rowCount++;
  return { hash, rowCount, rows: () => numbered(hash, readNdjson(path)) };
}

async function* numbered(
  file: string,
  rows: AsyncIterable<Readonly<Record<string, unknown>>>,
): AsyncGenerator<ReplayRow> {
  let number = 0;
  for await (const values of rows) yield { file, number: number++, values };
}

function isNdjson(path: string): boolean {
  const extension = extname(path.endsWith('.gz') ? path.slice(0, -3) : path).toLowerCase();
  return extension === '.ndjson' || extension === '.jsonl';
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of open(path)) hash.update(chunk as Buffer);
  return hash.digest('hex').slice(0, 16);
}

async function* open(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    throw new LeewayError('LW_FILE_INVALID', `${path} cannot be read: ${fileReason(error)}.`, error);
  }
}

/** One object a line; empty lines are passed over. */
export async function* readNdjson(path: string): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (line.trim() !== '') yield objectOf(path, number, line);
  }
}

function objectOf(path: string, number: number, line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new LeewayError('LW_FILE_INVALID', `${path}, line ${number}: not JSON`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new LeewayError('LW_FILE_INVALID', `${path}, line ${number}: not a JSON object`);
  return value as Record<string, unknown>;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytesOf(path)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10, start); end !== -1; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > maxLineBytes)
      throw new LeewayError('LW_FILE_INVALID', `${path}: a line is longer than ${maxLineBytes} bytes`);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}

/** Never more than a chunk at a time in memory, so a compressed file needs no bound of its own. */
async function* bytesOf(path: string): AsyncGenerator<Buffer> {
  if (!path.endsWith('.gz')) return yield* open(path);
  const stream: Readable = createReadStream(path);
  const unpacked = stream.pipe(createGunzip());
  stream.on('error', error => unpacked.destroy(error));
  try {
    for await (const chunk of unpacked) yield chunk as Buffer;
  } catch (error) {
    throw new LeewayError(
      'LW_FILE_INVALID',
      `${path} cannot be unpacked: ${(error as Error).message}`,
      error,
    );
  }
}
