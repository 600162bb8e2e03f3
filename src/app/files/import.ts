import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Retention } from '../../store/ddl.ts';
import { type DumpImport, ownSchema } from '../../store/dump-import.ts';
import type { DumpFiles } from './dump-files.ts';
import { type DumpProgress, sha256 } from './export.ts';
import { checkSchema, type ManifestFile, type ManifestTable } from './manifest.ts';

export interface ImportDeps {
  readonly files: DumpFiles;
  /** What people call the export. */
  readonly shown: string;
  readonly target: DumpImport;
  /** Where it goes, for people. */
  readonly where: string;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  readonly progress: (step: DumpProgress) => void;
}

export interface ImportResult {
  readonly tables: readonly { readonly table: string; readonly rows: number }[];
  readonly rows: number;
  /** Rows of erased ids that were in the export and are not in the store. */
  readonly erased: number;
  readonly seconds: number;
}

const unpack = promisify(gunzip);
/** Most a file may hold unpacked, bytes: more than any piece that is written. */
const mostBytes = 2 ** 31 - 1;

/**
 * Fills an empty store from an export. Everything is inserted and compared beside it first, and put into its place in
 * one step: an import that is interrupted has changed nothing, and is begun anew.
 *
 * @throws LeewayError LW_EXPORT_INVALID, LW_STORE_NOT_EMPTY
 */
export async function importStore(deps: ImportDeps): Promise<ImportResult> {
  const { files, target, clock, shown } = deps;
  const began = clock.now();
  const { manifest } = files;
  checkSchema(manifest, ownSchema(), shown);
  await refuseOccupied(deps);
  await target.begin();
  let erased = 0;
  try {
    const of = manifest.tables.flatMap(table => table.files).reduce((sum, file) => sum + file.rows, 0);
    let done = 0;
    for (const table of manifest.tables) {
      for (const file of table.files) {
        deps.stop.throwIfAborted();
        await target.insert(table.name, table.columns, await blocksOf(deps, file));
        done += file.rows;
        const seconds = (clock.now() - began) / 1000;
        deps.progress({ done, of, perSecond: seconds > 0 ? done / seconds : 0, text: table.name });
      }
      await compare(deps, table);
    }
    if (manifest.live) await target.markSince(manifest.at);
    erased = await target.sweep();
    const occupied = await target.finish(deps.retention);
    if (occupied.length > 0) throw notEmpty(deps, occupied);
  } catch (error) {
    await target.abandon().catch(() => undefined);
    throw error;
  }
  const tables = manifest.tables.map(({ name, rows }) => ({ table: name, rows }));
  return {
    tables,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    erased,
    seconds: (clock.now() - began) / 1000,
  };
}

async function refuseOccupied(deps: ImportDeps): Promise<void> {
  const occupied = await deps.target.occupied();
  if (occupied.length > 0) throw notEmpty(deps, occupied);
}

function notEmpty({ where }: ImportDeps, occupied: readonly string[]): LeewayError {
  return new LeewayError(
    'LW_STORE_NOT_EMPTY',
    `${where} holds rows already, in ${occupied.slice(0, 5).join(', ')}${occupied.length > 5 ? ', ...' : ''}.`,
  );
}

async function blocksOf(
  { files, shown }: ImportDeps,
  { path, sha256: wanted }: ManifestFile,
): Promise<Buffer> {
  const packed = await files.read(path);
  if (sha256(packed) !== wanted)
    throw new LeewayError(
      'LW_EXPORT_INVALID',
      `${shown}: ${path} is not what was written: its checksum differs`,
    );
  return unpack(packed, { maxOutputLength: mostBytes });
}

async function compare(
  { target, shown }: ImportDeps,
  { name, rows, checksum }: ManifestTable,
): Promise<void> {
  const found = await target.fingerprint(name);
  if (found.rows === rows && found.checksum === checksum) return;
  throw new LeewayError(
    'LW_EXPORT_INVALID',
    `${shown}: the table ${name} has ${found.rows} rows with the checksum ${found.checksum} after the import, the export says ${rows} with ${checksum}`,
  );
}
