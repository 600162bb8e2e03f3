import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A message that people were sent. */
export interface Told {
  readonly type: string;
  readonly data: { readonly policy: string; readonly summary: string; readonly reason: string };
}

export interface People {
  readonly url: string;
  readonly told: Told[];
  close(): Promise<void>;
}

/** Takes alerts as a team's own service would: verified by the published library. */
export async function startPeople(secret: string): Promise<People> {
  const told: Told[] = [];
  const webhook = new Webhook(secret);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const headers = request.headers as Record<string, string>;
      told.push(webhook.verify(Buffer.concat(chunks).toString('utf8'), headers) as Told);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
