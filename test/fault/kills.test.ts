import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { bundleStory } from './story/bundle.ts';
import {
  type Campaign,
  digest,
  faultsOf,
  inLanes,
  pointTasks,
  randomTasks,
  runTask,
  runUndisturbed,
  type Task,
  type Verdict,
} from './story/campaign.ts';
import { hourMs, hours, startBefore } from './story/history.ts';
import { drawKills, planPointKills, points, settled } from './story/kill-plan.ts';
import type { Over, Run } from './story/lives.ts';
import { differences, readState, renumbered } from './story/state.ts';
import { closingTable } from './table.ts';

/**
 * The whole service, killed again and again while it reads 39 hours of traffic with copies, late rows, late labels and
 * garbage, fires an alert, orders a retraining and takes the new baseline: with chDB in the process, and with a
 * ClickHouse behind HTTP that is killed too. What it leaves must be what an undisturbed run leaves. `npm run fault` does
 * the same at any size.
 */
const randomKills = Number(process.env['LEEWAY_KILLS'] ?? 30);
const pointKills = Number(process.env['LEEWAY_POINT_KILLS'] ?? 2);
const seed = Number(process.env['LEEWAY_SEED'] ?? systemClock.now() % 1_000_000);
const killsOfRun = 20;
/** Generous: a kill costs two seconds on two idle cores. */
const timeoutFor = (kills: number) => 300_000 + kills * 15_000;
/** Runs side by side; they slow each other down. */
const lanes = 2;
const overs: readonly Over[] = ['embedded', 'http'];

const directory = mkdtempSync(join(tmpdir(), 'leeway-kills-'));
const verdicts: Verdict[] = [];
const began = performance.now();
const undisturbed = new Map<Over, Run>();
let campaign: Campaign;

beforeAll(async () => {
  const bundle = await bundleStory();
  campaign = { bundle, directory, start: startBefore(systemClock.now()) };
  const runs = await inLanes({ lanes, items: overs }, over => runUndisturbed(campaign, over));
  for (const [i, over] of overs.entries()) undisturbed.set(over, runs[i]!);
}, 180_000);

afterAll(() => {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const kills = verdicts.reduce((sum, { run }) => sum + run.killed.length, 0);
  console.log(`${kills} kills in ${seconds} s, seed ${seed}: the same again with LEEWAY_SEED=${seed}`);
  console.log(closingTable(verdicts));
  rmSync(directory, { recursive: true, force: true });
});

describe('an undisturbed run', () => {
  it.each(overs)(
    'plays the whole story over %s: alert, order, promotion, resolution, and a second alert',
    over => {
      const run = undisturbed.get(over)!;
      const { state, arrived, marks } = run;
      const column = (table: string, name: string) =>
        state.tables[table]!.map(row => (JSON.parse(row) as Record<string, unknown>)[name]);
      // Changes of state: an episode may list further subjects while it lasts.
      const moves = column('transitions', 'to').filter((to, i) => to !== column('transitions', 'from')[i]);
      expect(moves.sort()).toEqual(['firing', 'firing', 'ok']);
      expect(new Set(column('orders', 'state'))).toEqual(
        new Set(['refused', 'requested', 'sent', 'running', 'succeeded', 'promoted']),
      );
      expect(column('activations', 'baseline')).toEqual([1, 2]);
      expect(new Set(column('rejects', 'reason')).size).toBe(7);
      expect(arrived).toHaveLength(4);
      for (const table of ['inferences', 'labels', 'profiles', 'findings'])
        expect(state.tables[table]!.length).toBeGreaterThan(1000);
      for (const point of points) expect(marks.map(mark => mark.name)).toContain(point);
      expect(faultsOf(run, undisturbed.get('embedded')!)).toEqual([]);
    },
  );
});

describe('SIGKILL', () => {
  // All of them together: both lanes stay busy.
  beforeAll(
    async () => {
      const size = { seed, kills: randomKills / overs.length, killsOfRun };
      const tasks = [
        ...pointTasks('embedded', undisturbed.get('embedded')!, pointKills),
        ...overs.flatMap(over => randomTasks(over, size)),
      ];
      const run = (task: Task) => runTask(campaign, undisturbed.get(task.over)!, task);
      verdicts.push(...(await inLanes({ lanes, items: tasks }, run)));
    },
    timeoutFor(pointKills * 9 + randomKills),
  );

  const killsOf = (atRandom: boolean) =>
    verdicts
      .filter(({ task }) => (task.points === null) === atRandom)
      .flatMap(({ task, run, faults }) => {
        expect(digest(faults), `${task.name}, seed ${seed}`).toEqual([]);
        return run.killed;
      });

  it(`${pointKills} times at each named point, and after a step, leaves the same as an undisturbed run`, () => {
    const killed = killsOf(false);
    for (const point of [...points, settled])
      expect(
        killed.filter(({ after }) => after.startsWith(point)),
        point,
      ).toHaveLength(pointKills);
  });

  it(`${randomKills} times at random moments, of Leeway and of ClickHouse, leaves the same as an undisturbed run`, () => {
    const killed = killsOf(true);
    // A run may come to its end before its last kill.
    expect(killed.length).toBeGreaterThan(randomKills * 0.6);
    expect(new Set(killed.map(({ victim }) => victim))).toEqual(new Set(['service', 'store']));
  });
});

describe('the plan', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = (of: number) =>
      randomTasks('http', { seed: of, kills: 45, killsOfRun }).map(task =>
        drawKills(task.seed, { kills: task.kills, victims: 'both' }),
      );
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
    expect(plan(7).flat()).toHaveLength(45);
    expect(plan(7)[0]).not.toEqual(plan(7)[1]);
  });

  it('kills each point as often as asked, at as many different hits of a run', () => {
    for (const each of [1, 2, 3, 5, 25, 100]) {
      const plans = planPointKills(undisturbed.get('embedded')!, each);
      for (const point of points) {
        for (const plan of plans) expect(new Set(plan[point]).size).toBe(plan[point]!.length);
        expect(plans.flatMap(plan => plan[point]!)).toHaveLength(each);
      }
      const steps = plans.flatMap(plan => Object.keys(plan).filter(name => name.startsWith(settled)));
      expect(steps).toHaveLength(each);
    }
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
    const whole = undisturbed.get('embedded')!;
    const database = await openEmbedded(join(whole.directory, 'data'));
    const read = () => readState(database, 'leeway', campaign.start + hours * hourMs);
    try {
      expect(differences(whole.state, await read())).toEqual([]);
      await database.command(
        `ALTER TABLE leeway.inferences DELETE WHERE id = 'row-1234' SETTINGS mutations_sync = 1`,
      );
      const lost = await read();
      expect(differences(whole.state, lost)).toEqual([
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
