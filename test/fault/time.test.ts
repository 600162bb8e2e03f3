import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type FaultyProxy, startFaultyProxy } from '../rig/faulty-proxy.ts';
import { type Rig, startRig } from '../rig/start.ts';
import { makeRow, rowsBefore, type SmallApp, shuffled, startSmallApp, trainingRows } from './small-app.ts';
import { createRandom } from './story/history.ts';
import { differences, type State } from './story/state.ts';

const seed = Number(process.env['LEEWAY_SEED'] ?? systemClock.now() % 1_000_000);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A whole hour, an hour and a bit ago. */
const end = Math.floor(systemClock.now() / hourMs - 1) * hourMs;

const directory = mkdtempSync(join(tmpdir(), 'leeway-time-'));
let rig: Rig;
let proxy: FaultyProxy;
let small: SmallApp | null = null;

beforeAll(async () => {
  rig = await startRig({ directory: join(directory, 'store') });
  proxy = await startFaultyProxy(rig.url);
}, 60_000);
afterEach(async () => {
  proxy.fault = () => null;
  await small?.app.stop();
  small = null;
});
afterAll(async () => {
  await proxy?.close();
  await rig?.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function start(database: string, rawDays?: number): Promise<SmallApp> {
  const data = join(directory, database);
  const days = rawDays === undefined ? {} : { rawDays };
  small = await startSmallApp({
    clickhouse: proxy.url,
    database,
    data,
    start: end + hourMs / 2,
    ...days,
  });
  return small;
}

function expectSound(state: State): void {
  expect(state.miscounted).toEqual([]);
  expect(state.audit.mismatches).toBe(0);
  expect(state.failedJobs).toEqual([]);
}

describe('event times', () => {
  it(`out of order by a day (seed ${seed}) come to the same as in order`, async () => {
    const rows = rowsBefore(end, { hours: 24, anHour: 30 });
    const states: State[] = [];
    for (const [name, list] of [
      ['in_order', rows],
      ['out_of_order', shuffled(rows, createRandom(seed))],
    ] as const) {
      const of = await start(name);
      await of.post(trainingRows(end - 2 * dayMs), '/v1/models/churn/baselines?activate=true');
      const batch = name === 'in_order' ? rows.length : 240;
      for (let at = 0; at < list.length; at += batch) {
        expect(await of.post(list.slice(at, at + batch))).toMatchObject({ refused: [] });
        await of.settle();
      }
      states.push(await of.read());
      await of.app.stop();
    }
    for (const state of states) expectSound(state);
    expect(states[0]!.tables['inferences']).toHaveLength(720);
    expect(states[0]!.tables['findings']!.length).toBeGreaterThan(100);
    const facts = (state: State) => ({
      ...state,
      tables: Object.fromEntries(
        ['inferences', 'touched', 'profiles', 'profile_runs', 'findings'].map(name => [
          name,
          // A row without a key has a position made by its request.
          state.tables[name]!.map(row => row.replace(/"position":"[^"]*"/, '')),
        ]),
      ),
    });
    expect(differences(facts(states[0]!), facts(states[1]!)).slice(0, 10)).toEqual([]);
  });

  it('over 120 days in one batch are all stored and profiled', async () => {
    const of = await start('days', 200);
    const rows = Array.from({ length: 240 }, (_, i) =>
      makeRow(i, end - Math.floor(i / 4) * dayMs - i * 1000),
    );
    await of.post(trainingRows(end - 130 * dayMs), '/v1/models/churn/baselines?activate=true');
    expect(await of.post(rows)).toMatchObject({ stored: 240, refused: [] });
    await of.settle();
    const state = await of.read();
    expectSound(state);
    expect(state.tables['inferences']).toHaveLength(240);
    const days = new Set(
      rows.map((_, i) => Math.floor((end - Math.floor(i / 2) * dayMs - i * 1000) / dayMs)),
    );
    expect(days.size).toBeGreaterThanOrEqual(120);
    const counted = await of.app.storage.database.rows(
      'SELECT sum(rows) AS n FROM days.profile_runs FINAL WHERE grain = 300',
    );
    expect(counted).toEqual([{ n: '240' }]);
  });
});

describe('clock steps of five minutes', () => {
  const step = 300_000;

  it.each([
    { who: 'the service', wall: 1, store: 0 },
    { who: 'the store', wall: 0, store: 1 },
    { who: 'both', wall: 1, store: 1 },
  ])('of $who, forth and back, lose no row and count none twice', async ({ who, wall, store }) => {
    const of = await start(`steps_${who.replace('the ', '')}`);
    // A baseline activated just before a step back counts only when the clock has reached its activation again.
    of.offset = -4 * step;
    await of.post(trainingRows(end - 2 * dayMs), '/v1/models/churn/baselines?activate=true');
    let steps = 0;
    const set = (offset: number) => {
      of.offset = wall * offset;
      const wrong = store * offset;
      proxy.fault = ({ sql }) => {
        if (wrong === 0 || !sql.startsWith('SELECT toUnixTimestamp64Milli(now64(3)) AS now')) return null;
        steps++;
        return { kind: 'answer', body: `{"now":"${systemClock.now() + wrong}"}\n` };
      };
    };
    const offsets = [0, step, -step, 0];
    for (const [i, offset] of offsets.entries()) {
      set(offset);
      // Every time into the same buckets, and ten of the rows before once more.
      const begin = Math.max(0, i * 50 - 10);
      const index = Array.from({ length: (i + 1) * 50 - begin }, (_, k) => begin + k);
      const rows = index.map(k => makeRow(k, end - (k % 50) * 60_000));
      expect(await of.post(rows)).toMatchObject({ refused: [] });
      await of.settle();
      const { database, db } = of.app.storage;
      const [counted] = await database.rows(
        `SELECT (SELECT count() FROM ${db}.inferences FINAL) AS stored, sum(rows) AS profiled
         FROM ${db}.profile_runs FINAL WHERE grain = 300`,
      );
      const all = String(50 * (i + 1));
      expect(counted, `after step ${i}`).toEqual({ stored: all, profiled: all });
    }
    expectSound(await of.read());
    if (store === 1) expect(steps).toBeGreaterThan(5);
  });
});
