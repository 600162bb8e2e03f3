import type { Config } from '../../config/schema.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { createDump, type DumpPiece, type Fingerprint, type Snapshot } from '../../store/dump.ts';
import { createDumpImport } from '../../store/dump-import.ts';
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
    fingerprint: table => service.get<Fingerprint>(`/v1/dump/${table}`),
    read: (table, { part, partition, from, to }: DumpPiece) => {
      const query = new URLSearchParams({ part, partition, from: String(from), to: String(to) });
      return service.download(`/v1/dump/${table}/rows?${query}`);
    },
    end: async () => void (await service.post('/v1/dump/end', {})),
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
  refuseCluster(deps.config);
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

function refuseCluster({ clickhouse }: Config): void {
  if (clickhouse !== undefined && clickhouse.cluster !== '')
    throw new LeewayError(
      'LW_USAGE',
      'A cluster is copied by ClickHouse itself (BACKUP DATABASE ... ON CLUSTER): docs/backup.md shows how.',
    );
}
