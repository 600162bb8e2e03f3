import { expect, test } from 'vitest';
import { fillDdl } from './ddl.ts';
import { migrations } from './migrations/index.ts';

const retention = { raw: 30, fiveMinute: 31, hourly: 90, daily: 400, labels: 401 };

test('every placeholder of every migration is filled', () => {
  for (const options of [
    { database: 'd', cluster: '', retention: null },
    { database: 'd', cluster: 'main', retention },
  ])
    for (const { statements } of migrations)
      for (const statement of statements) expect(fillDdl(statement, options)).not.toMatch(/[{}@]|undefined/);
});

test('one server, a cluster, and retention', () => {
  const sql =
    'CREATE TABLE {db}.t{cluster} (a DateTime) ENGINE = {replacing:a} ORDER BY a {ttl:a + toIntervalDay(@raw)}';
  expect(fillDdl(sql, { database: 'd', cluster: '', retention: null })).toBe(
    'CREATE TABLE d.t (a DateTime) ENGINE = ReplacingMergeTree(a) ORDER BY a ',
  );
  expect(fillDdl(sql, { database: 'd', cluster: 'main', retention })).toBe(
    "CREATE TABLE d.t ON CLUSTER 'main' (a DateTime) ENGINE = ReplicatedReplacingMergeTree(a) ORDER BY a TTL a + toIntervalDay(30)",
  );
});

test('migrations are numbered from 1 without gaps', () => {
  expect(migrations.map(m => m.number)).toEqual(migrations.map((_, i) => i + 1));
});
