import { expect, test } from 'vitest';
import { numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { normalDraw, seededRandom } from '../stats/random.ts';
import { createCalendar } from './calendar.ts';
import { type FitHistory, fitSubject } from './noise-fit.ts';
import { scoreStreams } from './score-streams.ts';

const feature = 'feature:income';
const streams = scoreStreams(
  subjectOf(numericBinning(feature), profileFrom([0, 5, 9, 20, 40, 60, 60, 40, 20, 9, 5, 0])),
);
/** Day number of a Monday. */
const monday = 7 * 2900 - 3;

/** Days of hourly sums around a level of the day. */
function historyOf(days: number, calendar = createCalendar([], '')): FitHistory {
  const random = seededRandom(5);
  const levels = Array.from({ length: days }, () => 0.2 * normalDraw(random));
  const hours = Array.from({ length: 24 * days }, (_, i) => {
    const sums = new Float64Array(2 * streams.specs.length);
    for (let at = 0; at < streams.specs.length; at++) {
      sums[2 * at] = 100;
      sums[2 * at + 1] = Math.max(0, 100 * levels[Math.floor(i / 24)]! + 10 * normalDraw(random));
    }
    return new Map([[feature, sums]]);
  });
  return { from: 24 * monday, hours, rows: new Float64Array(24 * days).fill(100), calendar };
}

test('days that are left out do not count as history: the fit is that of the days that are left', () => {
  const history = historyOf(28);
  const leftOut = Array.from({ length: 20 }, (_, i) => monday + 7 + i);
  const first = { ...history, hours: history.hours.slice(0, 168), rows: history.rows };
  const alone = fitSubject(feature, streams, first, null)!;
  const kept = fitSubject(
    feature,
    streams,
    { ...history, hours: history.hours.slice(0, 27 * 24) },
    { streams: {}, leftOut },
  )!;
  expect(kept.streams['z1']!.fit.hours).toBe(168);
  expect(kept.streams).toEqual(alone.streams);
});

test('a day with a planned event is taken out whole, and the weekend stays a weekend', () => {
  const event = {
    name: 'Sale',
    from: 24 * (monday + 2) + 9,
    to: 24 * (monday + 2) + 12,
    as: 'event',
    models: [],
  } as const;
  const fit = fitSubject(feature, streams, historyOf(22, createCalendar([event], 'm')), null)!;
  expect(fit.streams['z1']!.fit).toMatchObject({ hours: 21 * 24, weekend: true });
});
