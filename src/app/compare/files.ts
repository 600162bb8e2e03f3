import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LeewayError } from '../../lib/errors.ts';
import { openEmbedded } from '../../store/embedded.ts';
import { type FileFormat, type FileTable, openFileTable } from '../../store/file-columns.ts';

const formats: Readonly<Record<string, FileFormat>> = {
  csv: 'CSVWithNames',
  ndjson: 'JSONEachRow',
  jsonl: 'JSONEachRow',
  json: 'JSONEachRow',
  parquet: 'Parquet',
};

/** Two files that are open. */
export interface OpenFiles {
  readonly reference: FileTable;
  readonly current: FileTable;
}

/**
 * Opens two files, does the work and closes them. The engine gets a directory of its own that is gone afterwards, and
 * links to the files, for it would take a `*` or `{` in their names for a pattern.
 *
 * @throws LeewayError LW_FILE_INVALID for what cannot be read.
 */
export async function withFiles<T>(
  paths: { readonly reference: string; readonly current: string },
  work: (files: OpenFiles) => Promise<T>,
): Promise<T> {
  const ends = { reference: endOf(paths.reference), current: endOf(paths.current) };
  const directory = mkdtempSync(join(tmpdir(), 'leeway-compare-'));
  try {
    const database = await openEmbedded(join(directory, 'data'));
    const open = (side: 'reference' | 'current') => {
      const { format, ending } = ends[side];
      const link = join(directory, `${side}.${ending}`);
      symlinkSync(resolve(paths[side]), link);
      return openFileTable(database, { path: link, shown: paths[side], format });
    };
    try {
      return await work({ reference: await open('reference'), current: await open('current') });
    } finally {
      await database.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Format and ending of a file that is there. */
function endOf(path: string): { readonly format: FileFormat; readonly ending: string } {
  const ending = /\.([a-z]+)(\.gz)?$/i.exec(path);
  const format = formats[ending?.[1]?.toLowerCase() ?? ''];
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw invalid(`Cannot read ${path}: there is no such file.`);
  if (stat.isDirectory()) throw invalid(`Cannot read ${path}: it is a directory.`);
  if (!stat.isFile()) throw invalid(`Cannot read ${path}: it is no ordinary file.`);
  if (format === undefined)
    throw invalid(
      `The ending of ${path} tells no format: it must be .csv, .ndjson, .jsonl, .json or .parquet (or with .gz).`,
    );
  return { format, ending: ending![0].slice(1).toLowerCase() };
}

function invalid(message: string): LeewayError {
  return new LeewayError('LW_FILE_INVALID', message);
}
