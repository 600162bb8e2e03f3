import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  contextOf,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../../test/twins/samples.ts';
import { createStreamWorld } from '../../../test/twins/stream-world.ts';
import type { Finding } from '../../domain/finding.ts';
import { createCalendar } from '../calendar.ts';
import type { CheckContext } from '../check.ts';
import { volumeCheck, volumeUncounted } from './volume.ts';

const baseline = baselineOf([subjectOf(numericBinning('feature:age'), profileFrom([0, 1000]))]);
const end = 1_789_999_200;
const start = end - 6 * 3600;

/** `days` of `rowsAt(hours before the end)`; about 8 % of scatter, the same at every call. */
function volumeOf(
  rows: number,
  rowsAt: (back: number) => number,
  part: Partial<CheckContext> & { days?: number } = {},
) {
  const { days = 42, ...over } = part;
  const hours = Array.from({ length: days * 24 }, (_, i) => {
    const back = days * 24 - i;
    const count = Math.round(rowsAt(back) * (1 + 0.1 * Math.sin(i * 2.3)));
    return { hour: end - back * 3600, generation: 1n, started: 1, rows: count, complete: true };
  }).filter(hour => hour.rows > 0 || hour.hour === end - days * 86_400);
  return volumeCheck(contextOf(baseline, {}, { rows, coverage: { hours, days: [] }, ...over }));
}
const even = () => 100;

