import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import { type Options, readOptions, UsageError, usage } from './options.ts';
import { bundleStory } from './story/bundle.ts';
import {
  type Campaign,
  digest,
  inLanes,
  pointTasks,
  randomTasks,
  runTask,
  runUndisturbed,
  type Task,
  unsoundness,
  type Verdict,
} from './story/campaign.ts';
import { startBefore } from './story/history.ts';
import type { Over, Run } from './story/lives.ts';
import { differences } from './story/state.ts';
import { closingTable } from './table.ts';

/** Kills at random moments in one run of the story. */
const killsOfRun = 40;

try {
  const options = readOptions(process.argv.slice(2), systemClock.now());
  if (options === null) console.log(usage);
  else process.exitCode = await main(options);
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = 2;
}

/** Kills the service, and its ClickHouse, as often as asked, and compares every run with an undisturbed one. */
async function main(asked: Options): Promise<number> {
  console.log(`seed ${asked.seed}: the same kills again with --seed ${asked.seed}`);
  console.log(machine());
  const began = performance.now();
  const folder = `fault-${process.pid}`;
  const directory = mkdtempSync(join(tmpdir(), 'leeway-fault-'));
  const bundle = await bundleStory(folder);
  const campaign: Campaign = { bundle, directory, start: startBefore(systemClock.now()) };
  try {
    const undisturbed = await undisturbedRuns(campaign, asked);
    const tasks = interleaved(
      asked.overs.flatMap(over => tasksOf(over, undisturbed.get(over)!, asked)),
    ).filter(({ name }) => asked.only.length === 0 || asked.only.includes(name));
    const verdicts = await runAll(campaign, tasks, { undisturbed, lanes: asked.lanes });
    console.log(closingTable(verdicts));
    const faulty = verdicts.filter(({ faults }) => faults.length > 0);
    const minutes = ((performance.now() - began) / 60_000).toFixed(1);
    console.log(
      faulty.length === 0
        ? `every run left what an undisturbed run leaves; ${minutes} minutes, seed ${asked.seed}`
        : `${faulty.length} of ${verdicts.length} runs differ; ${minutes} minutes, again with --kills ${asked.kills} --points ${asked.points} --over ${asked.overs.length > 1 ? 'both' : asked.overs[0]} --seed ${asked.seed} --only ${faulty.map(v => v.task.name).join(',')}; data in ${directory}`,
    );
    if (faulty.length === 0) rmSync(directory, { recursive: true, force: true });
    return faulty.length === 0 ? 0 : 1;
  } finally {
    rmSync(join('.cache', folder), { recursive: true, force: true });
  }
}

async function undisturbedRuns(campaign: Campaign, { overs }: Options): Promise<ReadonlyMap<Over, Run>> {
  const runs = new Map<Over, Run>();
  for (const over of overs) {
    const run = await runUndisturbed(campaign, over);
    const faults = [
      ...unsoundness(run),
      ...[...runs.values()].flatMap(other => differences(other.state, run.state)),
    ];
    if (faults.length > 0) throw new Error(`the undisturbed run ${over} is not sound:\n${faults.join('\n')}`);
    console.log(`${over}: the undisturbed run took ${run.seconds.toFixed(0)} s`);
    runs.set(over, run);
  }
  return runs;
}

function tasksOf(over: Over, undisturbed: Run, { seed, kills, points, overs }: Options): Task[] {
  const share = over === 'http' ? Math.floor(kills / overs.length) : Math.ceil(kills / overs.length);
  return [
    ...(points > 0 ? pointTasks(over, undisturbed, Math.ceil(points / overs.length)) : []),
    ...(share > 0 ? randomTasks(over, { seed, kills: share, killsOfRun }) : []),
  ];
}

/** Every kind spread over the whole, so that a run that is ended early has seen them all. */
function interleaved(tasks: readonly Task[]): Task[] {
  const kindOf = ({ over, points }: Task) => `${over} ${points === null}`;
  const places = new Map<Task, number>();
  for (const kind of new Set(tasks.map(kindOf))) {
    const of = tasks.filter(task => kindOf(task) === kind);
    for (const [i, task] of of.entries()) places.set(task, (i + 0.5) / of.length);
  }
  return [...tasks].sort((a, b) => places.get(a)! - places.get(b)!);
}

interface Setting {
  readonly undisturbed: ReadonlyMap<Over, Run>;
  readonly lanes: number;
}

async function runAll(
  campaign: Campaign,
  tasks: readonly Task[],
  { undisturbed, lanes }: Setting,
): Promise<Verdict[]> {
  const began = performance.now();
  const planned = tasks.reduce((sum, { kills }) => sum + kills, 0);
  let killed = 0;
  let done = 0;
  let ending = false;
  process.on('SIGINT', () => {
    if (ending) process.exit(130);
    ending = true;
    console.log('the runs in hand are the last; once more ends it at once');
  });
  const one = async (task: Task): Promise<Verdict> => {
    const verdict = await runTask(campaign, undisturbed.get(task.over)!, task);
    killed += verdict.run.killed.length;
    done++;
    const minutes = (performance.now() - began) / 60_000;
    const left = Math.max(0, (minutes / done) * (tasks.length - done));
    const { faults, run } = verdict;
    console.log(
      `[${done}/${tasks.length}] ${task.name}: ${run.killed.length} kills in ${run.seconds.toFixed(0)} s, ${
        faults.length === 0 ? 'same' : `${faults.length} DIFFERENCES`
      }; ${killed} of ${planned} kills in ${minutes.toFixed(1)} min, about ${left.toFixed(0)} min left`,
    );
    for (const line of digest(faults)) console.log(`    ${line}`);
    return verdict;
  };
  const verdicts = await inLanes({ lanes, items: tasks, until: () => ending }, one);
  if (ending) console.log(`ended early: ${verdicts.length} of ${tasks.length} runs were made`);
  return ending ? verdicts : [...verdicts, ...(await runMissing({ undisturbed, verdicts }, one))];
}

/** A run may come to its end before its last kill: what is missing of the random ones is done in runs more. */
async function runMissing(
  of: {
    readonly undisturbed: ReadonlyMap<Over, Run>;
    readonly verdicts: readonly Verdict[];
  },
  one: (task: Task) => Promise<Verdict>,
): Promise<Verdict[]> {
  const more: Verdict[] = [];
  for (const over of of.undisturbed.keys()) {
    const random = of.verdicts.filter(({ task }) => task.over === over && task.points === null);
    const last = random.at(-1)?.task;
    if (last === undefined) continue;
    let missing = random.reduce((sum, { task, run }) => sum + task.kills - run.killed.length, 0);
    for (let i = 1; missing > 0; i++) {
      const kills = Math.min(killsOfRun, missing);
      const verdict = await one({ ...last, name: `${last.name}+${i}`, seed: last.seed + i, kills, haste: 2 });
      more.push(verdict);
      missing -= Math.max(1, verdict.run.killed.length);
    }
  }
  return more;
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores of ${cpus()[0]?.model ?? 'unknown'}, ${memory} GiB, Node ${process.version}, ${revision()}`;
}

function revision(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'src') === '' ? '' : ' with changes in src';
    return `commit ${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'no git checkout';
  }
}
