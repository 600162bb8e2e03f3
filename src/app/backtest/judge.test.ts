import { describe, expect, it } from 'vitest';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../../test/twins/samples.ts';
import { createStreamWorld } from '../../../test/twins/stream-world.ts';
import type { JudgedWindow } from '../../domain/finding.ts';
import { createManualClock } from '../../lib/clock.ts';
import { normalDraw, seededRandom } from '../../stats/random.ts';
import { judgePeriod } from './judge.ts';

const monday = 24 * 7 * 2900 - 72;
const hourMs = 3_600_000;
const feature = 'feature:income';

/** Rows of an hour around a centre that moves at `change`. */
function world(change: number, hours: number) {
  const random = seededRandom(3);
  const rows = (count: number, centre: number) => {
    const counts = Array<number>(12).fill(0);
    for (let i = 0; i < count; i++) {
      const value = centre + 1.5 * normalDraw(random);
      counts[value < 0 ? 0 : value >= 10 ? 11 : 1 + Math.floor(value)]! += 1;
    }
    return profileFrom(counts);
  };
  const binning = numericBinning(feature);
  const baseline = baselineOf([subjectOf(binning, rows(5000, 5))]);
  return createStreamWorld({
    baselines: [{ baseline: { ...baseline, from: 0, to: 0 }, from: monday - 1 }],
    first: monday,
    hours,
    profilesAt: i => ({ [feature]: rows(200, i < change ? 5 : 8) }),
  });
}

const settings = { budget: 1, latenessSeconds: 700, off: new Set<string>() };

describe('judging the past again', () => {
  it('finds what the service found, in parts, and writes nothing', async () => {
    const days = 12;
    const stream = world(9 * 24, days * 24);
    const live: JudgedWindow[] = [];
    for (let i = 24; i <= days * 24; i += 24) live.push(...(await stream.judgeUpTo(i)));
    const from = (monday + 5 * 24) * hourMs;
    const period = { model: 'churn', environment: 'prod', from, to: (monday + days * 24) * hourMs, settings };
    const noise = { read: stream.noise.read, write: () => Promise.reject(new Error('nothing is written')) };
    const reading = {
      windows: stream.windows,
      baselines: stream.baselines,
      noise,
      clock: createManualClock(0),
    };
    const again: JudgedWindow[] = [];
    let parts = 0;
    for await (const part of judgePeriod(reading, period)) {
      again.push(...part);
      parts++;
    }
    const endOf = (w: JudgedWindow) => w.windowStart + w.windowSeconds;
    const expected = live
      .filter(w => endOf(w) * 1000 > from)
      .sort((a, b) => endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds);
    expect(parts).toBeGreaterThan(1);
    expect(again.map(endOf)).toEqual(expected.map(endOf));
    const said = (windows: readonly JudgedWindow[]) =>
      windows.flatMap(w =>
        w.findings.map(f => [endOf(w), w.windowSeconds, f.check, f.subject, f.verdict, f.p]),
      );
    expect(said(again)).toEqual(said(expected));
    expect(said(again).some(([, , , , verdict]) => verdict === 'drift')).toBe(true);
  }, 60_000);

  it('says which stream it does not know', async () => {
    const stream = world(5, 10);
    const reading = {
      windows: stream.windows,
      baselines: stream.baselines,
      noise: stream.noise,
      clock: createManualClock(0),
    };
    const ask = (model: string, environment: string) =>
      judgePeriod(reading, { model, environment, from: 0, to: 1, settings }).next();
    await expect(ask('other', 'prod')).rejects.toThrow('model "other" has no rows in environment "prod"');
    await expect(ask('churn', 'test')).rejects.toThrow('it has rows in "prod"');
  });
});
