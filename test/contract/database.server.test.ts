import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import { expect, test } from 'vitest';
import { StoreError } from '../../src/store/failures.ts';
import { openServer } from '../../src/store/server.ts';
import { startRig } from '../rig/start.ts';
import { databaseContract } from './database.contract.ts';

const connection = { username: 'default', password: '', database: 'default', requestTimeoutMs: 20_000 };

databaseContract('server', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
  const rig = await startRig({ directory });
  const database = await openServer({ ...connection, url: rig.url });
  return {
    database,
    close: async () => {
      await database.close();
      await rig.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

test('a server that is away is a failure of transport to retry; it comes back at the same address with its rows', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
  const rig = await startRig({ directory });
  const database = await openServer({ ...connection, url: rig.url });
  await database.command('CREATE TABLE default.kept (n UInt8) ENGINE = MergeTree ORDER BY n');
  await database.insertRows('default.kept', [{ n: 1 }]);
  await rig.kill();
  const error = await database.insertRows('default.kept', [{ n: 2 }]).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(StoreError);
  expect((error as StoreError).code).toBe(0);
  expect((error as StoreError).failure).toBe('retry');
  const again = await startRig({ directory, port: Number(new URL(rig.url).port) });
  expect(again.url).toBe(rig.url);
  expect(await database.rows('SELECT n FROM default.kept')).toEqual([{ n: 1 }]);
  await database.close();
  await again.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('a wrong password is fatal, a slow answer is retried, and the plain client works through the rig', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
  const rig = await startRig({ directory, password: 'right' });
  const wrong = await openServer({ ...connection, url: rig.url, password: 'wrong' });
  await expect(wrong.rows('SELECT 1')).rejects.toMatchObject({ code: 516, failure: 'fatal' });
  const hasty = await openServer({ ...connection, url: rig.url, password: 'right', requestTimeoutMs: 100 });
  await expect(hasty.rows('SELECT sleep(0.5)')).rejects.toMatchObject({ code: 0, failure: 'retry' });
  const client = createClient({ url: rig.url, password: 'right' });
  expect(await client.ping()).toMatchObject({ success: true });
  await client.command({ query: 'CREATE TABLE default.c (n UInt8, s String) ENGINE = MergeTree ORDER BY n' });
  await client.insert({ table: 'default.c', values: [{ n: 1, s: 'a\n\nb' }], format: 'JSONEachRow' });
  const result = await client.query({ query: 'SELECT * FROM default.c', format: 'JSONEachRow' });
  expect(await result.json()).toEqual([{ n: 1, s: 'a\n\nb' }]);
  for (const part of [client, wrong, hasty]) await part.close();
  await rig.stop();
  rmSync(directory, { recursive: true, force: true });
});
