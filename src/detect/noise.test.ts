import { describe, expect, test } from 'vitest';
import { createMemoryNoise } from '../../test/twins/noise.ts';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { createStreamWorld } from '../../test/twins/stream-world.ts';
import type { Baseline } from '../domain/baseline.ts';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import type { Profile } from '../domain/profile.ts';
import { normalDraw, seededRandom } from '../stats/random.ts';

const feature = 'feature:income';
/** A Monday, in hours since the epoch. */
const monday = 24 * 7 * 2900 - 72;
const rowsAnHour = 200;

/** Rows of one hour: normal around `level` with a daily cycle, in ten bins over 0..10. */
function createRows(seed: number, amplitude: number, levelAt: (i: number) => number = () => 0) {
  const random = seededRandom(seed);
  return (i: number): Profile => {
    const centre = 5 + levelAt(i) + amplitude * Math.sin((2 * Math.PI * (i % 24)) / 24);
    const counts = Array<number>(12).fill(0);
    for (let row = 0; row < rowsAnHour; row++) {
      const value = centre + 1.5 * normalDraw(random);
      counts[value < 0 ? 0 : value >= 10 ? 11 : 1 + Math.floor(value)]! += 1;
    }
    return profileFrom(counts);
  };
}

function baselineFrom(profiles: readonly Profile[], part: Partial<Baseline> = {}): Baseline {
  const counts = Array<number>(12).fill(0);
  for (const profile of profiles) profile.bins.forEach((bin, i) => (counts[bin]! += profile.counts[i]!));
  return baselineOf([subjectOf(numericBinning(feature), profileFrom(counts))], part);
}

const drifts = (judged: readonly JudgedWindow[], hours: number): Finding[] =>
  judged
    .filter(window => window.windowSeconds === hours * 3600)
    .flatMap(window => window.findings.filter(finding => finding.check === 'drift'));
const hourOf = (finding: Finding) => finding.windowStart / 3600 - monday;
const hourMs = 3_600_000;

/** A learned baseline over the first day of a stream with a strong daily cycle. */
async function learned(hours: number, levelAt?: (i: number) => number, noise = createMemoryNoise()) {
  const rows = createRows(7, 1.2, levelAt);
  const profiles = Array.from({ length: hours }, (_, i) => rows(i));
  const baseline = baselineFrom(profiles.slice(0, 24), {
    origin: 'learned',
    from: monday * hourMs,
    to: (monday + 24) * hourMs,
  });
  const world = createStreamWorld({
    baselines: [{ baseline, from: monday + 24 }],
    first: monday,
    hours,
    noise,
    profilesAt: i => ({ [feature]: profiles[i]! }),
  });
  return { judged: await world.judgeUpTo(hours), noise, baseline };
}

describe('a stream with a daily cycle', () => {
  test('is judged against its own past once a week of it is known', async () => {
    const { judged } = await learned(24 * 30);
    const hourly = drifts(judged, 1).filter(finding => finding.verdict !== 'learning');
    const early = hourly.filter(finding => hourOf(finding) < 168);
    expect(early.every(finding => finding.calibration === 'learning' && finding.noiseVersion === 0)).toBe(
      true,
    );
    // Rows taken as independent see the cycle as drift nearly always: shown, and never paged at this length.
    expect(early.filter(finding => finding.verdict === 'drift').length / early.length).toBeGreaterThan(0.5);
    const provisional = hourly.filter(finding => hourOf(finding) >= 168 && hourOf(finding) < 672);
    expect(provisional.every(finding => finding.calibration === 'provisional')).toBe(true);
    expect(provisional.filter(finding => finding.verdict === 'drift')).toEqual([]);
    expect(provisional[0]!.detail['method']).toBe('numeric-window');
    const known = hourly.filter(finding => hourOf(finding) >= 672);
    expect(known.every(finding => finding.calibration === 'calibrated')).toBe(true);
    // From 28 days on the fit stands.
    expect(new Set(known.map(finding => finding.noiseVersion)).size).toBe(1);
    const days = drifts(judged, 24).filter(finding => finding.verdict !== 'learning');
    expect(days.filter(finding => finding.verdict === 'drift')).toEqual([]);
    expect(days.at(-1)).toMatchObject({ calibration: 'calibrated' });
  });

  test('a step is found, and is not learnt as if it were noise', async () => {
    const { judged } = await learned(24 * 24, i => (i >= 24 * 14 ? 1.2 : 0));
    const six = drifts(judged, 6).filter(finding => finding.calibration === 'provisional');
    const before = six.filter(finding => hourOf(finding) + 6 <= 24 * 14);
    const after = six.filter(finding => hourOf(finding) >= 24 * 14);
    expect(before.filter(finding => finding.verdict === 'drift')).toEqual([]);
    expect(after.every(finding => finding.verdict === 'drift')).toBe(true);
    expect(after.at(-1)!.p).toBeLessThan(1e-5);
  });

  test('a fit is stored once a day until 28 days are in, and the same profiles give the same findings', async () => {
    const noise = createMemoryNoise();
    const written: number[] = [];
    const counting = {
      read: noise.read,
      write: async (...args: Parameters<typeof noise.write>) => {
        written.push(args[1].version);
        await noise.write(...args);
      },
    };
    const first = await learned(24 * 31, undefined, counting);
    const day = monday / 24;
    expect(written).toEqual(Array.from({ length: 22 }, (_, i) => day + 7 + i));
    const again = await learned(24 * 31, undefined, counting);
    expect(written).toHaveLength(22);
    expect(again.judged).toEqual(first.judged);
  });
});

