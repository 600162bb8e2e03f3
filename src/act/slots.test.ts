import { describe, expect, it } from 'vitest';
import { cronProblem, nextSlot, slotsBetween } from './slots.ts';

const utc = (text: string) => Date.parse(`${text}Z`);
const texts = (slots: readonly number[]) => slots.map(slot => new Date(slot).toISOString().slice(0, 16));
const between = (cron: string, timeZone: string, from: string, to: string) =>
  texts(slotsBetween({ cron, timeZone }, utc(from), utc(to), 100));

describe('slots', () => {
  it('leave out the moment they begin after and take the one they end at', () => {
    expect(between('0 3 * * *', 'UTC', '2026-10-01T03:00', '2026-10-03T03:00')).toEqual([
      '2026-10-02T03:00',
      '2026-10-03T03:00',
    ]);
    const calendar = { cron: '0 3 * * *', timeZone: 'UTC' };
    expect(slotsBetween(calendar, 0, utc('2026-10-03T03:00'), 2)).toHaveLength(2);
    expect(nextSlot(calendar, utc('2026-10-01T03:00'))).toBe(utc('2026-10-02T03:00'));
  });

  it.each([
    // The clocks go from 02:00 to 03:00: what lies between falls at its end.
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', '2026-03-30T12:00', ['03-29T01:00', '03-30T00:30']],
    // From 03:00 back to 02:00: once.
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', '2026-10-26T12:00', ['10-25T00:30', '10-26T01:30']],
    [
      '15 1,4 * * *',
      'America/New_York',
      '2026-11-01T00:00',
      '2026-11-02T00:00',
      ['11-01T05:15', '11-01T09:15'],
    ],
    // Half an hour back.
    [
      '30 1 * * *',
      'Australia/Lord_Howe',
      '2026-04-04T00:00',
      '2026-04-06T00:00',
      ['04-04T14:30', '04-05T15:00'],
    ],
    ['0 3 * * 1', 'Europe/Berlin', '2026-03-22T00:00', '2026-04-01T00:00', ['03-23T02:00', '03-30T01:00']],
  ] as const)('%s in %s comes once when the clocks change', (...[cron, zone, from, to, expected]) => {
    expect(between(cron, zone, from, to).map(text => text.slice(5))).toEqual(expected);
  });

  it('of every hour are every hour that passes', () => {
    const day = (date: string) => between('0 * * * *', 'Europe/Berlin', `${date}T00:30`, `${date}T05:30`);
    expect(day('2026-10-25')).toHaveLength(5);
    expect(day('2026-03-29')).toHaveLength(5);
  });

  it('do not depend on where one begins to look', () => {
    const calendar = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };
    const end = utc('2026-11-01T00:00');
    const all = slotsBetween(calendar, utc('2026-10-20T00:00'), end, 100);
    for (let at = utc('2026-10-20T00:00'); at < end; at += 9_000_000)
      expect(slotsBetween(calendar, at, end, 100)).toEqual(all.filter(slot => slot > at));
  });
});

describe('cronProblem', () => {
  it.each([
    ['0 3 * * 1', 'UTC', null],
    ['30 2,3 * * *', 'Europe/Berlin', null],
    ['0 * * * *', 'Asia/Kathmandu', null],
    ['0 3 29 2 *', 'UTC', null],
    ['61 * * * *', 'UTC', 'cannot be read: Invalid value for minute: 61'],
    ['0 0 31 2 *', 'UTC', 'must name a time that comes'],
    ['*/30 * * * *', 'UTC', 'must leave at least an hour between two orders'],
  ])('%s %s', (cron, zone, message) => {
    expect(cronProblem(cron, zone)).toEqual(message === null ? null : { of: 'cron', message });
  });

  it('says when there is no such time zone', () => {
    expect(cronProblem('0 3 * * 1', 'Mars/Base')).toMatchObject({ of: 'timeZone' });
  });
});
