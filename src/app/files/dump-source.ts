import { resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { createDump, type DumpPiece, type Fingerprint, type Snapshot } from '../../store/dump.ts';
import { createDumpImport } from '../../store/dump-import.ts';
import { hasStore } from '../../store/embedded.ts';
import { keptDays } from '../storage.ts';
import type { DumpSource } from './export.ts';
import { openLocalStore } from './local.ts';

/** The parts of a connection to a running service that are used here. */
export interface DumpService {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  download(path: string): Promise<Uint8Array>;
}

/** The store behind a running service. */
export function remoteDump(service: DumpService): DumpSource {
  return {
    live: true,
    begin: () => service.post<Snapshot>('/v1/dump', {}),
    fingerprint: ({ copy, table }) =>
      service.get<Fingerprint>(`/v1/dump/${table}?${new URLSearchParams({ copy })}`),
    read: ({ copy, table }, { part, partition, from, to }: DumpPiece) => {
      const query = new URLSearchParams({ copy, part, partition, from: String(from), to: String(to) });
      return service.download(`/v1/dump/${table}/rows?${query}`);
    },
    end: async copy => void (await service.post('/v1/dump/end', { copy })),
  };
}

export interface StoreDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** The store of a configuration, opened here. A server may have other users; the embedded engine has none. */
export async function localDump(
  deps: StoreDeps,
): Promise<{ readonly source: DumpSource; close(): Promise<void> }> {
  refuseUnexportable(deps.config);
  const { storage, close } = await openLocalStore(deps);
  return { source: { ...createDump(storage), live: deps.config.clickhouse !== undefined }, close };
}

/** The empty store that an import fills. */
export async function localImport(deps: StoreDeps) {
  const { config } = deps;
  refuseCluster(config);
  const { storage, close } = await openLocalStore(deps);
  const where =
    config.clickhouse === undefined
      ? config.data
      : `${config.clickhouse.url} (${config.clickhouse.database})`;
  return { target: createDumpImport(storage), where, retention: keptDays(config.retention), close };
}

/**
 * Before anything is made of it.
 *
 * @throws LeewayError LW_USAGE for a cluster, or a directory without a store: opened, it would become an empty one.
 */
export function refuseUnexportable(config: Config): void {
  refuseCluster(config);
  if (config.clickhouse === undefined && !hasStore(config.data))
    throw new LeewayError(
      'LW_USAGE',
      `There is no store in ${resolve(config.data)}: nothing was exported, nothing made. Give the data directory with --data, the configuration with --config, or the address of a service with --url.`,
    );
}

function refuseCluster({ clickhouse }: Config): void {
  if (clickhouse !== undefined && clickhouse.cluster !== '')
    throw new LeewayError(
      'LW_USAGE',
      'A cluster is copied by ClickHouse itself (BACKUP DATABASE ... ON CLUSTER): docs/backup.md shows how.',
    );
}
