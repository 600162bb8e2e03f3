import type { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Database, Params } from './database.ts';
import { type FailureClass, toStoreError } from './failures.ts';
import { columnsOf } from './rows.ts';

/**
 * Settings of an insert of Native blocks. Copies of a row inside one insert stay until a merge, or FINAL, collapses
 * them like all others: doing it at the insert costs five times the rest of it (152 against 28 ms of CPU for 20,000
 * rows of 22 features).
 */
export const insertSettings = 'async_insert = 0, optimize_on_insert = 0';

/** What differs between the transports. */
export interface Transport {
  readonly kind: Database['kind'];
  readonly client: ClickHouseClient;
  /** Class of failures that carry no code of the engine. */
  uncoded(error: unknown): FailureClass;
  /** Runs `INSERT INTO table (columns)` with Native blocks. */
  sendNative(table: string, columns: string, blocks: Uint8Array): Promise<void>;
  /** Runs `INSERT INTO table (columns)` with plain rows. */
  sendRows(table: string, columns: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  close(): Promise<void>;
}

/** The `Database` over a client of either transport. */
export function createDatabase(transport: Transport): Database {
  const { client } = transport;
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error, transport.uncoded(error));
    }
  };
  const bytesOf = (sql: string, format: string, params?: Params) =>
    guarded(async () => {
      const result = await client.exec({ query: `${sql}\nFORMAT ${format}`, ...bound(params) });
      return readAll(result.stream);
    });
  return {
    kind: transport.kind,
    command: (sql, params) =>
      guarded(async () => {
        await client.command({ query: sql, ...bound(params) });
      }),
    rows: <T>(sql: string, params?: Params) =>
      guarded(async () => {
        const result = await client.query({ query: sql, format: 'JSONEachRow', ...bound(params) });
        return (await result.json()) as T[];
      }),
    native: (sql, params) => bytesOf(sql, 'Native', params),
    formatted: (sql, format, params) => bytesOf(sql, format, params),
    insertNative: (table, columns, blocks) =>
      guarded(() => transport.sendNative(table, columns.join(', '), blocks)),
    insertRows: (table, rows) =>
      guarded(async () => {
        if (rows.length > 0) await transport.sendRows(table, columnsOf(rows).join(', '), rows);
      }),
    close: () => transport.close(),
  };
}

/** All bytes of a result; drains it too, without which the connection is never free again. */
export async function readAll(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function bound(params: Params | undefined): { query_params?: Record<string, unknown> } {
  return params === undefined ? {} : { query_params: params };
}
