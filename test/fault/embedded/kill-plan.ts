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

/** Kills at each point in one run: more would leave too few undisturbed hits between them. */
const killsOfPoint = 3;

/**
 * For `each` kills at every point, the plans of the runs: by point the hits to be killed at, spread evenly over those
 * of the undisturbed run, the first and the last among them.
 */
export function planPointKills(undisturbed: Run, each: number): Record<string, number[]>[] {
  const runs = Math.ceil(each / killsOfPoint);
  const names = undisturbed.marks.map(({ name }) => name);
  const steps = names.filter(name => name.startsWith(settled));
  return Array.from({ length: runs }, (_, run) => {
    const kills = Array.from({ length: each }, (__, k) => k).filter(k => k % runs === run);
    const spread = (hits: number) => kills.map(k => 1 + Math.round((k / Math.max(1, each - 1)) * (hits - 1)));
    return Object.fromEntries([
      ...points.map(point => [point, spread(names.filter(name => name === point).length)]),
      ...spread(steps.length).map(step => [steps[step - 1], [1]]),
    ]);
  });
}

/**
 * Delays of kills at random moments, spread over what is left of a run: uniform between 0 and twice the mean, which is
 * the time of a start and an equal share of the reading left. `slowness` is how much longer everything takes than it did
 * in the undisturbed run.
 */
export function planRandomKills(
  undisturbed: Run,
  { kills, random, slowness }: { kills: number; random: () => number; slowness: number },
): (read: number) => number | undefined {
  const begun = undisturbed.marks[0]!.at;
  const starting = undisturbed.marks.find(({ name }) => name === 'step')!.at - begun;
  const reading = undisturbed.seconds * 1000 - starting;
  let left = kills;
  return read => {
    if (left === 0) return undefined;
    const mean = starting + ((1 - read) * reading) / left--;
    return random() * 2 * mean * slowness;
  };
}
