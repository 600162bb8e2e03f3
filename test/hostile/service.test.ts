import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { usedHeap } from './memory.ts';
import { createDraw, createMutations } from './mutations.ts';
import { prototypeNames } from './prototypes.ts';

const inputs = Number(process.env['LEEWAY_FUZZ_HTTP'] ?? 30_000);
const seed = Number(process.env['LEEWAY_SEED'] ?? 20_261_121);
const rowsOfBody = 500;
const directory = mkdtempSync(join(tmpdir(), 'leeway-hostile-'));
let app: App;

beforeAll(async () => {
  const config = loadConfig(null, {
    data: join(directory, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    log: { level: 'silent' },
  });
  app = await startApp(config, { logs: 'silent', scheduled: false });
});
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ path = '/v1/inferences', method = 'POST', body, headers = {} }: Sent) {
  const response = await fetch(app.url + path, { method, body: Uint8Array.from(body), headers });
  const text = await response.text();
  // An answer never shows where in the program it was made.
  if (/\bat .*:\d+:\d+|node_modules|\/src\//.test(text)) throw new Error(`shows its inside: ${text}`);
  return { status: response.status, answer: JSON.parse(text) as Record<string, unknown> };
}

async function countOf(table: string): Promise<number> {
  const [row] = await app.storage.database.rows<{ n: string }>(
    `SELECT count() AS n FROM ${app.storage.db}.${table} FINAL`,
  );
  return Number(row!.n);
}

const goodRow = (id: string) =>
  Buffer.from(
    JSON.stringify({ id, model: 'm', time: systemClock.now(), features: { a: 1 }, prediction: 0.5 }),
  );

async function expectAlive(): Promise<void> {
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  const { status, answer } = await send({ body: goodRow(`alive-${systemClock.now()}`) });
  expect([status, answer['stored']]).toEqual([200, 1]);
}

describe('spoilt payloads over HTTP', () => {
  it(`${inputs} of them are each stored or listed with a reason, and change nothing else`, async () => {
    const before = prototypeNames();
    const next = createMutations(seed, systemClock.now());
    let refused = 0;
    let heap = 0;
    const bodies = Math.ceil(inputs / rowsOfBody);
    for (let n = 0; n < bodies; n++) {
      const rows = Array.from({ length: rowsOfBody }, () => next());
      const body = Buffer.concat(rows.flatMap(row => [row, Buffer.from('\n')]));
      const { status, answer } = await send({ body, headers: { 'content-type': 'application/x-ndjson' } });
      expect(status, JSON.stringify(answer)).toBe(200);
      const { refused: listed = [], refusedCount } = answer as {
        refused?: unknown[];
        refusedCount?: number;
      };
      refused += refusedCount ?? listed.length;
      if (n === Math.floor(bodies / 4)) heap = usedHeap();
    }
    expect(prototypeNames()).toEqual(before);
    expect(refused).toBeGreaterThan(inputs / 10);
    expect(await countOf('rejects')).toBe(refused);
    expect(await countOf('inferences')).toBeGreaterThan(inputs / 100);
    expect(usedHeap() - heap).toBeLessThan(32 * 1024 * 1024);
    await app.round();
    await expectAlive();
  });

  it('whole bodies, headers and methods at random are answered with a code of the list', async () => {
    const draw = createDraw(seed);
    const next = createMutations(seed + 1, systemClock.now());
    const types = ['application/json', 'application/x-ndjson', 'text/plain', 'multipart/form-data', 'a/b;c'];
    const encodings = ['', 'gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'identity', 'compress'];
    const paths = ['/v1/inferences', '/v1/labels', '/v1/models/m/baselines', '/v1/nothing', '/v1/retraining'];
    const statuses = new Map<number, number>();
    for (let n = 0; n < Math.min(3000, inputs / 30); n++) {
      const plain = next();
      const encoding = encodings[draw(encodings.length)]!;
      const spoilt = draw(3);
      const packed = gzipSync(plain);
      const body = spoilt === 0 ? packed : spoilt === 1 ? packed.subarray(0, draw(packed.length)) : plain;
      const headers = {
        'content-type': types[draw(types.length)]!,
        ...(encoding === '' ? {} : { 'content-encoding': encoding }),
        ...(draw(4) === 0 ? { 'idempotency-key': `key-${draw(50)}` } : {}),
      };
      const method = ['POST', 'PUT', 'DELETE', 'PATCH'][draw(8)] ?? 'POST';
      const { status, answer } = await send({ path: paths[draw(paths.length)]!, method, body, headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // 422 lists every row with its reason.
      if (status >= 400 && status !== 422) expect(answer['code']).toMatch(/^LW_[A-Z_]+$/);
      expect(status).toBeLessThan(500);
    }
    for (const status of [200, 400, 404, 415]) expect([...statuses.keys()]).toContain(status);
    await expectAlive();
  });

  it('bombs in every encoding are refused before they fill the memory', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 0x20));
    const before = process.memoryUsage().rss;
    for (const encoding of ['gzip', 'x-gzip', 'deflate', 'br', 'zstd', 'gzip, gzip']) {
      const { status } = await send({ body: bomb, headers: { 'content-encoding': encoding } });
      expect([encoding, status]).toEqual([
        encoding,
        encoding.endsWith('p') && !encoding.includes(',') ? 413 : 415,
      ]);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    const big = Buffer.alloc(6_000_000, 0x20);
    expect((await send({ body: big })).status).toBe(413);
    await expectAlive();
  });
});

describe('connections that mean harm', () => {
  const sockets: Socket[] = [];
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  afterAll(() => sockets.forEach(socket => socket.destroy()));

  it('500 that never finish a request hold nobody up', async () => {
    for (let n = 0; n < 500; n++)
      (await open()).write(
        n % 2 === 0
          ? 'POST /v1/inferences HTTP/1.1\r\nHost: 127.0.0.1\r\nX-'
          : 'POST /v1/inferences HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n{"model"',
      );
    await expectAlive();
  });

  it('bytes that are no HTTP, and headers without end, are answered 4xx and closed', async () => {
    const cases = [
      '\u0016\u0003\u0001\u0002\u0000',
      'GET / HTTP/9.9\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Long: y\r\n'.repeat(5000)}\r\n`,
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      'POST /v1/inferences HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /v1/inferences HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ];
    for (const text of cases) {
      const socket = await open();
      const answer = new Promise<string>(resolve => {
        let all = '';
        socket.on('data', chunk => (all += String(chunk)));
        socket.on('close', () => resolve(all));
      });
      socket.write(text);
      expect(await answer).toMatch(/^(HTTP\/1\.1 4\d\d|$)/);
    }
    await expectAlive();
  });
});
