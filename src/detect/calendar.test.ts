import { expect, test } from 'vitest';
import { createCalendar } from './calendar.ts';

const day = (text: string) => Date.parse(text) / 3_600_000;
const entries = [
  { name: 'Christmas', from: day('2026-12-25'), to: day('2026-12-26'), as: 'sunday', models: [] },
  { name: 'Sale', from: day('2026-11-27'), to: day('2026-11-28'), as: 'event', models: ['churn'] },
] as const;

test('weekends are Saturdays and Sundays in UTC, and days marked so', () => {
  const calendar = createCalendar(entries, 'churn');
  const weekend = (text: string) => calendar.isWeekend(day(text));
  expect(
    [
      '2026-11-20T23:00Z',
      '2026-11-21',
      '2026-11-22T23:00Z',
      '2026-11-23',
      '2026-12-25',
      '2026-12-25T23:00Z',
    ].map(weekend),
  ).toEqual([false, true, true, false, true, true]);
  expect(weekend('2026-12-28')).toBe(false);
  // The first weekend there was.
  expect([0, 24, 48, 72, 96].map(hour => calendar.isWeekend(hour))).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});

test('an event is found by its hours and by the windows that touch it', () => {
  const calendar = createCalendar(entries, 'churn');
  const window = (from: string, to: string) =>
    calendar.eventIn({ start: day(from) * 3600, end: day(to) * 3600 });
  expect(calendar.eventAt(day('2026-11-27T12:00Z'))).toBe('Sale');
  expect(calendar.eventAt(day('2026-11-28'))).toBeNull();
  expect(window('2026-11-26', '2026-11-27')).toBeNull();
  expect(window('2026-11-26T06:00Z', '2026-11-27T01:00Z')).toBe('Sale');
  expect(window('2026-11-21', '2026-11-30')).toBe('Sale');
  expect(window('2026-11-28', '2026-11-29')).toBeNull();
});

test('an entry for other models does not hold', () => {
  expect(createCalendar(entries, 'fraud').eventAt(day('2026-11-27'))).toBeNull();
  expect(createCalendar(entries, 'fraud').isWeekend(day('2026-12-25'))).toBe(true);
});
