import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HttpApp } from '../../src/http/route.ts';
import { buildHttp } from '../../src/http/server.ts';
import { failingDeps } from '../twins/http-deps.ts';

/** Heads and bodies that drip in, against a listener whose patience is short. */
let app: HttpApp;
const sockets: Socket[] = [];

beforeAll(async () => {
  const deps = failingDeps(() => {
    throw new Error('asked');
  });
  const limits = { ...deps.limits, headMs: 300, requestMs: 900, connections: 40 };
  app = await buildHttp({ ...deps, limits });
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  sockets.forEach(socket => socket.destroy());
  await app.close();
});

function open(text: string): { readonly closed: Promise<string> } {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  let received = '';
  socket.on('data', chunk => (received += String(chunk)));
  socket.on('error', () => undefined);
  const closed = new Promise<string>(resolve => void socket.once('close', () => resolve(received)));
  const bytes = [...text];
  const drip = setInterval(() => socket.write(bytes.shift() ?? 'x'), 20);
  void closed.finally(() => clearInterval(drip));
  return { closed };
}

it('are closed with 408 however long they go on', async () => {
  const head = 'POST /v1/inferences HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ';
  const slow = Array.from({ length: 10 }, () => open(head));
  for (const { closed } of slow) expect(await closed).toMatch(/^(HTTP\/1\.1 408|$)/);
});

it('take no connection from others for long', async () => {
  const held = Array.from({ length: 60 }, () => open('GET / HTTP/1.1\r\n'));
  await Promise.all(held.map(({ closed }) => closed));
  const port = (app.server.address() as AddressInfo).port;
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
});
