import { describe, expect, test } from 'vitest';
import { createMemoryNoise } from '../../test/twins/noise.ts';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { createStreamWorld } from '../../test/twins/stream-world.ts';
import type { Baseline } from '../domain/baseline.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import { normalDraw, seededRandom } from '../stats/random.ts';
import { historyBegin } from './begin.ts';
import { createCalendar } from './calendar.ts';
import { createNoiseKeeper } from './noise.ts';

const feature = 'feature:income';
/** A Monday, in hours since the epoch. */
const monday = 24 * 7 * 2900 - 72;
const day = 24;

describe('the begin of a history', () => {
  const hoursOf = (rowsAt: (i: number) => number, hours: number) =>
    new Map(
      Array.from({ length: hours }, (_, i) => [monday + i, { rows: rowsAt(i) }] as const).filter(
        ([, { rows }]) => rows > 0,
      ),
    );

  test.each<[string, (i: number) => number, number, boolean]>([
    ['steady traffic', () => 100, 0, false],
    ['growth of 3 % a day', i => 100 * 1.03 ** (i / 24), 0, false],
    ['a batch a week', i => (i % 168 === 0 ? 1000 : 0), 0, false],
    ['a busy day within the first week', i => (i >= 96 && i < 120 ? 5000 : 10), 0, false],
    ['a row, three weeks of nothing, then traffic', i => (i === 0 ? 1 : i < 504 ? 0 : 100), 504, true],
    ['a pilot of five rows a day, then traffic', i => (i < 504 ? Number(i % 24 === 9) * 5 : 100), 504, true],
    ['nothing known of the first ten days', i => (i < 240 ? 0 : 100), 240, false],
  ])('%s', (_, rowsAt, at, again) => {
    expect(historyBegin(hoursOf(rowsAt, 40 * day), monday, monday + 40 * day)).toEqual({
      begin: monday + at,
      again,
    });
  });

  test('of a window does not depend on what came after it', () => {
    const hours = hoursOf(i => (i === 0 ? 1 : i < 504 ? 0 : 100), 40 * day);
    expect(historyBegin(hours, monday, monday + 504)).toEqual({ begin: monday, again: false });
  });
});

/** Rows of one hour: normal with a daily cycle, in ten bins over 0..10. */
function createRows(seed: number, amplitude: number, level = 0) {
  const random = seededRandom(seed);
  return (i: number, rows = 200): Profile => {
    const centre = 5 + level + amplitude * Math.sin((2 * Math.PI * (i % 24)) / 24);
    const counts = Array<number>(12).fill(0);
    for (let row = 0; row < rows; row++) {
      const value = centre + 1.5 * normalDraw(random);
      counts[value < 0 ? 0 : value >= 10 ? 11 : 1 + Math.floor(value)]! += 1;
    }
    return profileFrom(counts);
  };
}

/** A training set: two weeks of the cycle in one pool, without a time axis. */
function trainingSet(amplitude: number, baseline = 1): Baseline {
  const rows = createRows(1, amplitude);
  const counts = Array<number>(12).fill(0);
  for (let i = 0; i < 14 * day; i++) {
    const { bins, counts: of } = rows(i);
    bins.forEach((bin, at) => (counts[bin]! += of[at]!));
  }
  return baselineOf([subjectOf(numericBinning(feature), profileFrom(counts))], { baseline });
}

const drifts = (judged: readonly JudgedWindow[], from: number) =>
  judged
    .filter(({ windowStart }) => windowStart / 3600 - monday >= from)
    .flatMap(({ findings }) => findings.filter(({ check }) => check === 'drift'));

