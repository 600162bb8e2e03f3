import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands before the trainer and passes everything on: what arrives there is seen, whatever the trainer makes of it. */
export interface Tap {
  readonly url: string;
  /** `METHOD /path` of every request, as they came. */
  readonly arrived: readonly string[];
  close(): Promise<void>;
}

export async function startTap(behind: string): Promise<Tap> {
  const arrived: string[] = [];
  const pass = async (request: IncomingMessage) => {
    const { method = '', url = '' } = request;
    arrived.push(`${method} ${url}`);
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = method === 'GET' ? null : Buffer.concat(chunks);
    return fetch(behind + url, { method, headers: headers as Record<string, string>, body });
  };
  const server = createServer((request, response) => {
    pass(request)
      .then(async answer => response.writeHead(answer.status).end(await answer.text()))
      .catch(() => response.writeHead(502).end());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
