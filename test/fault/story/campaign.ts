import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from './bundle.ts';
import { drawKills, planPointKills, timeKills } from './kill-plan.ts';
import { type Kill, type Over, type Run, type RunPlan, runLives } from './lives.ts';
import { differences } from './state.ts';

/** One run to make: everything about it but the undisturbed run is decided before the first kill. */
export interface Task {
  /** `http-random-3`: what `--only` takes. */
  readonly name: string;
  readonly over: Over;
  /** By point the hits to be killed at; null for random moments. */
  readonly points: Record<string, number[]> | null;
  readonly seed: number;
  readonly kills: number;
  /** How much closer together the kills come than would fill the run. */
  readonly haste?: number;
}

/** What a run came to. */
export interface Verdict {
  readonly task: Task;
  readonly run: Run;
  /** What differs from the undisturbed run, a line each. */
  readonly faults: readonly string[];
}

export interface Campaign {
  readonly bundle: Bundle;
  readonly directory: string;
  /** Where the history begins, epoch milliseconds. */
  readonly start: number;
}

/** A little closer together than would fill the run: few of them come after its end. */
const haste = 1.25;

export interface Size {
  readonly seed: number;
  /** Kills at random moments. */
  readonly kills: number;
  readonly killsOfRun: number;
}

/** Runs with kills at random moments; each has a seed of its own, made from the campaign's. */
export function randomTasks(over: Over, { seed, kills, killsOfRun }: Size): Task[] {
  const runs = Math.ceil(kills / killsOfRun);
  return Array.from({ length: runs }, (_, run) => ({
    name: `${over}-random-${run}`,
    over,
    points: null,
    seed: seed + run * 7919 + (over === 'http' ? 104_729 : 0),
    kills: Math.floor((kills + run) / runs),
  }));
}

/** Runs with `each` kills at every named point. */
export function pointTasks(over: Over, undisturbed: Run, each: number): Task[] {
  return planPointKills(undisturbed, each).map((points, run) => ({
    name: `${over}-points-${run}`,
    over,
    points,
    seed: 0,
    kills: Object.values(points).reduce((sum, hits) => sum + hits.length, 0),
  }));
}

/** The run the others are compared with. */
export function runUndisturbed({ bundle, directory, start }: Campaign, over: Over): Promise<Run> {
  return runLives(bundle, { over, directory: join(directory, `${over}-undisturbed`), start });
}

/** Makes one run and compares what it leaves with the undisturbed one; its directory is removed unless they differ. */
export async function runTask(campaign: Campaign, undisturbed: Run, task: Task): Promise<Verdict> {
  const directory = join(campaign.directory, task.name);
  const victims = task.over === 'http' ? 'both' : 'service';
  const draws = drawKills(task.seed, { kills: task.kills, victims });
  const kills: Partial<RunPlan> =
    task.points === null
      ? { next: timeKills(undisturbed, draws, task.haste ?? haste) }
      : { kills: task.points };
  const run = await runLives(campaign.bundle, {
    over: task.over,
    directory,
    start: campaign.start,
    ...kills,
  });
  const faults = faultsOf(run, undisturbed);
  if (faults.length === 0) rmSync(directory, { recursive: true });
  return { task, run, faults };
}

/** What does not hold of a run by itself, and what it left otherwise than the undisturbed one did. */
export function faultsOf(run: Run, undisturbed: Run): string[] {
  const ids = (of: Run) => [...new Set(of.arrived.map(({ path, id }) => `${path} ${id}`))].sort();
  const [sent, expected] = [ids(run), ids(undisturbed)];
  return [
    ...unsoundness(run),
    ...differences(undisturbed.state, run.state),
    ...expected.filter(id => !sent.includes(id)).map(id => `messages: missing ${id}`),
    ...sent.filter(id => !expected.includes(id)).map(id => `messages: too much ${id}`),
  ];
}

/** Lines of each kind that a report shows. */
const shown = 5;

/** What a report shows of many faults: how many there are of each kind, then some of each. */
export function digest(faults: readonly string[]): string[] {
  const kinds = new Map<string, string[]>();
  for (const fault of faults) {
    const kind = /^[^:]*(?:: missing|: too much)?/.exec(fault)?.[0] ?? '';
    kinds.set(kind, [...(kinds.get(kind) ?? []), fault]);
  }
  const some = [...kinds.values()].flatMap(of => of.slice(0, shown).map(line => line.slice(0, 400)));
  return [...[...kinds].map(([kind, of]) => `${of.length} x ${kind}`), ...some];
}

/** What must hold of every run by itself. */
export function unsoundness({ state, arrived, killed }: Run): string[] {
  const bodies = new Map(arrived.map(({ id, body }) => [id, body]));
  // A job that ran while the store was killed fails, and is done when it is back.
  const storeKilled = killed.some(({ victim }) => victim === 'store');
  return [
    ...state.miscounted.map(bucket => `miscounted: ${JSON.stringify(bucket)}`),
    ...(state.audit.mismatches > 0 ? [`audit: ${state.audit.mismatches} mismatches`] : []),
    ...(storeKilled ? [] : state.failedJobs.map(job => `failed job: ${JSON.stringify(job)}`)),
    ...arrived
      .filter(({ id, body }) => body !== bodies.get(id))
      .map(({ id }) => `messages: ${id} with two bodies`),
  ];
}

/**
 * Seconds from each of `kills` until the next point is passed: records are read, or jobs go on. Without those that were
 * followed by another kill before.
 */
export function recoveries({ killed, marks }: Run, kills: readonly Kill[]): number[] {
  return kills.flatMap(kill => {
    const mark = marks.find(({ name, at }) => at > kill.back && name !== 'start');
    const disturbed = killed.some(
      other => other !== kill && other.at > kill.at && other.at < (mark?.at ?? 0),
    );
    return mark === undefined || disturbed ? [] : [(mark.at - kill.back) / 1000];
  });
}

interface Lanes<T> {
  readonly lanes: number;
  readonly items: readonly T[];
  /** Nothing more is begun when it says so. */
  readonly until?: () => boolean;
}

/** Works through `items`, some at a time; answers in their order. */
export async function inLanes<T, R>(
  { lanes, items, until = () => false }: Lanes<T>,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length && !until()) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