describe('the level', () => {
  test('of a training set stays its own: production unlike it from the first day is drift', async () => {
    const training = createRows(3, 0, () => -1);
    const baseline = baselineFrom(Array.from({ length: 50 }, (_, i) => training(i)));
    const rows = createRows(4, 0);
    const world = createStreamWorld({
      baselines: [{ baseline, from: monday }],
      first: monday,
      hours: 24 * 9,
      profilesAt: i => ({ [feature]: rows(i) }),
    });
    const found = drifts(await world.judgeUpTo(24 * 9), 6).filter(f => f.calibration === 'provisional');
    expect(found.length).toBeGreaterThan(30);
    expect(found.every(finding => finding.verdict === 'drift')).toBe(true);
  });

  test('of a training set like production is no drift, though production has a daily cycle', async () => {
    const training = createRows(5, 1.2);
    const baseline = baselineFrom(Array.from({ length: 48 }, (_, i) => training(i)));
    const rows = createRows(6, 1.2);
    const world = createStreamWorld({
      baselines: [{ baseline, from: monday }],
      first: monday,
      hours: 24 * 10,
      profilesAt: i => ({ [feature]: rows(i) }),
    });
    const judged = await world.judgeUpTo(24 * 10);
    const found = drifts(judged, 6).filter(f => f.calibration === 'provisional');
    expect(found.filter(finding => finding.verdict === 'drift')).toEqual([]);
  });
});

test('a later baseline takes the noise over, with its own level', async () => {
  const rows = createRows(8, 1.2, i => (i >= 24 * 30 ? 2 : 0));
  const profiles = Array.from({ length: 24 * 34 }, (_, i) => rows(i));
  const old = baselineFrom(profiles.slice(0, 24), {
    origin: 'learned',
    from: monday * hourMs,
    to: (monday + 24) * hourMs,
  });
  const fresh = baselineFrom(profiles.slice(24 * 30, 24 * 31), {
    origin: 'range',
    baseline: 2,
    from: (monday + 24 * 30) * hourMs,
    to: (monday + 24 * 31) * hourMs,
  });
  const world = createStreamWorld({
    baselines: [
      { baseline: old, from: monday + 24 },
      { baseline: fresh, from: monday + 24 * 31 },
    ],
    first: monday,
    hours: 24 * 34,
    profilesAt: i => ({ [feature]: profiles[i]! }),
  });
  const six = drifts(await world.judgeUpTo(24 * 34), 6);
  const after = six.filter(finding => finding.baseline === 2 && finding.verdict !== 'learning');
  expect(after.length).toBeGreaterThan(50);
  expect(after.every(finding => finding.calibration === 'calibrated' && finding.noiseVersion > 0)).toBe(true);
  expect(after.filter(finding => finding.verdict === 'drift')).toEqual([]);
  const between = six.filter(
    finding => finding.baseline === 1 && hourOf(finding) >= 24 * 30 && finding.calibration === 'calibrated',
  );
  expect(between.every(finding => finding.verdict === 'drift')).toBe(true);
});

test('windows that touch a planned event are not judged, and its hours are not learnt from', async () => {
  const rows = createRows(9, 0.5, i => (i >= 24 * 5 && i < 24 * 6 ? 3 : 0));
  const baseline = baselineFrom(Array.from({ length: 40 }, (_, i) => rows(1000 + i)));
  const world = createStreamWorld({
    baselines: [{ baseline, from: monday }],
    first: monday,
    hours: 24 * 9,
    calendar: [{ name: 'Sale', from: monday + 24 * 5, to: monday + 24 * 6, as: 'event', models: [] }],
    profilesAt: i => ({ [feature]: rows(i) }),
  });
  const judged = await world.judgeUpTo(24 * 9);
  const during = drifts(judged, 1).filter(f => hourOf(f) >= 24 * 5 && hourOf(f) < 24 * 6);
  expect(during.every(finding => finding.verdict === 'learning')).toBe(true);
  expect(during[0]!.sentence).toContain('touches the planned event "Sale"');
  const later = drifts(judged, 1).filter(f => f.calibration === 'provisional');
  expect(later.filter(finding => finding.verdict === 'drift')).toEqual([]);
});
