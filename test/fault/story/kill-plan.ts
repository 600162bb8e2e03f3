import { createRandom } from './history.ts';
import type { Run } from './lives.ts';

/** The named points, in the order in which a row passes them. */
export const points = [
  'rows-inserted',
  'marked',
  'committed',
  'profile-half-written',
  'run-recorded',
  'finding-written',
  'transition-written',
  'delivery-sent',
] as const;

/** Besides: every job has caught up with a step. Each step's is a point of its own, passed again by every restart. */
export const settled = 'settled';

/** Who is killed: Leeway, or the ClickHouse it writes to. */
export type Victim = 'service' | 'store';

/** A kill at a random moment, drawn before the run begins. */
export interface Draw {
  readonly victim: Victim;
  /** When, in means of the time between two kills: uniform in [0, 2). */
  readonly wait: number;
  /** How long a killed store stays away, milliseconds. */
  readonly awayMs: number;
}

/** A kill when its time comes. */
export interface TimedKill {
  readonly victim: Victim;
  readonly afterMs: number;
  readonly awayMs: number;
}

/** Kills at each point in one run: more would leave too few undisturbed hits between them. */
const killsOfPoint = 3;

/**
 * For `each` kills at every point, the plans of the runs: by point the hits to be killed at, spread evenly over those
 * of the undisturbed run, the first and the last among them, none of them twice in a run.
 */
export function planPointKills(undisturbed: Pick<Run, 'marks'>, each: number): Record<string, number[]>[] {
  const runs = Math.ceil(each / killsOfPoint);
  const names = undisturbed.marks.map(({ name }) => name);
  const steps = names.filter(name => name.startsWith(settled));
  return Array.from({ length: runs }, (_, run) => {
    const kills = Array.from({ length: each }, (__, k) => k).filter(k => k % runs === run);
    const spread = (hits: number) =>
      apart(
        kills.map(k => 1 + Math.round((k / Math.max(1, each - 1)) * (hits - 1))),
        hits,
      );
    return Object.fromEntries([
      ...points.map(point => [point, spread(names.filter(name => name === point).length)]),
      ...spread(steps.length).map(step => [steps[step - 1], [1]]),
    ]);
  });
}

/** Rising numbers of 1 to `most`, moved by as little as makes them all different. */
function apart(numbers: readonly number[], most: number): number[] {
  const moved = [...numbers];
  for (let i = 1; i < moved.length; i++) moved[i] = Math.max(moved[i]!, moved[i - 1]! + 1);
  for (let i = moved.length - 1; i >= 0; i--)
    moved[i] = Math.min(moved[i]!, i === moved.length - 1 ? most : moved[i + 1]! - 1);
  return moved;
}

/** The kills of one run at random moments: the same for the same seed. */
export function drawKills(
  seed: number,
  { kills, victims }: { kills: number; victims: 'service' | 'both' },
): Draw[] {
  const random = createRandom(seed);
  return Array.from({ length: kills }, () => {
    const store = random() < 1 / 3;
    return {
      victim: victims === 'both' && store ? 'store' : 'service',
      wait: 2 * random(),
      awayMs: Math.floor(random() * 1500),
    };
  });
}

/** How a run stands when its next kill is asked for. */
export interface Standing {
  /** Share of the history that is read. */
  readonly read: number;
  /** How long the last start took, or is known to take at least; null before the first. Milliseconds. */
  readonly startMs: number | null;
}

/**
 * When the drawn kills come, spread over what is left of a run: their mean is the time of a start and an equal share of
 * the reading left, both as in the undisturbed run, times as much longer as starts take now. `haste` divides it.
 */
export function timeKills(
  undisturbed: Pick<Run, 'marks' | 'seconds' | 'startMs'>,
  draws: readonly Draw[],
  haste: number,
): (standing: Standing) => TimedKill | undefined {
  const starting = undisturbed.startMs;
  const reading = undisturbed.seconds * 1000 - starting;
  let next = 0;
  return ({ read, startMs }) => {
    const left = draws.length - next;
    const draw = draws[next++];
    if (draw === undefined) return undefined;
    const slowness = (startMs === null ? 1 : Math.max(0.2, startMs / starting)) / haste;
    // A share more than there are kills: the last one should still meet the run.
    const mean = (draw.victim === 'service' ? starting : 0) + ((1 - read) * reading) / (left + 1);
    return { victim: draw.victim, afterMs: draw.wait * mean * slowness, awayMs: draw.awayMs };
  };
}
