import { calibratedHours, provisionalHours } from './calibration.ts';

const dayHours = 24;
/** A day with more than this many times the rows of all the history before it begins a new history. */
export const launchFactor = 2;

/** Where what is known of a stream begins, hours since the epoch. */
export interface HistoryBegin {
  readonly begin: number;
  /** Whether there was a history before that was given up. */
  readonly again: boolean;
}

/**
 * First hour of a stream's history: the first with rows from `from` on, or the start of the day on which more rows came
 * than a week and more before it could say anything about. A pilot of a few rows, or one row with an early time, would
 * pass for weeks of history otherwise, and the fit to it would know no season and no noise.
 *
 * @param hours - rows by hour, hours since the epoch
 * @param to - only hours before it count: windows before the change are judged as they were
 */
export function historyBegin(
  hours: ReadonlyMap<number, { readonly rows: number }>,
  from: number,
  to: number,
): HistoryBegin {
  let begin = from;
  while (begin < to && !hours.has(begin)) begin++;
  // Nothing there yet: from where it was.
  if (begin === to) return { begin: from, again: false };
  let again = false;
  let known = 0;
  let day = 0;
  for (let hour = begin; hour < to; hour++) {
    if (hour % dayHours === 0) {
      if (hour < begin + calibratedHours + dayHours) known += day;
      day = 0;
    }
    day += hours.get(hour)?.rows ?? 0;
    const today = hour - (hour % dayHours);
    if (today < begin + provisionalHours || day <= launchFactor * known) continue;
    [begin, again, known] = [today, true, 0];
  }
  return { begin, again };
}
