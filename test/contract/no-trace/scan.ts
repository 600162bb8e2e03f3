import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../src/store/database.ts';

/** Files below a directory that hold one of the byte strings: `path: which`. What goes while it looks is not there. */
export function filesWith(directory: string, needles: readonly (string | Uint8Array)[]): string[] {
  const bytesOfNeedles = needles.map(needle => ({
    name: typeof needle === 'string' ? needle : 'bytes',
    bytes: typeof needle === 'string' ? Buffer.from(needle) : Buffer.from(needle),
  }));
  const found: string[] = [];
  const look = (file: string) => {
    const content = readFileSync(file);
    for (const { name, bytes } of bytesOfNeedles) if (content.includes(bytes)) found.push(`${file}: ${name}`);
  };
  // Links lead to other places below the directory.
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) unlessGone(() => walk(path));
      else if (entry.isFile()) unlessGone(() => look(path));
    }
  };
  walk(directory);
  return found;
}

function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The eight bytes of a number, as the engine stores it. */
export function bytesOf(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}

/** Every column of every table of the service, and what the engine tells of itself, as text by table. */
export async function dumpTables(database: Database, db: string): Promise<ReadonlyMap<string, string>> {
  const tables = await database.rows<{ database: string; name: string }>(
    `SELECT database, name FROM system.tables WHERE database = {db:String}
       OR (database = 'system' AND (name LIKE '%log' OR name IN ('errors', 'mutations', 'parts', 'parts_columns',
         'warnings', 'query_cache', 'dropped_tables', 'detached_parts', 'replication_queue', 'merges')))`,
    { db },
  );
  const dump = new Map<string, string>();
  for (const table of tables) {
    const rows = await database.rows(`SELECT * FROM ${table.database}.${table.name}`);
    dump.set(table.database === db ? table.name : `system.${table.name}`, JSON.stringify(rows));
  }
  return dump;
}

/** Columns are written as they are, so that a scan of the files sees what they hold. */
export async function storeUncompressed(database: Database, db: string): Promise<void> {
  const columns = await database.rows<{ table: string; name: string; type: string }>(
    `SELECT table, name, type FROM system.columns
     WHERE database = {db:String} AND table IN (SELECT name FROM system.tables WHERE database = {db:String} AND engine LIKE '%MergeTree')`,
    { db },
  );
  for (const table of new Set(columns.map(column => column.table))) {
    const own = columns.filter(column => column.table === table);
    const changes = own.map(({ name, type }) => `MODIFY COLUMN \`${name}\` ${type} CODEC(NONE)`).join(', ');
    await database.command(`ALTER TABLE ${db}.${table} ${changes}`);
  }
}

/** Standard error, where the service logs, until `stop`. */
export function captureLogs(): { readonly text: () => string; readonly stop: () => void } {
  const lines: string[] = [];
  const original = process.stderr.write;
  process.stderr.write = ((chunk: string | Uint8Array) => {
    lines.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  }) as typeof process.stderr.write;
  return {
    text: () => lines.join(''),
    stop: () => {
      process.stderr.write = original;
    },
  };
}
