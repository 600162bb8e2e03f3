import { describe, expect, test } from 'vitest';
import { type CalendarEntry, createCalendar } from './calendar.ts';
import type { HourState } from './ports.ts';
import { hoursBefore, volumePast } from './volume-past.ts';

/** A Monday, in hours since the epoch. */
const monday = 24 * 7 * 2900 - 72;
const weeks = 5;

/** Rows of hour i are i itself, so that every sum tells where it came from. */
function hoursOf(part: (i: number) => Partial<HourState> | null = () => ({})): HourState[] {
  return Array.from({ length: weeks * 168 }, (_, i) => i).flatMap(i => {
    const own = part(i);
    if (own === null) return [];
    return [{ hour: (monday + i) * 3600, generation: 1n, started: 1, rows: i + 1, complete: true, ...own }];
  });
}
const windowAt = (from: number, length: number) => ({
  start: (monday + from) * 3600,
  end: (monday + from + length) * 3600,
});
const quiet = createCalendar([], 'churn');
const marked = (as: CalendarEntry['as'], day: number) =>
  createCalendar(
    [{ name: 'x', from: monday + 24 * day, to: monday + 24 * (day + 1), as, models: [] }],
    'churn',
  );

describe('the windows a window is compared with', () => {
  test('are the same hours of the four weeks before, the latest first', () => {
    const at = 4 * 168 + 30;
    const past = volumePast(windowAt(at, 1), hoursOf(), quiet);
    expect(past.own).toEqual([3, 2, 1, 0].map(week => week * 168 + 31));
    // The day before, four times; ... six days before, four times: everything lies before the window.
    expect(past.days).toHaveLength(6);
    expect(past.days[0]).toEqual([4, 3, 2, 1].map(week => week * 168 + 7));
    expect(past.days.flat().every(rows => rows <= at)).toBe(true);
  });

  test('add up over the hours of the window; a week has no other days beside it', () => {
    const past = volumePast(windowAt(4 * 168, 168), hoursOf(), quiet);
    const sum = (week: number) => 168 * (week * 168) + (168 * 169) / 2;
    expect(past).toEqual({ own: [3, 2, 1, 0].map(sum), days: [] });
  });

  test('begin with the first row: before it nothing is known', () => {
    const hours = hoursOf(i => (i < 200 ? null : {}));
    const past = volumePast(windowAt(4 * 168 + 30, 1), hours, quiet);
    expect(past.own).toEqual([3 * 168 + 31, 2 * 168 + 31]);
    expect(hoursBefore(windowAt(4 * 168, 1), hours)).toBe(4 * 168 - 200);
    expect(hoursBefore(windowAt(0, 1), [])).toBe(0);
    expect(volumePast(windowAt(0, 1), [], quiet).own).toEqual([]);
  });

  test('hours without rows count as 0 after it, hours that are not profiled do not count', () => {
    const past = (part: Partial<HourState> | null) =>
      volumePast(
        windowAt(4 * 168 + 30, 1),
        hoursOf(i => (i === 3 * 168 + 30 ? part : {})),
        quiet,
      ).own[0];
    expect(past(null)).toBe(0);
    expect(past({ generation: 0n, rows: 0 })).toBe(2 * 168 + 31);
    // Profiled under another baseline only: its rows are known all the same.
    expect(past({ generation: 0n, rows: 0, counted: 77 })).toBe(77);
  });

  test('leave planned events out', () => {
    const past = volumePast(windowAt(4 * 168 + 30, 1), hoursOf(), marked('event', 2 * 7 + 1));
    expect(past.own).toEqual([3, 1, 0].map(week => week * 168 + 31));
  });

  test('of a holiday are Sundays, and a holiday is none of a weekday', () => {
    const tuesday = 4 * 7 + 1;
    const holiday = volumePast(windowAt(tuesday * 24 + 5, 1), hoursOf(), marked('sunday', tuesday));
    expect(holiday.own).toEqual([4, 3, 2, 1].map(week => week * 168 - 24 + 6));
    const later = volumePast(windowAt(tuesday * 24 + 5, 1), hoursOf(), marked('sunday', 3 * 7 + 1));
    expect(later.own).toEqual([2, 1, 0].map(week => week * 168 + 24 + 6));
  });
});