describe('a history that teaches nothing', () => {
  test('weeks of next to no rows before the launch are not history', async () => {
    const rows = createRows(2, 1.2);
    const launch = 20 * day;
    const world = createStreamWorld({
      baselines: [{ baseline: trainingSet(1.2), from: monday }],
      first: monday,
      hours: launch + 30 * day,
      profilesAt: i => (i === 0 ? { [feature]: rows(i, 5) } : i < launch ? null : { [feature]: rows(i) }),
    });
    const findings = drifts(await world.judgeUpTo(launch + 30 * day), launch);
    const early = findings.filter(f => f.windowStart / 3600 - monday < launch + 7 * day);
    expect(early.every(({ calibration }) => calibration === 'learning')).toBe(true);
    const known = findings.filter(({ calibration }) => calibration !== 'learning');
    expect(known.length).toBeGreaterThan(1000);
    expect(known.filter(({ verdict }) => verdict === 'drift')).toEqual([]);
  });

  test('traffic unlike the pilot that the baseline was cut from is drift once its noise is known', async () => {
    const pilot = createRows(3, 0);
    const shifted = createRows(4, 0, 1);
    const launch = 20 * day;
    const world = createStreamWorld({
      baselines: [
        {
          baseline: {
            ...trainingSet(0),
            origin: 'learned',
            from: monday * 3_600_000,
            to: (monday + 7 * day) * 3_600_000,
          },
          from: monday + 7 * day,
        },
      ],
      first: monday,
      hours: launch + 10 * day,
      profilesAt: i => ({ [feature]: i < launch ? pilot(i, 1) : shifted(i) }),
    });
    const findings = drifts(await world.judgeUpTo(launch + 10 * day), launch + 7 * day);
    const known = findings.filter(({ calibration }) => calibration === 'provisional');
    expect(known.length).toBeGreaterThan(50);
    expect(known.every(({ verdict }) => verdict === 'drift')).toBe(true);
  });

  test('a feature that was missing all along is judged by the baseline once it comes', async () => {
    const shifted = createRows(2, 0, 2);
    const world = createStreamWorld({
      baselines: [{ baseline: trainingSet(0), from: monday }],
      first: monday,
      hours: 34 * day,
      profilesAt: i => ({
        [feature]: i < 30 * day ? profileFrom(Array<number>(12).fill(0), { nMissing: 200 }) : shifted(i),
      }),
    });
    const findings = drifts(await world.judgeUpTo(34 * day), 31 * day);
    expect(findings.length).toBeGreaterThan(100);
    expect(findings.every(f => f.verdict === 'drift' && f.calibration === 'learning')).toBe(true);
  });

  test('noise is taken over across a baseline that was replaced before it judged anything', async () => {
    const rows = createRows(2, 1.2);
    const at = monday + 40 * day;
    const world = createStreamWorld({
      baselines: [
        { baseline: trainingSet(1.2), from: monday },
        { baseline: trainingSet(1.2, 2), from: at + 0.2 },
        { baseline: trainingSet(1.2, 3), from: at + 0.6 },
      ],
      first: monday,
      hours: 44 * day,
      profilesAt: i => ({ [feature]: rows(i) }),
    });
    await world.judgeUpTo(40 * day);
    const findings = drifts(await world.judgeUpTo(44 * day), 40 * day);
    expect(findings.every(({ calibration }) => calibration === 'calibrated')).toBe(true);
    const of = { model: 'churn', environment: 'prod', baseline: 3 };
    expect(await world.noise.read(of, 1e9)).toMatchObject({ inherited: 1, hours: 672 });
  });

  test('a fit from fewer days than 28 is not called calibrated, however old the stream', async () => {
    const rows = createRows(2, 1.2);
    const world = createStreamWorld({
      baselines: [
        { baseline: trainingSet(1.2), from: monday },
        { baseline: trainingSet(1.2, 2), from: monday + 9 * day },
      ],
      first: monday,
      hours: 32 * day,
      profilesAt: i => ({ [feature]: rows(i) }),
    });
    await world.judgeUpTo(9 * day);
    const findings = drifts(await world.judgeUpTo(32 * day), 28 * day);
    const of = (hours: number) => findings.filter(f => f.windowSeconds === hours * 3600);
    expect(new Set(of(6).map(({ calibration }) => calibration))).toEqual(new Set(['provisional']));
    expect(new Set(of(24).map(({ calibration }) => calibration))).toEqual(new Set(['learning']));
  });

  test('an hour whose rows are gone is not waited for', async () => {
    const rows = createRows(2, 1.2);
    const baseline = trainingSet(1.2);
    const now = monday + 40 * day;
    const keeper = createNoiseKeeper({
      windows: {
        tiles: async (_, { tiles }) =>
          tiles.map(tile => ({
            ...tile,
            subject: feature,
            generation: 1n,
            profile: rows(tile.bucket / 3600 - monday),
          })),
      },
      noise: createMemoryNoise(),
      baselines: { read: async () => baseline },
    });
    const fitWhere = (incomplete: number) =>
      keeper
        .of({
          stream: { model: 'churn', environment: 'prod', first: monday * 3600 },
          baseline,
          activations: [],
          coverage: {
            hours: Array.from({ length: 40 * day }, (_, i) => ({
              hour: (monday + i) * 3600,
              generation: i === incomplete ? 0n : 1n,
              started: 1,
              rows: i === incomplete ? 0 : 200,
              complete: i !== incomplete,
            })),
            days: [],
          },
          calendar: createCalendar([], 'churn'),
          now: now * 3_600_000,
        })
        .fitBefore({ start: (now - 1) * 3600, end: now * 3600 });
    expect(await fitWhere(5)).toMatchObject({ hours: 672 });
  });
});
