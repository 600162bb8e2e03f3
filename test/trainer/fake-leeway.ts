import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A report as it arrived. */
export interface Report {
  readonly authorization: string | undefined;
  readonly signed: boolean;
  readonly event: Readonly<Record<string, unknown>> & { readonly state: string };
}

/** Leeway as an order's links show it: what it gives, and what it was told. */
export interface FakeLeeway {
  readonly url: string;
  readonly reports: Report[];
  readonly baselines: string[];
  /** Resolves with the report of this state on an order; fails when the training did instead. */
  told(order: string, state: string): Promise<Report>;
  close(): Promise<void>;
}

/** @param answer gives the rows: writes to the response itself, so that it may also break off */
export async function startFakeLeeway(
  answer: (url: URL, response: ServerResponse) => void | Promise<void>,
): Promise<FakeLeeway> {
  const reports: Report[] = [];
  const baselines: string[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://leeway');
    if (request.method === 'GET') return void answer(url, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    if (url.pathname === '/baselines') {
      baselines.push(body);
      return void response.writeHead(201).end('{"baseline":7}');
    }
    reports.push({
      authorization: request.headers.authorization,
      signed: request.headers['webhook-signature'] !== undefined,
      event: JSON.parse(body) as Report['event'],
    });
    response.writeHead(200).end('{}');
    for (const look of waiting) look();
  };
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reports,
    baselines,
    told: (order, state) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const ends = [`${order}-${state}`, `${order}-failed`];
          const found = reports.find(({ event }) => ends.includes(String(event['event_id'])));
          if (found === undefined) return;
          waiting.delete(look);
          if (found.event.state === state) resolve(found);
          else reject(new Error(String(found.event['message'])));
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
