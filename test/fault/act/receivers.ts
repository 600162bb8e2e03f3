import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, and whether it was answered as taken. */
export interface Arrival {
  readonly id: string;
  readonly body: string;
  readonly taken: boolean;
}

export interface TestReceiver {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  /** From now on everything is taken. */
  mend(): void;
  close(): Promise<void>;
}

/** How a receiver treats a request that it has read whole. */
export type Manner = 'takes' | 'fails' | 'hangs';

/** A receiver; `mannerOf` is asked for every request until it is mended. */
export async function startTestReceiver(mannerOf: () => Manner, random: () => number): Promise<TestReceiver> {
  const arrivals: Arrival[] = [];
  let mended = false;
  const server = createServer((request, response) => {
    const take = async () => {
      const body = await readBody(request);
      const manner = mended ? 'takes' : mannerOf();
      arrivals.push({ id: String(request.headers['webhook-id']), body, taken: manner === 'takes' });
      answer(manner, response, random);
    };
    // It fails when whoever sent it was killed.
    take().catch(() => response.destroy());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrivals,
    mend: () => {
      mended = true;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

/** Failures of every kind: a status that is tried again, a connection that breaks before and within the answer. */
function answer(manner: Manner, response: ServerResponse, random: () => number): void {
  if (manner === 'hangs') return;
  if (manner === 'takes') return void response.writeHead(204).end();
  const kind = Math.floor(random() * 5);
  if (kind === 0) return void response.destroy();
  if (kind === 1) return void response.writeHead(429, { 'retry-after': '30' }).end('slowly');
  if (kind === 2) return void response.writeHead(500).end('x'.repeat(100_000));
  response.writeHead(kind === 3 ? 502 : 503).end('busy');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
