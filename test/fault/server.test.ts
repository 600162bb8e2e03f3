import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { openServer } from '../../src/store/server.ts';
import { type LineStore, openLineStore } from '../kafka/line-store.ts';
import { startHttpTraffic, type Traffic } from '../kafka/line-traffic.ts';
import { type Fault, type FaultyProxy, type Statement, startFaultyProxy } from '../rig/faulty-proxy.ts';
import { type Rig, startRig } from '../rig/start.ts';
import { type Leeway, type LeewayOptions, NotStarted, pause, startLeeway, until } from './leeway.ts';
import { bundle } from './story/bundle.ts';

/** The service under traffic while the ClickHouse behind it has a bad day. */
const badSeconds = Number(process.env['LEEWAY_FAULT_SECONDS'] ?? 1);
/** Waits for what takes a minute: a hanging statement that ends by its own limit, a sender that tries again. */
const full = process.env['LEEWAY_FULL_WAITS'] === '1';

const directory = mkdtempSync(join(tmpdir(), 'leeway-server-'));
let rig: Rig;
let proxy: FaultyProxy;
let store: LineStore;
let database: Database;
let options: LeewayOptions;
let service: Leeway;
let traffic: Traffic;
const figures: string[] = [];

beforeAll(async () => {
  const program = await bundle('src/cli/main.ts');
  rig = await startRig({ directory: join(directory, 'store') });
  proxy = await startFaultyProxy(rig.url);
  store = await openLineStore(rig.url);
  database = await openServer({ url: rig.url, username: 'default', password: '' });
  options = { program, directory: join(directory, 'service'), config: { clickhouse: { url: proxy.url } } };
  service = await startLeeway(options);
}, 180_000);
afterEach(() => {
  proxy.fault = () => null;
  proxy.resetHanging();
  traffic?.end();
});
afterAll(async () => {
  console.log(figures.join('\n'));
  await service?.kill();
  await store?.close();
  await database?.close();
  await proxy?.close();
  await rig?.kill();
  rmSync(directory, { recursive: true, force: true });
});

const keyed = [
  { id: 'keyed', model: 'away', time: new Date(systemClock.now()).toISOString(), features: { amount: 1 } },
];
const inserts = (fault: Fault) => (statement: Statement) => (statement.kind === 'insert' ? fault : null);
const everything = (fault: Fault) => () => fault;

/** Traffic that flows, then the fault. */
async function begin(fault: FaultyProxy['fault']): Promise<void> {
  traffic = startHttpTraffic(() => service.url);
  await until('rows are stored', () => traffic.sent.size > 8);
  expect(await service.ready()).toEqual({ status: 200, reasons: [] });
  proxy.fault = fault;
}

/** The fault ends: gives the seconds until the service is ready and takes rows again. */
async function recover(name: string, mostSeconds = 40): Promise<number> {
  proxy.fault = () => null;
  const before = traffic.sent.size;
  const seconds = await until(
    'it takes rows again',
    async () => {
      return traffic.sent.size > before && (await service.ready()).status === 200;
    },
    mostSeconds,
  );
  const statuses = [...new Set(traffic.refusals.map(({ status }) => status))].join(', ') || 'none';
  figures.push(`${name}: ready again after ${seconds.toFixed(1)} s; answers other than 200: ${statuses}`);
  return seconds;
}

/** Everything acknowledged is there, once, and marked; nothing became a reject. */
async function expectAll(): Promise<void> {
  await traffic.stop();
  const ids = await store.ids();
  expect(
    [...traffic.sent.keys()].filter(id => ids.get(id) !== 1),
    'lost or double',
  ).toEqual([]);
  expect(await store.unmarked()).toBe(0);
  expect((await store.rejects()).size).toBe(0);
}

