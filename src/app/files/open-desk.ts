import { join } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TableReader } from '../../source/file-open.ts';
import type { Database } from '../../store/database.ts';
import { openEmbedded } from '../../store/embedded.ts';
import { createFilePages } from '../../store/file-pages.ts';
import { openLocalDesk } from './local.ts';
import type { FileDesk } from './ports.ts';
import { createRemoteDesk, type FileService } from './remote.ts';

/** Where rows go: a running service, or the store of a configuration. */
export type DeskTarget =
  | { readonly kind: 'service'; readonly service: FileService }
  | { readonly kind: 'store'; readonly config: Config };

export interface OpenedDesk {
  readonly desk: FileDesk;
  /** Reads Parquet, with an engine of this process that is started when it is first needed. */
  readonly tables: () => Promise<TableReader>;
  close(): Promise<void>;
}

export async function openFileDesk(of: {
  readonly target: DeskTarget;
  readonly clock: Clock;
  /** Of this run: the engine that reads files gets a directory in it. */
  readonly directory: string;
  readonly say: (line: string) => void;
}): Promise<OpenedDesk> {
  const { target, directory } = of;
  const local = target.kind === 'store' ? await openLocalDesk({ ...of, config: target.config }) : null;
  const desk = target.kind === 'service' ? createRemoteDesk(target.service) : local!.desk;
  let engine: Promise<Database> | null = null;
  const tables = async () => {
    // One data directory a process: the embedded store's engine reads the files too.
    if (local?.storage.database.kind === 'embedded') return createFilePages(local.storage.database);
    engine ??= openEmbedded(join(directory, 'engine'));
    return createFilePages(await engine);
  };
  const close = async () => {
    await local?.close();
    await (await engine)?.close();
  };
  return { desk, tables, close };
}
