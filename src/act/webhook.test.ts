import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel, Endpoint } from './channel.ts';
import { createTargetGuard } from './target.ts';
import { createWebhookChannel, type Resolve } from './webhook.ts';

type Handler = (request: IncomingMessage & { text: string }, response: ServerResponse) => void;

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const older = `whsec_${randomBytes(24).toString('base64')}`;
const hidden = (text: string) => ({ reveal: () => text, toJSON: () => '<secret>' });
const message = { id: 'tr_1_pager', body: '{"type":"alert.firing","data":{"x":"ü"}}' };

let server: Server;
let port: number;
let handler: Handler;
let requests: (IncomingMessage & { text: string })[];
let open: Channel[];

beforeEach(async () => {
  requests = [];
  open = [];
  handler = (_request, response) => response.end('ok');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const whole = Object.assign(request, { text: Buffer.concat(chunks).toString('utf8') });
      requests.push(whole);
      handler(whole, response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  await Promise.all(open.map(each => each.close()));
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

function channel(
  allow: readonly string[],
  over: { resolve?: Resolve; timeoutMilliseconds?: number } = {},
): Channel {
  const made = createWebhookChannel({ guard: createTargetGuard(allow), ...over });
  open.push(made);
  return made;
}

function endpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    name: 'pager',
    kind: 'webhook',
    takes: 'alerts',
    url: `http://127.0.0.1:${port}/hooks/T0KEN?key=K3Y`,
    secrets: [hidden(secret)],
    settings: {},
    ...over,
  };
}

describe('webhook channel', () => {
  it('sends what the standardwebhooks package verifies, with every secret', async () => {
    const now = Date.now();
    const secrets = [hidden(secret), hidden(older)];
    const answer = await channel(['127.0.0.1']).send(message, endpoint({ secrets }), now);
    expect(answer).toEqual({ status: 200, detail: '', retryAfter: null, body: 'ok' });
    const { method, headers, text, url } = requests[0]!;
    expect([method, url, headers['content-type']]).toEqual([
      'POST',
      '/hooks/T0KEN?key=K3Y',
      'application/json',
    ]);
    expect(headers['webhook-id']).toBe(message.id);
    expect(headers['webhook-timestamp']).toBe(String(Math.floor(now / 1000)));
    for (const key of [secret, older])
      expect(new Webhook(key).verify(text, headers as Record<string, string>)).toEqual(
        JSON.parse(message.body),
      );
  });

  it('never follows a redirect', async () => {
    handler = (request, response) => {
      response.writeHead(request.url === '/elsewhere' ? 200 : 307, { location: '/elsewhere' });
      response.end();
    };
    const answer = await channel(['127.0.0.1']).send(message, endpoint(), 0);
    expect(answer.status).toBe(307);
    expect(requests).toHaveLength(1);
  });

  it('reports status, Retry-After and the beginning of the words, without its own address', async () => {
    handler = (request, response) => {
      response.writeHead(429, { 'retry-after': '120' });
      response.end(`slow\u0000\n down ${request.url} ${'x'.repeat(500)}`);
    };
    const answer = await channel(['127.0.0.1']).send(message, endpoint(), 0);
    expect(answer).toMatchObject({ status: 429, retryAfter: 120_000 });
    expect(answer.detail).toMatch(/^slow down <address> x/);
    expect(answer.detail.length).toBeLessThanOrEqual(300);
    expect(answer.detail).not.toMatch(/T0KEN|K3Y/);
  });

  it('reads no more than 64 KiB of an endless answer', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>(resolve => {
      closed = resolve;
    });
    handler = (_request, response) => {
      response.on('close', closed);
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('y'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    };
    const answer = await channel(['127.0.0.1']).send(message, endpoint(), 0);
    expect(answer.status).toBe(500);
    await gone;
  });

  it('takes the status of an answer that breaks off', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    expect(await channel(['127.0.0.1']).send(message, endpoint(), 0)).toMatchObject({ status: 200 });
  });

  it('gives up on a receiver that does not answer', async () => {
    handler = () => undefined;
    const answer = await channel(['127.0.0.1'], { timeoutMilliseconds: 60 }).send(message, endpoint(), 0);
    expect(answer).toEqual({ status: 0, detail: 'no answer within 0.06 s', retryAfter: null });
  });

  it('makes nobody listening an answer', async () => {
    const away = endpoint({ url: `http://127.0.0.1:${port}/` });
    await new Promise(resolve => server.close(resolve));
    const answer = await channel(['127.0.0.1']).send(message, away, 0);
    expect(answer.status).toBe(0);
    expect(answer.detail).toContain('ECONNREFUSED');
  });

  it('refuses a private address when checked and when sending', async () => {
    const strict = channel([]);
    expect(() => strict.check(endpoint())).toThrow('127.0.0.1 is not a public address');
    expect(await strict.send(message, endpoint(), 0)).toMatchObject({
      status: 0,
      detail: expect.stringContaining('refused'),
    });
    expect(requests).toEqual([]);
  });

  it.each([
    [
      'any of the addresses is private',
      [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    ],
    ['it is mapped into IPv6', [{ address: '::ffff:127.0.0.1', family: 6 }]],
  ])('refuses a public name when %s at the moment of connecting', async (_name, addresses) => {
    const resolve: Resolve = (_host, done) => done(null, addresses);
    const guarded = channel([], { resolve });
    const rebound = endpoint({ url: `http://hooks.example.com:${port}/T0KEN` });
    guarded.check(rebound);
    const answer = await guarded.send(message, rebound, 0);
    expect(answer.status).toBe(0);
    expect(answer.detail).toMatch(/LW_TARGET_REFUSED.*hooks\.example\.com leads to/);
    expect(requests).toEqual([]);
  });

  it('connects where the checked name leads', async () => {
    const resolve: Resolve = (_host, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const named = endpoint({ url: `http://hooks.example.com:${port}/` });
    const answer = await channel(['127.0.0.0/8'], { resolve }).send(message, named, 0);
    expect(answer.status).toBe(200);
    expect(requests[0]!.headers.host).toBe(`hooks.example.com:${port}`);
  });

  it('does not send when the name cannot be looked up', async () => {
    const failed: Resolve = (host, done) =>
      done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), []);
    const named = endpoint({ url: 'http://hooks.example.com/' });
    expect((await channel([], { resolve: failed }).send(message, named, 0)).detail).toContain('ENOTFOUND');
    const empty: Resolve = (_host, done) => done(null, []);
    expect((await channel([], { resolve: empty }).send(message, named, 0)).detail).toContain(
      'has no address',
    );
  });

  it('looks a trusted name up by the system', async () => {
    const trusted = endpoint({ url: `http://localhost:${port}/` });
    expect(await channel([`localhost:${port}`]).send(message, trusted, 0)).toMatchObject({ status: 200 });
  });
});