describe('ClickHouse', () => {
  it.each([
    { code: 252, name: 'TOO_MANY_PARTS', which: inserts },
    { code: 241, name: 'MEMORY_LIMIT_EXCEEDED', which: inserts },
    { code: 164, name: 'READONLY', which: everything },
    { code: 242, name: 'TABLE_IS_READ_ONLY', which: inserts },
  ] as const)(
    'refuses with $code $name: rows wait, it says so, and goes on',
    async ({ code, name, which }) => {
      await begin(which({ kind: 'refuse', code, name }));
      await until('it is not ready', async () => (await service.ready()).status === 503, 10);
      expect((await service.ready()).reasons).toEqual([
        'the store is away: rows wait, sources are paused, nothing is dropped',
      ]);
      expect(await service.metric('leeway_store_up')).toBe(0);
      await pause(badSeconds * 1000);
      const told = service.log().filter(line => line.msg === 'statement failed' && line['code'] === code);
      expect(told[0]).toMatchObject({ failure: 'retry' });
      expect(await recover(`${code} ${name}`)).toBeLessThan(15);
      expect(await service.metric('leeway_store_up')).toBe(1);
      await expectAll();
    },
  );

  it('is slow, 2 s a statement: rows are stored late, senders are told to come again, none is stored twice', async () => {
    const rows = () => store.number('SELECT uniqExact(id) AS n FROM leeway.inferences');
    await begin(everything({ kind: 'slow', milliseconds: 2000 }));
    await pause(500);
    const before = await rows();
    const stored = await until('rows are stored all the same', async () => (await rows()) > before, 30);
    await until('a request has waited for too long', () => traffic.refusals.length > 0, 30);
    figures.push(`slow: the next rows were stored after ${stored.toFixed(1)} s`);
    for (const refusal of traffic.refusals) expect(refusal).toMatchObject({ status: 503, retryAfter: '5' });
    // It answers, if late.
    expect(await service.ready()).toEqual({ status: 200, reasons: [] });
    if (full) {
      const seconds = await until(
        'a sender with a key is answered',
        () => service.postOnce('slow-1', keyed),
        90,
      );
      figures.push(
        `slow: a request with an Idempotency-Key is answered after ${seconds.toFixed(1)} s of trying`,
      );
    }
    expect(await recover('slow, 2 s a statement')).toBeLessThan(20);
    await expectAll();
  });

  it('hangs: requests are answered 503 in 10 s, it is not ready, and goes on when the server is restarted', async () => {
    await begin(everything({ kind: 'hang' }));
    const noticed = await until('it is not ready', async () => (await service.ready()).status === 503, 75);
    await until('a request is given up', () => traffic.refusals.length > 0, 15);
    figures.push(`hanging: not ready after ${noticed.toFixed(1)} s`);
    expect(noticed).toBeLessThan(20);
    for (const refusal of traffic.refusals) expect(refusal).toMatchObject({ status: 503, retryAfter: '5' });
    for (const refusal of traffic.refusals) expect(refusal.seconds).toBeLessThan(11.5);
    if (!full) proxy.resetHanging();
    const most = full ? 75 : 15;
    expect(await recover('hanging', most)).toBeLessThan(most);
    await expectAll();
  });

  it('breaks off after it has stored: the rows are sent again and are the same rows', async () => {
    let cut = 0;
    // Copies would be collapsed before they are counted.
    await database.command('SYSTEM STOP MERGES leeway.inferences');
    await begin(statement => {
      if (statement.kind !== 'insert' || !statement.sql.includes('.inferences')) return null;
      cut++;
      return cut <= 4 ? { kind: 'cut-answer' } : { kind: 'cut-request' };
    });
    await until('it is not ready', async () => (await service.ready()).status === 503, 10);
    await until('it was cut four times', () => cut > 4, 20);
    const copies = await store.number('SELECT count() - uniqExact(id) AS n FROM leeway.inferences');
    await database.command('SYSTEM START MERGES leeway.inferences');
    expect(copies).toBeGreaterThan(0);
    await recover('connection broken after the insert');
    await expectAll();
  });

  it('breaks off for good (236): the process ends with its line, and a restart goes on', async () => {
    await begin(inserts({ kind: 'refuse', code: 236, name: 'ABORTED' }));
    expect(await service.ended).toBe(1);
    expect(service.said()).toMatch(/LW_STORE_FATAL.*code 236/);
    expect(service.said()).toContain('Restart Leeway; it recovers by itself.');
    proxy.fault = () => null;
    const began = performance.now();
    service = await startLeeway(options);
    figures.push(`236: listening ${((performance.now() - began) / 1000).toFixed(1)} s after the restart`);
    await recover('236 ABORTED');
    await expectAll();
  });
});

describe('a store of a newer Leeway', () => {
  it('is refused and not touched', async () => {
    const config = { clickhouse: { url: proxy.url, database: 'newer' } };
    const newer = { ...options, directory: join(directory, 'newer'), config };
    await (await startLeeway(newer)).stop();
    const statements: string[] = [];
    proxy.fault = ({ sql, kind }) => {
      if (kind === 'insert') statements.push(sql);
      return null;
    };
    await database.command(`INSERT INTO newer.migrations (number, name) VALUES (9999, 'of-tomorrow')`);
    const refused = await startLeeway(newer).then(
      () => null,
      (error: unknown) => error as NotStarted,
    );
    expect(refused).toBeInstanceOf(NotStarted);
    expect(refused!.code).toBe(1);
    expect(refused!.message).toMatch(
      /LW_MIGRATION_CHANGED.*migration 9999 "of-tomorrow" of this store is not known here/,
    );
    expect(refused!.message).toContain('Use that version, or a newer one.');
    expect(statements).toEqual([]);
  });
});
