import type { Database } from './database.ts';
import type { Retention } from './ddl.ts';
import { checked, type Fingerprint, fingerprintOf, quoted, tablesOf } from './dump.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';

/** Tables in which a store that was only started has rows already. */
const startedWith: readonly string[] = ['migrations', 'job_runs', 'progress'];

/** Fills an empty store. Nothing of it is seen before `finish`. */
export interface DumpImport {
  /** Tables of the store that hold rows, other than those that starting it fills. */
  occupied(): Promise<string[]>;
  /** Makes empty tables beside those of the store; what an interrupted import left is removed. */
  begin(): Promise<void>;
  insert(table: string, columns: readonly string[], blocks: Uint8Array): Promise<void>;
  fingerprint(table: string): Promise<Fingerprint>;
  /** Marks the buckets of rows that came in shortly before `since` or later, epoch milliseconds. */
  markSince(since: number): Promise<void>;
  /** Puts the filled tables in the place of the empty ones. */
  finish(retention: Retention): Promise<void>;
  abandon(): Promise<void>;
}

/** How long a row may have been stored without its mark, milliseconds: far more than an insert takes. */
const markDelay = 10 * 60_000;

export function createDumpImport({ database, db }: { database: Database; db: string }): DumpImport {
  const staging = `${db}_import`;
  const abandon = () => database.command(`DROP DATABASE IF EXISTS ${staging} SYNC`);
  const occupied = async () => {
    const found: string[] = [];
    for (const table of await tablesOf(database, db)) {
      if (startedWith.includes(table)) continue;
      const [row] = await database.rows<{ n: string }>(`SELECT count() AS n FROM ${db}.${table}`);
      if (Number(row!.n) > 0) found.push(table);
    }
    return found;
  };
  return {
    occupied,
    begin: async () => {
      await abandon();
      // Without TTL: rows that are about to expire would be gone before they are compared.
      await migrate(database, { database: staging, cluster: '', retention: null });
      await database.command(`TRUNCATE TABLE ${staging}.migrations`);
    },
    insert: (table, columns, blocks) =>
      database.insertNative(`${staging}.${checked(table)}`, columns.map(quoted), blocks),
    fingerprint: table => fingerprintOf(database, staging, table),
    markSince: async since => {
      const from = Math.floor(since - markDelay);
      // Above the start of the last run, also when this machine's clock is behind.
      const at = `greatest(now64(3), (SELECT max(started) FROM ${staging}.profile_runs) + toIntervalMillisecond(1))`;
      const recent = (time: string) => `${time} >= fromUnixTimestamp64Milli(toInt64({from:Int64}))`;
      await database.command(
        `INSERT INTO ${staging}.touched (model, environment, bucket, at)
         SELECT DISTINCT model, environment, bucket, ${at} FROM ${staging}.inferences
         WHERE ${recent('received')} OR (model, key) IN (SELECT model, key FROM ${staging}.labels WHERE ${recent('received')})`,
        { from },
      );
    },
    finish: async retention => {
      await database.command(`DROP DATABASE ${db} SYNC`);
      await database.command(`RENAME DATABASE ${staging} TO ${db}`);
      await migrate(database, { database: db, cluster: '', retention });
    },
    abandon,
  };
}

/** The migrations this version has. */
export function ownSchema(): { readonly number: number; readonly name: string }[] {
  return migrations.map(({ number, name }) => ({ number, name }));
}
