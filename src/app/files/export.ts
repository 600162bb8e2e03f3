import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../../lib/clock.ts';
import type { Dump } from '../../store/dump.ts';
import type { DumpSink } from './dump-files.ts';
import type { Manifest, ManifestFile, ManifestTable } from './manifest.ts';

/** Where an export comes from: a running service, or a store opened here. */
export interface DumpSource extends Dump {
  /** Whether somebody writes meanwhile. */
  readonly live: boolean;
}

export interface DumpProgress {
  readonly done: number;
  readonly of: number;
  readonly perSecond: number;
  readonly text: string;
}

export interface ExportDeps {
  readonly source: DumpSource;
  readonly sink: DumpSink;
  readonly clock: Clock;
  readonly version: string;
  readonly stop: AbortSignal;
  readonly progress: (step: DumpProgress) => void;
}

export interface ExportResult {
  readonly manifest: Manifest;
  readonly rows: number;
  readonly bytes: number;
  readonly seconds: number;
}

const pack = promisify(gzip);

/** Writes every table of a store as it is at one moment, with the counts and checksums that an import compares. */
export async function exportStore(deps: ExportDeps): Promise<ExportResult> {
  const { source, sink, clock } = deps;
  const began = clock.now();
  let copy = '';
  try {
    const { schema, at, tables, ...begun } = await source.begin();
    copy = begun.copy;
    const of = tables.flatMap(table => table.pieces).reduce((sum, { from, to }) => sum + to - from, 0);
    let done = 0;
    const written: ManifestTable[] = [];
    for (const { name, columns, pieces } of tables) {
      const files: ManifestFile[] = [];
      for (const [i, piece] of pieces.entries()) {
        deps.stop.throwIfAborted();
        const bytes = await pack(await source.read({ copy, table: name }, piece), { level: 1 });
        const path = `data/${name}/${i + 1}.native.gz`;
        await sink.write(path, bytes);
        const rows = piece.to - piece.from;
        files.push({ path, partition: piece.partition, bytes: bytes.length, sha256: sha256(bytes), rows });
        done += rows;
        const seconds = (clock.now() - began) / 1000;
        deps.progress({ done, of, perSecond: seconds > 0 ? done / seconds : 0, text: name });
      }
      written.push({ name, columns, ...(await source.fingerprint({ copy, table: name })), files });
    }
    const manifest: Manifest = {
      format: 'leeway-export',
      version: 1,
      leeway: deps.version,
      at,
      live: source.live,
      schema,
      tables: written,
    };
    await sink.finish(manifest);
    const bytes = written.flatMap(table => table.files).reduce((sum, file) => sum + file.bytes, 0);
    return {
      manifest,
      rows: written.reduce((sum, table) => sum + table.rows, 0),
      bytes,
      seconds: (clock.now() - began) / 1000,
    };
  } catch (error) {
    await sink.abandon();
    throw error;
  } finally {
    if (copy !== '') await source.end(copy).catch(() => undefined);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
