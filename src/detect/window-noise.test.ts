import { describe, expect, test } from 'vitest';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { createCalendar } from './calendar.ts';
import type { SubjectNoise } from './noise-fit.ts';
import { scoreStreams } from './score-streams.ts';
import { type Anchor, anchorOf, createWindowTests } from './window-noise.ts';

const feature = 'feature:income';
const hourMs = 3_600_000;
const subject = subjectOf(numericBinning(feature), profileFrom([0, 5, 9, 20, 40, 60, 60, 40, 20, 9, 5, 0]));
const streams = scoreStreams(subject);
/** By night a tenth of the rows, and a level one standard deviation lower. */
const level = (hour: number) => (hour % 24 < 12 ? -0.5 : 0.5);
const traffic = (hour: number) => (hour % 24 < 12 ? 20 : 200);
const season = Array.from({ length: 24 }, (_, hour) => level(hour));
const lengths = { 6: { phi: 1, tau2: 1e-4, df: 50 }, 24: { phi: 1, tau2: 1e-4, df: 27 } };
const mean = (0.5 * 200 - 0.5 * 20) / 220;
const fit = { v1: 1, weekend: false, season, mean, hours: 672, rows: 73_920, lengths };
const noise: SubjectNoise = { streams: { z1: { fit, count: 0, rows: 73_920 } }, leftOut: [] };

/** Score of six hours from noon that are as the season says, by a reference of which the mean score is 0. */
function z(anchor: Anchor | null): number {
  const from = 24 * 7 + 12;
  const hours = Array.from({ length: 6 }, (_, i) => from + i);
  const sums = hours.map(hour => {
    const row = new Float64Array(2 * streams.specs.length);
    row[0] = traffic(hour);
    // What a reference of whole days has taken out: its own mean, over its rows.
    row[1] = traffic(hour) * (level(hour) - mean);
    return new Map([[feature, row]]);
  });
  const window = { from, hours: sums, rows: Float64Array.from(hours, traffic) };
  const calendar = createCalendar([], '');
  return createWindowTests({ subject: feature, streams, noise, window, calendar, anchor }).score('z1')!.z;
}

describe('the level of a reference that the noise was not learnt from', () => {
  const day = baselineOf([subject], { from: 240 * hourMs, to: 264 * hourMs });
  const rowsIn = ({ from, to }: { readonly from: number; readonly to: number }) =>
    Array.from({ length: to - from }, (_, i) => traffic(from + i));

  test('is that of its rows, not of its hours: a day has more of its busy hours', () => {
    expect(streams.specs[0]!.name).toBe('z1');
    const anchor = anchorOf(day, 1, rowsIn)!;
    expect(anchor.period).toMatchObject({ from: 240, to: 264 });
    expect(Math.abs(z(anchor))).toBeLessThan(1e-9);
    const flat = anchorOf(day, 1, ({ from, to }) => new Float64Array(to - from).fill(1))!;
    expect(Math.abs(z(flat))).toBeGreaterThan(5);
  });

  test('of a part of the day is that of its hours', () => {
    const night = baselineOf([subject], { from: 240 * hourMs, to: 252 * hourMs });
    // A reference of night rows has the night's level: by it the day is high.
    expect(z(anchorOf(night, 1, rowsIn))).toBeLessThan(-5);
  });

  test('is the mean of what was learnt where its rows are not known, or it has no clock', () => {
    expect(Math.abs(z(anchorOf(day, 1, () => new Float64Array(24))))).toBeLessThan(1e-9);
    expect(Math.abs(z(anchorOf(baselineOf([subject]), 0, rowsIn)))).toBeLessThan(1e-9);
  });

  test('is that of the fitted hours for a baseline cut from the stream', () => {
    expect(anchorOf(day, 0, rowsIn)).toBeNull();
  });
});