describe('volume', () => {
  test('as in the weeks before is stable, with what was expected', () => {
    const finding = volumeOf(590, even);
    expect(finding).toMatchObject({
      check: 'volume',
      subject: '',
      verdict: 'stable',
      alpha: 1e-5,
      tolerance: 2,
    });
    expect(finding).toMatchObject({ calibration: 'calibrated', noiseVersion: 0 });
    expect(finding.detail).toMatchObject({ judged: true, weeks: 4, perHour: 590 / 6 });
    expect(finding.detail['expected']).toBeGreaterThan(570);
    expect(finding.detail['expected']).toBeLessThan(630);
    expect(finding.effect).toBeCloseTo(590 / (finding.detail['expected'] as number), 12);
    expect(finding.effectLow).toBeLessThan(1);
    expect(finding.effectHigh).toBeGreaterThan(1);
    expect(finding.sentence).toMatch(
      /^590 rows in 6 h, 0\.9\d+ times the 600 expected from the same hours of 4 weeks \(a factor of 2 matters\); p /,
    );
  });

  test('rows that are stored and not profiled yet do not pass for rows that did not come', () => {
    const hours = Array.from({ length: 42 * 24 }, (_, i) => ({
      hour: end - (42 * 24 - i) * 3600,
      generation: i < 42 * 24 - 2 ? 1n : 0n,
      started: 1,
      rows: i < 42 * 24 - 2 ? 100 : 0,
      complete: i < 42 * 24 - 2,
    }));
    const finding = volumeOf(10, even, { coverage: { hours, days: [] } });
    expect(finding).toMatchObject({ verdict: 'stable', p: Number.NaN });
    expect(finding.detail).toMatchObject({ judged: false });
    expect(finding.sentence).toBe('10 rows of 6 h are profiled so far, not all; shown, not judged.');
  });

  test('twice as many or half as many is drift, a third more is not, however sure', () => {
    expect(volumeOf(1500, even)).toMatchObject({ verdict: 'drift' });
    expect(volumeOf(200, even)).toMatchObject({ verdict: 'drift' });
    const more = volumeOf(850, even);
    expect(more.verdict).toBe('stable');
    const surer = volumeOf(85_000, () => 10_000);
    expect(surer).toMatchObject({ verdict: 'stable' });
    expect(volumeOf(150_000, () => 10_000).verdict).toBe('drift');
  });

  test('a handful is not worth an alarm', () => {
    const finding = volumeOf(45, () => 1, { alphaOf: () => 1e-3 });
    expect(finding).toMatchObject({ verdict: 'insufficient' });
    expect(finding.sentence).toContain('Fewer than 50 rows came or were expected.');
  });

  test('is only shown before 14 days, and says from when it is judged', () => {
    const early = volumeOf(5, even, { days: 13 });
    expect(early).toMatchObject({ verdict: 'stable', detail: { judged: false } });
    expect(early.p).toBeNaN();
    expect(early.sentence).toBe('5 rows in 6 h (0.833 an hour); shown, not judged.');
    expect(early.detail['pagesFrom']).toBe((end - 13 * 86_400 + 14 * 86_400 + 6 * 3600) * 1000);
    expect(volumeOf(0, even, { days: 13 })).toMatchObject({ verdict: 'no-data' });
    expect(volumeOf(0, even, { days: 13 }).p).toBeNaN();
    const known = volumeOf(5, even, { days: 15 });
    expect(known).toMatchObject({ verdict: 'drift', calibration: 'provisional', detail: { weeks: 2 } });
    expect(early.calibration).toBe('learning');
  });

  test('no rows page where some should have come, and are fine where none often do', () => {
    const missed = volumeOf(0, even);
    expect(missed).toMatchObject({ verdict: 'no-data', alpha: 1e-4, effect: 0, n: 0 });
    expect(missed.p).toBeLessThan(1e-6);
    const hourOf = (back: number) => new Date((end - back * 3600) * 1000).getUTCHours();
    const night = volumeOf(0, back => (hourOf(back) < 14 ? 0 : 100), {
      window: { start, end, baseline: 1, activeFrom: 0, generation: 7n, blind: false },
    });
    expect(new Date(start * 1000).getUTCHours()).toBe(8);
    expect(night).toMatchObject({ verdict: 'stable', alpha: 1e-4 });
    expect(night.p).toBeGreaterThan(0.5);
    expect(night.sentence).toContain('which is not unusual at this hour');
  });

  test('planned events are neither judged nor compared with', () => {
    const from = Math.floor(start / 3600) - 7 * 24;
    const calendar = createCalendar(
      [{ name: 'Sale', from, to: from + 24, as: 'event', models: [] }],
      'churn',
    );
    const after = volumeOf(600, back => (back > 144 && back <= 168 + 24 ? 5000 : 100), { calendar });
    expect(after).toMatchObject({ verdict: 'stable', detail: { weeks: 3 } });
    const during = volumeOf(0, even, { learning: 'touches the planned event "Sale"' });
    expect(during).toMatchObject({ verdict: 'no-data', detail: { judged: false } });
    expect(during.p).toBeNaN();
  });

  test('is not even counted before a baseline', () => {
    const { stream, window } = contextOf(baseline, {});
    expect(volumeUncounted({ stream, window, learning: 'no baseline yet' })).toMatchObject({
      verdict: 'learning',
      n: 0,
      calibration: 'learning',
    });
  });
});

test('a stream with empty nights: silence by day pages, silence by night does not', async () => {
  const monday = 24 * 7 * 2900 - 72;
  const hours = 24 * 24;
  const outage = (i: number) => i >= 22 * 24 + 10 && i < 22 * 24 + 16;
  const world = createStreamWorld({
    baselines: [{ baseline, from: monday }],
    first: monday,
    hours,
    profilesAt: i =>
      i % 24 < 6 || outage(i) ? null : { 'feature:age': profileFrom([0, 200 + (i % 7) * 5]) },
  });
  const judged = await world.judgeUpTo(hours);
  const volumes = judged
    .filter(window => window.windowSeconds === 3600)
    .map(window => window.findings.find(finding => finding.check === 'volume')!);
  const paging = volumes.filter(finding => finding.verdict === 'drift' || finding.p <= finding.alpha);
  const at = (finding: Finding) => finding.windowStart / 3600 - monday;
  expect(paging.map(at)).toEqual([10, 11, 12, 13, 14, 15].map(hour => 22 * 24 + hour));
  const nights = volumes.filter(finding => at(finding) > 14 * 24 + 6 && at(finding) % 24 < 6);
  expect(nights.length).toBeGreaterThan(50);
  expect(nights.filter(finding => finding.verdict !== 'stable')).toEqual([]);
});
