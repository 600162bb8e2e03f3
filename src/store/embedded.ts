import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { createChdbConnection } from 'chdb/connection';
import { LeewayError } from '../lib/errors.ts';
import { createDatabase, insertSettings } from './client.ts';
import type { Database } from './database.ts';
import { jsonRows } from './rows.ts';
import { createSpool } from './spool.ts';

/**
 * chDB in this process over `directory`, which is made readable for its owner alone. Native blocks go through spool
 * files, because chDB's inline insert cannot carry binary.
 *
 * @throws LeewayError LW_DATA_LOCKED when another process uses the directory, or this one has another directory open;
 * LW_DATA_UNUSABLE when it cannot be written.
 */
export async function openEmbedded(directory: string): Promise<Database> {
  const path = resolve(directory);
  prepare(path);
  const client = connect(path);
  const spool = createSpool(join(path, 'spool'));
  const database = createDatabase({
    kind: 'embedded',
    client,
    uncoded: error => (typeof (error as { errno?: unknown }).errno === 'number' ? 'retry' : 'fatal'),
    sendNative: (table, columns, blocks) =>
      spool.with(blocks, async file => {
        await client.command({
          query: `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM file('${file}', 'Native') SETTINGS max_insert_threads = 1, ${insertSettings}`,
        });
      }),
    sendRows: async (table, columns, rows) => {
      await client.exec({
        query: `INSERT INTO ${table} (${columns}) SETTINGS async_insert = 0 FORMAT JSONEachRow\n${jsonRows(rows)}`,
      });
    },
    close: async () => {
      await client.close();
      spool.close();
    },
  });
  for (const [name, value] of Object.entries(sessionSettings()))
    await database.command(`SET ${name} = ${value}`);
  return database;
}

/** Whether there is a store in the directory; makes nothing. */
export function hasStore(directory: string): boolean {
  return existsSync(join(directory, 'chdb'));
}

/** Tries before the engine does, which does not say why it cannot: a full disk would look like a locked directory. */
function prepare(path: string): void {
  const chdb = join(path, 'chdb');
  const probe = join(path, `probe-${process.pid}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    mkdirSync(chdb, { recursive: true, mode: 0o700 });
    accessSync(chdb, constants.R_OK | constants.W_OK);
    try {
      writeFileSync(probe, Buffer.alloc(4096), { mode: 0o600 });
    } finally {
      rmSync(probe, { force: true });
    }
  } catch (error) {
    const { message } = error as Error;
    throw new LeewayError('LW_DATA_UNUSABLE', `Cannot use the data directory ${path}: ${message}.`, error);
  }
}

function connect(path: string): ClickHouseClient {
  const chdb = join(path, 'chdb');
  try {
    return createClient({
      connection: createChdbConnection({ path: chdb }) as never,
      log: { level: ClickHouseLogLevel.OFF },
    });
  } catch (error) {
    const owner = lockOwner(chdb);
    throw new LeewayError(
      'LW_DATA_LOCKED',
      `Cannot open the data directory ${path}${owner === '' ? '' : ` (last opened by process ${owner})`}: ${(error as Error).message}.`,
      error,
    );
  }
}

/** The engine writes its process id beside the lock; it is a hint for the message only. */
function lockOwner(chdb: string): string {
  const file = join(chdb, 'status');
  if (!existsSync(file)) return '';
  return /^PID: (\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
}

/**
 * Settings of the whole session. The engine shares this process's memory, so one query may take at most 40 % of what
 * the machine, or the container, has; beyond that it fails with a code instead of taking the service down.
 */
function sessionSettings(): Readonly<Record<string, number>> {
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  return {
    output_format_json_quote_64bit_integers: 1,
    output_format_json_quote_denormals: 0,
    max_memory_usage: Math.floor(memory * 0.4),
    max_threads: Math.min(8, availableParallelism()),
    max_insert_threads: 1,
    async_insert: 0,
  };
}
