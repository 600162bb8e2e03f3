import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createStoreClock } from '../../src/store/clock.ts';
import type { Database } from '../../src/store/database.ts';
import { createIntake } from '../../src/store/intake.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openServer } from '../../src/store/server.ts';
import { makeLabel, outcomeOf } from '../rig/rows.ts';
import { type Rig, startRig } from '../rig/start.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
const db = 'intake';
let rig: Rig;
const open: Database[] = [];

const connect = async () => {
  const database = await openServer({
    url: rig.url,
    username: 'default',
    password: '',
    database: 'default',
    requestTimeoutMs: 20_000,
  });
  open.push(database);
  return database;
};

beforeAll(async () => {
  rig = await startRig({ directory });
  await migrate(await connect(), { database: db, cluster: '', retention: null });
});
afterAll(async () => {
  for (const database of open) await database.close();
  await rig.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('two writers, the server killed and started again under traffic: every row once, marked, nothing lost', async () => {
  const writers = await Promise.all(
    [0, 1].map(async n => {
      const database = await connect();
      const events = createRecordedEvents();
      const intake = await createIntake({
        database,
        db,
        storeClock: createStoreClock(database),
        clock: systemClock,
        events,
        random: Math.random,
        limits: { autoModels: 10, batchRows: 500, lingerMs: 20, maxWaitingRows: 10_000 },
      });
      return { n, intake, events };
    }),
  );
  const batches = 30;
  const rows = 100;
  const port = Number(new URL(rig.url).port);
  const traffic = writers.map(async ({ n, intake }) => {
    const answers = [];
    for (let b = 0; b < batches; b++) {
      const outcomes = Array.from({ length: rows }, (_, i) => {
        const id = `${n}-${b}-${i}`;
        return outcomeOf({ id, time: (b * rows + i) * 1000 }, i % 2 === 0 ? makeLabel({ id }) : null);
      });
      const progress = [{ source: 'kafka', partition: `${n}`, position: `${b}`, watermark: b, lag: 0 }];
      const write = intake.write({ outcomes, progress }, { linger: true });
      answers.push(write);
      if (b % 5 === 0) await write;
    }
    return Promise.all(answers);
  });
  for (let i = 0; i < 2; i++) {
    await systemClock.sleep(150);
    await rig.kill();
    await systemClock.sleep(200);
    rig = await startRig({ directory, port });
  }
  for (const answers of await Promise.all(traffic))
    expect(answers).toEqual(
      Array.from({ length: batches }, () => ({ stored: rows, labels: rows / 2, refused: [] })),
    );
  expect(writers.some(w => w.events.seen.some(e => e.name === 'storeRecovered'))).toBe(true);
  for (const { intake } of writers) {
    expect(intake.healthy).toBe(true);
    await intake.stop();
  }
  const database = open[0]!;
  const total = String(2 * batches * rows);
  expect(
    await database.rows(`SELECT count() AS n, uniqExact(id) AS ids FROM ${db}.inferences FINAL`),
  ).toEqual([{ n: total, ids: total }]);
  expect(await database.rows(`SELECT count() AS n FROM ${db}.labels FINAL`)).toEqual([
    { n: String(batches * rows) },
  ]);
  expect(
    await database.rows(
      `SELECT count() AS n FROM (SELECT DISTINCT model, environment, bucket FROM ${db}.inferences)
       WHERE (model, environment, bucket) NOT IN (SELECT model, environment, bucket FROM ${db}.touched)`,
    ),
  ).toEqual([{ n: '0' }]);
  expect(
    await database.rows(`SELECT partition, position FROM ${db}.progress FINAL ORDER BY partition`),
  ).toEqual([
    { partition: '0', position: String(batches - 1) },
    { partition: '1', position: String(batches - 1) },
  ]);
});
