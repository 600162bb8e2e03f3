import { arrivalEdges, type LabelArrivals } from '../domain/performance.ts';
import { hourSeconds } from './windows.ts';

/** What is known of the labels of a window. */
export interface LabelState {
  readonly rows: number;
  readonly labelled: number;
  /** Share of rows this old that used to have a label; null while that is not known. */
  readonly expected: number | null;
  /** Share of rows that used to have one in the end. */
  readonly usual: number | null;
}

/** Share of the labels that must have come for an hour to count as complete. */
const nearlyAll = 0.95;
/** Least history that tells what is usual: rows and hours. */
const leastRows = 50;
const leastHours = 24;

/**
 * What used to come, from the hours of a past period.
 *
 * @param past - hours before the one judged
 * @param now - run's clock, epoch milliseconds: an hour tells of a delay only when it is older than that
 */
export function usualArrivals(
  past: readonly LabelArrivals[],
  now: number,
): { readonly final: number | null; readonly by: (ageHours: number) => number } {
  const ageOf = ({ hour }: LabelArrivals) => now / 3_600_000 - (hour + hourSeconds) / 3600;
  const total = past.reduce((sum, { labelled }) => sum + labelled, 0);
  let came = 0;
  const complete = arrivalEdges.findIndex((_, bin) => {
    came += past.reduce((sum, { arrived }) => sum + (arrived[bin] ?? 0), 0);
    return total > 0 && came >= nearlyAll * total;
  });
  const wait = arrivalEdges[complete] ?? arrivalEdges.at(-1)!;
  const mature = past.filter(hour => ageOf(hour) >= wait);
  const rows = mature.reduce((sum, hour) => sum + hour.rows, 0);
  const known = mature.length >= leastHours && rows >= leastRows;
  let last = 0;
  const byEdge = arrivalEdges.map((edge, bin) => {
    const old = past.filter(hour => ageOf(hour) >= edge);
    const all = old.reduce((sum, hour) => sum + hour.rows, 0);
    const within = old.reduce((sum, { arrived }) => sum + sumOf(arrived.slice(0, bin + 1)), 0);
    // Where no hour is old enough to tell, what came in less time is all that is known.
    if (all > 0) last = within / all;
    return last;
  });
  return {
    final: known ? mature.reduce((sum, { labelled }) => sum + labelled, 0) / rows : null,
    by: age => {
      const bin = arrivalEdges.findLastIndex(edge => edge <= age);
      return bin < 0 ? 0 : byEdge[bin]!;
    },
  };
}

/**
 * Labels of a window beside what used to have come by now, hour by hour: of a long window the old hours should have
 * theirs while the newest cannot.
 */
export function labelState(
  own: readonly LabelArrivals[],
  usual: ReturnType<typeof usualArrivals>,
  now: number,
): LabelState {
  const rows = own.reduce((sum, hour) => sum + hour.rows, 0);
  const due = own.reduce(
    (sum, { hour, rows: n }) => sum + n * usual.by(now / 3_600_000 - (hour + hourSeconds) / 3600),
    0,
  );
  return {
    rows,
    labelled: own.reduce((sum, hour) => sum + hour.labelled, 0),
    expected: usual.final === null || rows === 0 ? null : due / rows,
    usual: usual.final,
  };
}

/** Share of the usual labels from which on a window's performance is judged. */
export const enoughLabels = 0.8;

/** Whether what a window's labels say may be trusted to stay: nearly as many as there will be, or all that were due. */
export function labelsSuffice({ rows, labelled, expected, usual }: LabelState): boolean {
  if (usual === null || expected === null) return false;
  return labelled >= enoughLabels * usual * rows || expected >= nearlyAll * usual;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
