import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createRandom, hourMs, hours, startBefore } from './embedded/history.ts';
import { planPointKills, planRandomKills, points, settled } from './embedded/kill-plan.ts';
import { bundleService, type Run, runLives } from './embedded/lives.ts';
import { differences, readState, renumbered } from './embedded/state.ts';

/**
 * The whole embedded service, killed again and again while it reads 39 hours of traffic with copies, late rows, late
 * labels and garbage, fires an alert, orders a retraining and takes the new baseline. What it leaves must be what an
 * undisturbed run leaves.
 */
const randomKills = Number(process.env['LEEWAY_KILLS'] ?? 40);
const pointKills = Number(process.env['LEEWAY_POINT_KILLS'] ?? 5);
const killsOfRun = 20;
/** Runs side by side; they slow each other down. */
const lanes = 2;
const slowness = 1.3;

const directory = mkdtempSync(join(tmpdir(), 'leeway-kills-'));
const start = startBefore(systemClock.now());
const killed: string[] = [];
const began = performance.now();
let service = '';
let undisturbed: Run;

beforeAll(async () => {
  service = await bundleService();
  undisturbed = await runLives(service, { directory: join(directory, 'undisturbed'), start });
}, 120_000);

afterAll(() => {
  const names = killed.map(name => name.replace(/-\d+$/, ''));
  const counts = [...new Set(names)].sort().map(name => `${names.filter(n => n === name).length} ${name}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  console.log(
    `${killed.length} kills and restarts in ${seconds} s; last point passed before: ${counts.join(', ')}`,
  );
  rmSync(directory, { recursive: true, force: true });
});

describe('an undisturbed run', () => {
  it('plays the whole story: alert, order, promotion, resolution, and a second alert', () => {
    const { state, arrived } = undisturbed;
    const column = (table: string, name: string) =>
      state.tables[table]!.map(row => (JSON.parse(row) as Record<string, unknown>)[name]);
    expect(column('transitions', 'to').sort()).toEqual(['firing', 'firing', 'ok']);
    expect(new Set(column('orders', 'state'))).toEqual(
      new Set(['refused', 'requested', 'sent', 'running', 'succeeded', 'promoted']),
    );
    expect(column('activations', 'baseline')).toEqual([1, 2]);
    expect(new Set(column('rejects', 'reason')).size).toBe(7);
    expect(arrived).toHaveLength(4);
    for (const table of ['inferences', 'labels', 'profiles', 'findings'])
      expect(state.tables[table]!.length).toBeGreaterThan(1000);
    for (const point of points) expect(undisturbed.marks.map(mark => mark.name)).toContain(point);
    expectSound(undisturbed);
  });
});

describe('SIGKILL', () => {
  it(`${pointKills} times at each named point, and after a step, leaves the same as an undisturbed run`, async () => {
    const plans = planPointKills(undisturbed, pointKills);
    const runs = await inLanes(plans, async (kills, i) => {
      const run = await runLives(service, { directory: join(directory, `points-${i}`), start, kills });
      rmSync(run.directory, { recursive: true });
      killed.push(...run.killed);
      return run;
    });
    for (const run of runs) expectSame(run);
    for (const point of [...points, settled])
      expect(runs.flatMap(run => run.killed).filter(name => name.startsWith(point))).toHaveLength(pointKills);
  });

  it(`${randomKills} times at random moments leaves the same as an undisturbed run`, async () => {
    const count = Math.ceil(randomKills / killsOfRun);
    const kills = Array.from({ length: count }, (_, i) => Math.floor((randomKills + i) / count));
    const runs = await inLanes(kills, async (each, i) => {
      const random = createRandom(systemClock.now() + i);
      const delay = planRandomKills(undisturbed, { kills: each, random, slowness });
      const run = await runLives(service, { directory: join(directory, `random-${i}`), start, delay });
      rmSync(run.directory, { recursive: true });
      killed.push(...run.killed);
      return run;
    });
    for (const run of runs) expectSame(run);
    // A run may come to its end before its last kill.
    expect(runs.flatMap(run => run.killed).length).toBeGreaterThan(randomKills * 0.7);
  });
});

describe('the comparison', () => {
  it('does not mind a number that no baseline has', () => {
    const state = (number: number) =>
      renumbered({
        baselines: [`{"model":"m","baseline":1}`, `{"model":"m","baseline":${number}}`],
        orders: [`{"reason":"baseline ${number} is active","result":"{\\"baseline\\":${number}}"}`],
        findings: ['{"baseline":0}'],
      });
    expect(state(3)).toEqual(state(2));
    expect(state(2)['orders']).toEqual(['{"reason":"baseline 2 is active","result":"{\\"baseline\\":2}"}']);
  });

  it('sees a lost row, a profile that counts twice, and a bucket whose counts are wrong', async () => {
    const database = await openEmbedded(join(undisturbed.directory, 'data'));
    const read = () => readState(database, 'leeway', start + hours * hourMs);
    try {
      expect(differences(undisturbed.state, await read())).toEqual([]);
      await database.command(
        `ALTER TABLE leeway.inferences DELETE WHERE id = 'row-1234' SETTINGS mutations_sync = 1`,
      );
      const lost = await read();
      expect(differences(undisturbed.state, lost)).toEqual([
        expect.stringMatching(/^inferences: missing .*"row-1234"/),
      ]);
      // Once for each of the two baselines.
      expect(lost.miscounted).toHaveLength(2);
      expect(lost.audit.mismatches).toBe(1);
      await database.command(
        `INSERT INTO leeway.profiles SELECT * FROM leeway.profiles WHERE grain = 300 AND version = '' AND segment = ''
           AND subject = 'feature:age' AND (bucket, generation) IN
             (SELECT bucket, generation FROM leeway.profile_runs FINAL WHERE grain = 300) ORDER BY bucket LIMIT 1`,
      );
      const doubled = await read();
      expect(differences(lost, doubled)).toEqual([
        expect.stringMatching(/^profiles: too much .*"feature:age"/),
      ]);
      expect(doubled.miscounted).toHaveLength(3);
    } finally {
      await database.close();
    }
  });
});

/** What must hold of every run by itself. */
function expectSound({ state, arrived }: Run): void {
  expect(state.miscounted).toEqual([]);
  expect(state.audit.mismatches).toBe(0);
  expect(state.failedJobs).toEqual([]);
  const bodies = new Map(arrived.map(({ id, body }) => [id, body]));
  for (const { id, body } of arrived) expect(body).toBe(bodies.get(id));
}

function expectSame(run: Run): void {
  expectSound(run);
  expect(differences(undisturbed.state, run.state).slice(0, 20)).toEqual([]);
  const ids = (of: Run) => [...new Set(of.arrived.map(({ path, id }) => `${path} ${id}`))].sort();
  expect(ids(run)).toEqual(ids(undisturbed));
}

/** Works through `items`, some at a time; answers in their order. */
async function inLanes<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
