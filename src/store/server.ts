import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { createDatabase, insertSettings, readAll } from './client.ts';
import type { Database } from './database.ts';
import { jsonRows } from './rows.ts';

export interface ServerOptions {
  /** `http://host:8123` or `https://...`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Database of the connection, `default` if left out; Leeway's statements name theirs. */
  readonly database?: string;
  /** Longest wait for an answer; a minute if left out. */
  readonly requestTimeoutMs?: number;
}

/**
 * A ClickHouse server over HTTP. Opening makes no request, so that Leeway starts, and waits, while the server is away.
 * The fixed settings of reading go into the address; those of an insert stand in its SQL, as with chDB.
 */
export async function openServer(options: ServerOptions): Promise<Database> {
  const client = createClient({
    url: options.url,
    username: options.username,
    password: options.password,
    database: options.database ?? 'default',
    request_timeout: options.requestTimeoutMs ?? 60_000,
    // Failures are thrown and reported as events; the client's own log would print them a second time.
    log: { level: ClickHouseLogLevel.OFF },
    // Larger parameters go into the body: an address has a limit of its own in most proxies.
    use_multipart_params_auto: true,
    clickhouse_settings: {
      // The status line comes after the work: an error can no longer follow a "200 OK".
      wait_end_of_query: 1,
      output_format_json_quote_64bit_integers: 1,
      output_format_json_quote_denormals: 0,
    },
  });
  const send = async (table: string, columns: string, format: string, body: Uint8Array) => {
    const { stream } = await client.exec({
      query: `INSERT INTO ${table} (${columns}) SETTINGS ${insertSettings} FORMAT ${format}`,
      values: Readable.from([body], { objectMode: false }),
    });
    await readAll(stream);
  };
  return createDatabase({
    kind: 'server',
    client,
    uncoded: () => 'retry',
    sendNative: (table, columns, blocks) => send(table, columns, 'Native', blocks),
    sendRows: (table, columns, rows) => send(table, columns, 'JSONEachRow', Buffer.from(jsonRows(rows))),
    close: () => client.close(),
  });
}
