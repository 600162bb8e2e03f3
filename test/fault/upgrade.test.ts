import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { fillDdl } from '../../src/store/ddl.ts';
import { migrations } from '../../src/store/migrations/index.ts';
import { openServer } from '../../src/store/server.ts';
import { type Rig, startRig } from '../rig/start.ts';
import { makeRow, rowsBefore, type SmallApp, startSmallApp, trainingRows } from './small-app.ts';
import { differences, type State } from './story/state.ts';

/**
 * A store as an earlier Leeway left it: only the first migrations, and rows with the columns of that time. The service of
 * now is started on it.
 */
const hourMs = 3_600_000;
const end = Math.floor(systemClock.now() / hourMs - 1) * hourMs;
const directory = mkdtempSync(join(tmpdir(), 'leeway-upgrade-'));
let rig: Rig;
let database: Database;
let small: SmallApp | null = null;
let now: State;

/** `minutes` after the newest row; the clock of the service of now is behind that of the earlier one otherwise. */
const start = async (name: string, minutes: number) => {
  small = await startSmallApp({
    clickhouse: rig.url,
    database: name,
    data: join(directory, name),
    start: end + minutes * 60_000,
  });
  return small;
};
const stop = async () => {
  await small?.app.stop();
  small = null;
};

beforeAll(async () => {
  rig = await startRig({ directory: join(directory, 'store') });
  database = await openServer({ url: rig.url, username: 'default', password: '' });
  const of = await start('of_now', 20);
  await of.post(trainingRows(end - 48 * hourMs), '/v1/models/churn/baselines?activate=true');
  await of.post(rowsBefore(end, { hours: 12, anHour: 60 }));
  await of.settle();
  now = await of.read();
  await stop();
}, 120_000);
afterEach(stop);
afterAll(async () => {
  await database?.close();
  await rig?.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** The first `count` migrations, and what the store of now holds in the columns they know. */
async function makeOlder(name: string, count: number): Promise<void> {
  const fill = (sql: string) => fillDdl(sql, { database: name, cluster: '', retention: null });
  await database.command(`CREATE DATABASE ${name}`);
  await database.command(
    fill(`CREATE TABLE {db}.migrations (number UInt32, name String, at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = {replacing:at} ORDER BY number`),
  );
  for (const { number, name: title, statements } of migrations.slice(0, count)) {
    for (const statement of statements) await database.command(fill(statement));
    await database.insertRows(`${name}.migrations`, [{ number, name: title }]);
  }
  const tables = await database.rows<{ table: string; columns: string[] }>(
    `SELECT table, groupArray(name) AS columns FROM system.columns
     WHERE database = {name:String} AND table != 'migrations' GROUP BY table`,
    { name },
  );
  for (const { table, columns } of tables) {
    const list = columns.map(column => `\`${column}\``).join(', ');
    await database.command(`INSERT INTO ${name}.${table} (${list}) SELECT ${list} FROM of_now.${table}`);
  }
}

describe('an upgrade', () => {
  it.each(migrations.slice(0, -1).map(({ number, name }, i) => ({ number, name, count: i + 1 })))(
    'from a store as of migration $number ($name) keeps every row, and goes on',
    async ({ count }) => {
      const name = `was_${count}`;
      await makeOlder(name, count);
      const began = performance.now();
      const of = await start(name, 40);
      console.log(`from migration ${count}: up after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const before = await of.read();
      const facts = ({ tables }: State) =>
        Object.fromEntries(
          ['inferences', 'labels', 'rejects', 'activations', 'profile_runs'].map(t => [t, tables[t]!]),
        );
      expect(differences({ ...now, tables: facts(now) }, { ...before, tables: facts(before) })).toEqual([]);
      expect(before.tables['findings']).toHaveLength(now.tables['findings']!.length);
      // Ten rows that are there already, and fifty new ones in the same hours.
      const rows = Array.from({ length: 60 }, (_, i) =>
        makeRow(710 + i, end - 12 * hourMs + (710 + i) * 60_000 - (i < 10 ? 0 : 6 * hourMs)),
      );
      expect(await of.post(rows)).toMatchObject({ stored: 60, refused: [] });
      await of.settle();
      const after = await of.read();
      expect(after.tables['inferences']).toHaveLength(720 + 50);
      expect(after.miscounted).toEqual([]);
      expect(after.audit.mismatches).toBe(0);
      expect(after.failedJobs).toEqual([]);
      const recorded = await database.rows<{ number: number }>(
        `SELECT number FROM ${name}.migrations FINAL ORDER BY number`,
      );
      expect(recorded.map(({ number }) => Number(number))).toEqual(migrations.map(({ number }) => number));
    },
  );
});
