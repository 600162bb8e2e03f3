import type { Window } from '../domain/window.ts';
import type { Calendar } from './calendar.ts';
import type { HourState } from './ports.ts';
import { hourSeconds } from './windows.ts';

/** Rows of the windows that a window is compared with. */
export interface VolumePast {
  /** Of its own hours of the week, in the weeks before; the latest first. */
  readonly own: readonly number[];
  /** Of the same hours on the other days of the week, a list for each day: for the dispersion alone. */
  readonly days: readonly (readonly number[])[];
}

/** Weeks looked back. */
export const pastWeeks = 4;
/** Hours of history before rows are judged. */
export const volumeHours = 14 * 24;
const weekHours = 168;
const dayHours = 24;
const sunday = 6;
/** The epoch was a Thursday; Monday is 0. */
const dayOfWeek = (hour: number) => (Math.floor(hour / dayHours) + 3) % 7;

/**
 * Rows of the last four weeks at the hours of a window. Weeks that begin before the first hour known, hold hours that
 * are not profiled or that belong to a planned event, are left out; so are holidays, which count as Sundays, unless the
 * window is one: it is compared with Sundays.
 *
 * @param hours - of the stream, in order of time; hours without rows are left out
 */
export function volumePast(
  { start, end }: Window,
  hours: readonly HourState[],
  calendar: Calendar,
): VolumePast {
  const first = hours[0] === undefined ? Infinity : hours[0].hour / hourSeconds;
  const [from, to] = [start / hourSeconds, end / hourSeconds];
  const isHoliday = (hour: number) => dayOfWeek(hour) < sunday - 1 && calendar.isWeekend(hour);
  const rowsAt = (hour: number): number | null =>
    hour < first || calendar.eventAt(hour) !== null || isHoliday(hour) ? null : countAt(hours, hour);
  const weekBefore = (hour: number, week: number) => {
    const toSunday = isHoliday(hour) ? (dayOfWeek(hour) + 1) * dayHours - weekHours : 0;
    return rowsAt(hour - toSunday - week * weekHours);
  };
  const own = listOf(pastWeeks, i => sumOf(from, to, hour => weekBefore(hour, i + 1)));
  // Longer windows hold every day of the week: there are no others to look at.
  const others = to - from > dayHours ? 0 : sunday;
  const days = Array.from({ length: others }, (_, day) =>
    listOf(pastWeeks, week =>
      sumOf(from, to, hour => rowsAt(hour - (day + 1) * dayHours - week * weekHours)),
    ),
  );
  return { own, days };
}

/** Hours of history before a window, counted from the first hour known. */
export function hoursBefore({ start }: Window, hours: readonly HourState[]): number {
  const first = hours[0];
  return first === undefined ? 0 : Math.max(0, (start - first.hour) / hourSeconds);
}

function listOf(length: number, valueAt: (i: number) => number | null): number[] {
  const values: number[] = [];
  for (let i = 0; i < length; i++) {
    const value = valueAt(i);
    if (value !== null) values.push(value);
  }
  return values;
}

function sumOf(from: number, to: number, rowsAt: (hour: number) => number | null): number | null {
  let sum = 0;
  for (let hour = from; hour < to; hour++) {
    const rows = rowsAt(hour);
    if (rows === null) return null;
    sum += rows;
  }
  return sum;
}

/** Rows of an hour (since the epoch); 0 where nothing came, null where what came is not profiled. */
function countAt(hours: readonly HourState[], hour: number): number | null {
  const wanted = hour * hourSeconds;
  let low = 0;
  let high = hours.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (hours[middle]!.hour < wanted) low = middle + 1;
    else high = middle;
  }
  const found = hours[low];
  if (found === undefined || found.hour !== wanted) return 0;
  return found.counted ?? (found.generation === 0n ? null : found.rows);
}
