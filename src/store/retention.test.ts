import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { migrate } from './migrate.ts';
import { applyRetention } from './retention.ts';

let directory: string;
let database: Database;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leeway-retention-'));
  database = await openEmbedded(directory);
});
afterAll(async () => {
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

const options = (raw: number) => ({
  database: 'kept',
  cluster: '',
  retention: { raw, fiveMinute: raw, hourly: 90, daily: 400, labels: 400 },
});

async function ttls(): Promise<Record<string, string>> {
  const rows = await database.rows<{ name: string; ttl: string }>(
    "SELECT name, extract(engine_full, 'TTL (.*) SETTINGS') AS ttl FROM system.tables WHERE database = 'kept'",
  );
  return Object.fromEntries(rows.map(({ name, ttl }) => [name, ttl]));
}

test('a store that exists takes over a retention that was changed', async () => {
  await migrate(database, options(30));
  expect((await ttls())['inferences']).toBe('greatest(bucket, toDateTime(received)) + toIntervalDay(30)');
  await migrate(database, options(60));
  const changed = await ttls();
  expect(changed['inferences']).toBe('greatest(bucket, toDateTime(received)) + toIntervalDay(60)');
  expect(changed['profiles']).toBe('bucket + toIntervalDay(multiIf(grain = 300, 60, grain = 3600, 90, 400))');
  expect(changed['profile_runs']).toBe('bucket + toIntervalDay(400)');
});

test('nothing is altered where store and configuration agree', async () => {
  await migrate(database, options(60));
  const commands: string[] = [];
  const watched = { ...database, command: async (sql: string) => void commands.push(sql) };
  await applyRetention(watched, options(60));
  expect(commands).toEqual([]);
  await applyRetention(watched, { ...options(60), retention: null });
  expect(commands).toEqual([]);
});
