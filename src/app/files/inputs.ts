import { createWriteStream, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LeewayError } from '../../lib/errors.ts';
import { fileFormats, type RowFormat } from '../../source/file-open.ts';

/** A file to be read. */
export interface InputFile {
  /** A path without characters that the engine would take for a pattern. */
  readonly path: string;
  /** What people call it. */
  readonly shown: string;
  readonly format: RowFormat;
}

export interface Inputs {
  readonly files: readonly InputFile[];
  /** A directory of this run, gone afterwards. */
  readonly directory: string;
  remove(): void;
}

const endings: Readonly<Record<string, RowFormat>> = {
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'ndjson',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
};

/**
 * Finds the files; `-` is what comes in by `stdin`, which is written to a temporary file that only this user can read:
 * its hash is known at its end alone.
 *
 * @throws LeewayError LW_FILE_INVALID
 */
export async function openInputs(
  paths: readonly string[],
  options: { readonly format: RowFormat | null; readonly stdin: Readable },
): Promise<Inputs> {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-files-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const files: InputFile[] = [];
    for (const [i, path] of paths.entries()) {
      const { format, zipped } = kindOf(path, options.format);
      const link = join(directory, `${i}.${format}${zipped ? '.gz' : ''}`);
      if (path === '-') await pipeline(options.stdin, createWriteStream(link, { mode: 0o600 }));
      else symlinkSync(resolve(path), link);
      files.push({ path: link, shown: path === '-' ? 'stdin' : path, format });
    }
    return { files, directory, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function kindOf(
  path: string,
  asked: RowFormat | null,
): { readonly format: RowFormat; readonly zipped: boolean } {
  if (path === '-') return { format: asked ?? 'ndjson', zipped: false };
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw invalid(`Cannot read ${path}: there is no such file.`);
  if (stat.isDirectory()) throw invalid(`Cannot read ${path}: it is a directory.`);
  if (!stat.isFile())
    throw invalid(`Cannot read ${path}: it is no ordinary file; \`leeway ingest - < ${path}\` reads it.`);
  const ending = /\.([a-z]+)(\.gz)?$/i.exec(path);
  const zipped = /\.gz$/i.test(path);
  const format = asked ?? endings[ending?.[1]?.toLowerCase() ?? ''];
  if (format === undefined)
    throw invalid(
      `The ending of ${path} tells no format: say it with --format, one of ${fileFormats.join(', ')}.`,
    );
  if (zipped && format === 'parquet')
    throw invalid(`${path}: unpack it first; Parquet is compressed inside.`);
  return { format, zipped };
}

function invalid(message: string): LeewayError {
  return new LeewayError('LW_FILE_INVALID', message);
}
