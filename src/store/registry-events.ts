import type { RegistryOutcome, RegistryRecord } from '../domain/registry.ts';
import type { Database } from './database.ts';

/** Events of a model registry, and what became of them (facts). */
export interface RegistryEvents {
  append(record: RegistryRecord): Promise<void>;
  find(delivery: string): Promise<RegistryRecord | null>;
  /** Newest first. */
  recent(limit: number): Promise<readonly RegistryRecord[]>;
}

const columns =
  'delivery, toUnixTimestamp64Milli(at) AS at_ms, event, name, version, alias, model, outcome, detail, baseline';

/** Registry events in ClickHouse. */
export function createRegistryEvents({
  database,
  db = 'leeway',
}: {
  readonly database: Database;
  readonly db?: string;
}): RegistryEvents {
  const table = `${db}.registry_events`;
  return {
    append: async record => {
      await database.insertRows(table, [{ ...record, at: Math.round(record.at) }]);
    },
    find: async delivery => {
      const rows = await database.rows<Stored>(
        `SELECT ${columns} FROM ${table} FINAL WHERE delivery = {delivery:String}`,
        { delivery },
      );
      return rows[0] === undefined ? null : recordOf(rows[0]);
    },
    recent: async limit => {
      const rows = await database.rows<Stored>(
        `SELECT ${columns} FROM ${table} FINAL ORDER BY at DESC, delivery LIMIT {limit:UInt32}`,
        { limit },
      );
      return rows.map(recordOf);
    },
  };
}

type Stored = Omit<RegistryRecord, 'at' | 'outcome'> & { readonly at_ms: string; readonly outcome: string };

function recordOf({ at_ms: at, ...row }: Stored): RegistryRecord {
  return { ...row, outcome: row.outcome as RegistryOutcome, at: Number(at), baseline: Number(row.baseline) };
}
