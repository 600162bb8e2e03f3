import type { Database } from './database.ts';
import { migrations } from './migrations/index.ts';

/** What a table takes. */
export interface TableSize {
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly parts: number;
}

/** What a support person asks of the store. Nothing here writes, and nothing reads a large column. */
export interface StoreInspection {
  readonly kind: Database['kind'];
  /** Version of the engine. */
  version(): Promise<string>;
  /** Its clock, epoch milliseconds. */
  now(): Promise<number>;
  /** Largest first. */
  tables(): Promise<readonly TableSize[]>;
  /** Migrations that this version of Leeway has, and those of them that the store has not. */
  migrations(): Promise<{ readonly known: number; readonly missing: readonly string[] }>;
  /** Rows of the last 24 hours of event time, and rejects of the last 24 hours. */
  lastDay(): Promise<{ readonly rows: number; readonly rejects: number }>;
  /** Buckets whose profiles did not agree with their rows: how many audits found some, and the last (0: none). */
  audits(): Promise<{ readonly found: number; readonly last: number }>;
}

export function createInspection({ database, db }: { database: Database; db: string }): StoreInspection {
  const one = async (sql: string): Promise<Readonly<Record<string, string>>> =>
    (await database.rows<Record<string, string>>(sql, { database: db }))[0]!;
  return {
    kind: database.kind,
    version: async () => (await one('SELECT version() AS version'))['version']!,
    now: async () => Number((await one('SELECT toUnixTimestamp64Milli(now64(3)) AS now'))['now']),
    tables: async () => {
      const rows = await database.rows<Record<'table' | 'count' | 'bytes' | 'parts', string>>(
        `SELECT table, sum(rows) AS count, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
         WHERE database = {database:String} AND active GROUP BY table ORDER BY bytes DESC`,
        { database: db },
      );
      return rows.map(({ table, count, bytes, parts }) => ({
        table,
        rows: Number(count),
        bytes: Number(bytes),
        parts: Number(parts),
      }));
    },
    migrations: async () => {
      const rows = await database.rows<{ number: string }>(`SELECT DISTINCT number FROM ${db}.migrations`);
      const recorded = new Set(rows.map(({ number }) => Number(number)));
      const missing = migrations.filter(({ number }) => !recorded.has(number));
      return { known: migrations.length, missing: missing.map(({ number, name }) => `${number} ${name}`) };
    },
    lastDay: async () => {
      const { rows, rejects } = await one(
        `SELECT (SELECT count() FROM ${db}.inferences WHERE bucket >= now() - INTERVAL 1 DAY) AS rows,
           (SELECT count() FROM ${db}.rejects WHERE at >= now() - INTERVAL 1 DAY) AS rejects`,
      );
      return { rows: Number(rows), rejects: Number(rejects) };
    },
    audits: async () => {
      const { found, last } = await one(
        `SELECT countIf(toUInt64OrZero(detail) > 0) AS found,
           maxIf(toUnixTimestamp64Milli(started), toUInt64OrZero(detail) > 0) AS last
         FROM ${db}.job_runs WHERE job = 'audit' AND outcome = 'done'`,
      );
      return { found: Number(found), last: Number(last) };
    },
  };
}
