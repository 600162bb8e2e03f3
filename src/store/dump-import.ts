import type { Database } from './database.ts';
import type { Retention } from './ddl.ts';
import { checked, type Fingerprint, fingerprintOf, quoted, tablesOf } from './dump.ts';
import { asideName, copyName, dropLeftCopies, newCopy } from './dump-copies.ts';
import { createErasures } from './erasures.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';

/** Tables in which a store that was only started has rows already. */
const startedWith: readonly string[] = ['migrations', 'job_runs', 'progress'];

/** Fills an empty store. Nothing of it is seen before `finish`. */
export interface DumpImport {
  /** Tables of the store that hold rows, other than those that starting it fills. */
  occupied(): Promise<string[]>;
  /** Makes empty tables beside those of the store; what an import of long ago left is removed. */
  begin(): Promise<void>;
  insert(table: string, columns: readonly string[], blocks: Uint8Array): Promise<void>;
  fingerprint(table: string): Promise<Fingerprint>;
  /** Marks the buckets of rows that came in shortly before `since` or later, epoch milliseconds. */
  markSince(since: number): Promise<void>;
  /** Removes rows of erased ids: a copy that was taken during an erasure has both. Returns how many. */
  sweep(): Promise<number>;
  /**
   * Puts the filled tables in the place of the empty ones; returns tables that hold rows meanwhile: then nothing was
   * changed.
   */
  finish(retention: Retention): Promise<string[]>;
  abandon(): Promise<void>;
}

/** How long a row may have been stored without its mark, milliseconds: far more than an insert takes. */
const markDelay = 10 * 60_000;

export function createDumpImport({ database, db }: { database: Database; db: string }): DumpImport {
  let copy = '';
  let staging = '';
  const abandon = async () => {
    if (staging !== '') await database.command(`DROP DATABASE IF EXISTS ${staging} SYNC`);
  };
  return {
    occupied: () => occupiedOf(database, db),
    begin: async () => {
      await dropLeftCopies(database, db);
      copy = await newCopy(database);
      staging = copyName(db, 'import', copy);
      // Without TTL: rows that are about to expire would be gone before they are compared.
      await migrate(database, { database: staging, cluster: '', retention: null });
      await database.command(`TRUNCATE TABLE ${staging}.migrations`);
    },
    insert: (table, columns, blocks) =>
      database.insertNative(`${staging}.${checked(table)}`, columns.map(quoted), blocks),
    fingerprint: table => fingerprintOf(database, staging, table),
    markSince: async since => {
      const from = Math.floor(since - markDelay);
      const at = markTime(staging);
      const recent = (time: string) => `${time} >= fromUnixTimestamp64Milli(toInt64({from:Int64}))`;
      await database.command(
        `INSERT INTO ${staging}.touched (model, environment, bucket, at)
         SELECT DISTINCT model, environment, bucket, ${at} FROM ${staging}.inferences
         WHERE ${recent('received')} OR (model, key) IN (SELECT model, key FROM ${staging}.labels WHERE ${recent('received')})`,
        { from },
      );
    },
    sweep: async () => {
      const now = async () => {
        const [row] = await database.rows<{ at: string }>(
          `SELECT toUnixTimestamp64Milli(${markTime(staging)}) AS at`,
        );
        return Number(row!.at);
      };
      const erasures = await createErasures({ database, db: staging, storeClock: { now } });
      return (await erasures.sweep(0)).rows;
    },
    finish: async retention => {
      // Somebody who writes to the empty tables finds none from here on; what they wrote before is counted.
      const aside = asideName(db, copy);
      await database.command(`RENAME DATABASE ${db} TO ${aside}`);
      const found = await occupiedOf(database, aside);
      if (found.length > 0) {
        await database.command(`RENAME DATABASE ${aside} TO ${db}`);
        return found;
      }
      await database.command(`RENAME DATABASE ${staging} TO ${db}`);
      await database.command(`DROP DATABASE ${aside} SYNC`);
      await migrate(database, { database: db, cluster: '', retention });
      return [];
    },
    abandon,
  };
}

/** Above the start of the last run, also when this machine's clock is behind. */
function markTime(staging: string): string {
  return `greatest(now64(3), (SELECT max(started) FROM ${staging}.profile_runs) + toIntervalMillisecond(1))`;
}

/** Tables that hold rows, other than those that starting a store fills. */
async function occupiedOf(database: Database, db: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOf(database, db)) {
    if (startedWith.includes(table)) continue;
    const [row] = await database.rows<{ n: string }>(`SELECT count() AS n FROM ${db}.${table}`);
    if (Number(row!.n) > 0) found.push(table);
  }
  return found;
}

/** The migrations this version has. */
export function ownSchema(): { readonly number: number; readonly name: string }[] {
  return migrations.map(({ number, name }) => ({ number, name }));
}
