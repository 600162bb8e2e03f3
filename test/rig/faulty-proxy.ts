import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseMultipart } from './parameters.ts';

/** What happens to a statement on its way to ClickHouse. */
export type Fault =
  /** It is taken and never answered, nor run. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** ClickHouse's refusal with this code. */
  | { readonly kind: 'refuse'; readonly code: number; readonly name: string }
  /** The connection breaks before the statement is run. */
  | { readonly kind: 'cut-request' }
  /** The statement is run, and the connection breaks in the middle of the answer. */
  | { readonly kind: 'cut-answer' }
  /** It is not run; this is the answer. */
  | { readonly kind: 'answer'; readonly body: string };

/** A statement as the proxy sees it. */
export interface Statement {
  readonly sql: string;
  readonly kind: 'insert' | 'select' | 'other';
}

export interface FaultyProxy {
  readonly url: string;
  /** Asked for every statement; null lets it pass. Replace it at any time. */
  fault: (statement: Statement) => Fault | null;
  /** Breaks the connections of statements that hang: the server was restarted. */
  resetHanging(): void;
  close(): Promise<void>;
}

/** A proxy in front of ClickHouse's HTTP interface at `target` that can do to statements what a bad day does. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const hanging = new Set<ServerResponse>();
  const proxy = { fault: (_: Statement): Fault | null => null };
  const handle = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(incoming);
    const fault = proxy.fault(statementOf(incoming, body));
    if (fault?.kind === 'hang') {
      hanging.add(response);
      response.on('close', () => hanging.delete(response));
      return;
    }
    if (fault?.kind === 'cut-request') return void incoming.socket.destroy();
    if (fault?.kind === 'refuse') return refuse(response, fault);
    if (fault?.kind === 'answer') return void response.writeHead(200).end(fault.body);
    if (fault?.kind === 'slow') await new Promise(resolve => setTimeout(resolve, fault.milliseconds));
    const answer = await forward(target, incoming, body);
    if (fault?.kind === 'cut-answer') return cut(response, answer);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (incoming, response) => {
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    resetHanging: () => {
      for (const response of hanging) response.destroy();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise<void>(resolve => server.close(() => resolve()));
    },
  });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The query stands in the address, in the body, or in a part of it. */
function statementOf(incoming: IncomingMessage, body: Buffer): Statement {
  const inAddress = new URL(incoming.url ?? '/', 'http://proxy').searchParams.get('query');
  const type = incoming.headers['content-type'] ?? '';
  const inParts = type.startsWith('multipart/')
    ? parseMultipart(type, body).find(([name]) => name === 'query')?.[1]
    : undefined;
  const sql = (inAddress ?? inParts ?? body.toString('utf8')).trim();
  const verb = /^\w+/.exec(sql)?.[0].toUpperCase();
  const kind = verb === 'INSERT' ? 'insert' : verb === 'SELECT' || verb === 'WITH' ? 'select' : 'other';
  return { sql, kind };
}

function refuse(response: ServerResponse, { code, name }: { code: number; name: string }): void {
  response
    .writeHead(500, { 'X-ClickHouse-Exception-Code': String(code) })
    .end(`Code: ${code}. DB::Exception: made by the test. (${name}) (version 26.7.2.1)\n`);
}

function cut(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length + 100 });
  response.write(body.subarray(0, body.length >> 1));
  setImmediate(() => response.destroy());
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, 'content-length': String(body.length) };
    delete headers['transfer-encoding'];
    const outgoing = send(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers, agent: false },
      answer => {
        readBody(answer).then(
          whole => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: whole }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
