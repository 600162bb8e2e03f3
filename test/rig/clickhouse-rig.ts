/**
 * ClickHouse's HTTP interface over chDB, so that the HTTP transport meets the real engine where no server is at hand.
 * Run in a process of its own: `npx tsx test/rig/clickhouse-rig.ts --port 0 --data DIR` prints `listening on URL`.
 * It knows what Leeway and @clickhouse/client send: GET /ping, POST with the query in the body, in `query`, or in
 * multipart, `param_x` parameters, inserts with a body in any format. Settings in the address are refused unless they
 * are those of `openServer`; the `database` parameter is ignored (statements name theirs).
 */
import { mkdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Session } from 'chdb';
import { type BoundValue, parseMultipart, parseParam } from './parameters.ts';

const settingsTaken: Readonly<Record<string, string>> = {
  wait_end_of_query: '1',
  output_format_json_quote_64bit_integers: '1',
  output_format_json_quote_denormals: '0',
};

interface Request {
  readonly sql: string;
  readonly body: Buffer;
  readonly params: Readonly<Record<string, BoundValue>>;
  readonly format: string;
}

class RigError extends Error {}

function fail(code: number, name: string, message: string): never {
  throw new RigError(`Code: ${code}. DB::Exception: ${message}. (${name})`);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? promisify(gunzip)(body) : body;
}

async function readRequest(request: IncomingMessage): Promise<Request> {
  const url = new URL(request.url ?? '/', 'http://rig');
  let body = await readBody(request);
  const fields = new Map(url.searchParams);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    for (const [name, value] of parseMultipart(type, body)) fields.set(name, value);
    body = Buffer.alloc(0);
  }
  const params: Record<string, BoundValue> = {};
  const query = fields.get('query') ?? '';
  const sql = query === '' ? body.toString('utf8') : query;
  for (const [name, value] of fields) {
    if (name.startsWith('param_')) params[name.slice(6)] = parseParam(sql, name.slice(6), value);
    else if (name in settingsTaken && settingsTaken[name] !== value)
      fail(36, 'BAD_ARGUMENTS', `${name} is fixed here`);
    else if (!(name in settingsTaken) && !['query', 'query_id', 'database', 'default_format'].includes(name))
      fail(115, 'UNKNOWN_SETTING', `Setting ${name} is not known to the rig`);
  }
  return {
    sql,
    body: query === '' ? Buffer.alloc(0) : body,
    params,
    format: fields.get('default_format') ?? 'TabSeparated',
  };
}

const binaryInsert =
  /^\s*INSERT\s+INTO\s+([\w.`]+)\s*(\([^)]*\))?\s*(?:SETTINGS\s+([\w\s=,'.]+?))?\s*FORMAT\s+(Native|RowBinary|Parquet)\s*$/i;

export function createRig(directory: string, password: string) {
  const spool = join(directory, 'rig-spool');
  rmSync(spool, { recursive: true, force: true });
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  const session = new Session(join(directory, 'chdb'));
  for (const [name, value] of Object.entries(settingsTaken))
    if (name !== 'wait_end_of_query') session.query(`SET ${name} = ${value}`);
  let files = 0;

  const run = async (sql: string, request: Request): Promise<Buffer> => {
    const result =
      Object.keys(request.params).length === 0
        ? await session.queryAsync(sql, { format: request.format })
        : await session.queryBindAsync(sql, request.params, { format: request.format });
    return Buffer.from(result.bytes());
  };
  const insertBinary = async (request: Request, match: RegExpExecArray): Promise<Buffer> => {
    const [, table, columns = '', settings, format] = match;
    const file = join(spool, `${++files}.bin`);
    await writeFile(file, request.body, { mode: 0o600 });
    try {
      const list = columns === '' ? '*' : columns.slice(1, -1);
      const extra = settings === undefined ? '' : `, ${settings}`;
      return await run(
        `INSERT INTO ${table} ${columns} SELECT ${list} FROM file('${file}', '${format}') SETTINGS max_insert_threads = 1${extra}`,
        request,
      );
    } finally {
      rmSync(file, { force: true });
    }
  };
  const answer = async (request: Request): Promise<Buffer> => {
    const match = request.body.length > 0 ? binaryInsert.exec(request.sql) : null;
    if (match !== null) return insertBinary(request, match);
    return run(
      request.body.length > 0 ? `${request.sql}\n${request.body.toString('utf8')}` : request.sql,
      request,
    );
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.url === '/ping') return void response.end('Ok.\n');
    try {
      checkPassword(incoming, password);
      const result = await answer(await readRequest(incoming));
      response.writeHead(200, { 'content-length': result.length, 'X-ClickHouse-Summary': '{}' }).end(result);
    } catch (error) {
      incoming.resume();
      const text = String((error as Error).message);
      const code = /Code: (\d+)/.exec(text)?.[1] ?? '1002';
      const body = text.startsWith('Code:')
        ? text
        : `Code: ${code}. DB::Exception: ${text}. (UNKNOWN_EXCEPTION)`;
      response.writeHead(500, { 'X-ClickHouse-Exception-Code': code }).end(`${body} (version 26.7.2.1)\n`);
    }
  };
  const server = createServer(
    { maxHeaderSize: 1024 * 1024, keepAliveTimeout: 10_000 },
    (incoming, response) => {
      void handle(incoming, response);
    },
  );
  return { server, close: () => session.close() };
}

function checkPassword(incoming: IncomingMessage, password: string): void {
  if (password === '') return;
  const basic = Buffer.from(
    (incoming.headers.authorization ?? '').replace(/^Basic /, ''),
    'base64',
  ).toString();
  const given = incoming.headers['x-clickhouse-key'] ?? basic.slice(basic.indexOf(':') + 1);
  if (given !== password) fail(516, 'AUTHENTICATION_FAILED', 'Authentication failed: password is incorrect');
}

function main(): void {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      data: { type: 'string' },
      password: { type: 'string', default: '' },
    },
  });
  if (values.data === undefined) throw new Error('give --data DIR');
  mkdirSync(values.data, { recursive: true, mode: 0o700 });
  const rig = createRig(values.data, values.password);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    rig.server.close(() => {
      rig.close();
      process.exit(0);
    });
    rig.server.closeIdleConnections();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by a test: end with it.
  if (process.channel) process.on('disconnect', () => process.exit(0));
  rig.server.listen(Number(values.port), '127.0.0.1', () => {
    const address = rig.server.address() as { port: number };
    console.log(`listening on http://127.0.0.1:${address.port}`);
  });
}

main();
