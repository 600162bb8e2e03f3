import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands before several services: passes a request to one that answers. */
export async function startFront(
  targets: readonly string[],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  let turn = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name),
      ),
    ) as Record<string, string>;
    const body = chunks.length > 0 ? Buffer.concat(chunks) : null;
    turn++;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[(turn + i) % targets.length]!;
      const signal = AbortSignal.timeout(5_000);
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers,
        body,
        signal,
      }).then(
        async reply => ({
          status: reply.status,
          text: await reply.text(),
          type: reply.headers.get('content-type'),
        }),
        () => null,
      );
      if (answer === null) continue;
      return void response
        .writeHead(answer.status, { 'content-type': answer.type ?? 'text/plain' })
        .end(answer.text);
    }
    response.writeHead(502).end();
  };
  const server = createServer((request, response) => void pass(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}
