import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  categoricalBinning,
  contextOf,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../../test/twins/samples.ts';
import type { CheckContext } from '../check.ts';
import type { StreamSpec } from '../score-streams.ts';
import type { StreamTest, WindowTests } from '../window-noise.ts';
import { errorsCheck } from './errors.ts';
import { latencyCheck } from './latency.ts';

/** Service checks held against the stream's own past: only a rise counts, whatever the rows alone would say. */
const status = subjectOf(categoricalBinning('status', 'ok', 'server-error'), profileFrom([9900, 100]));
const latency = subjectOf(
  numericBinning('latency'),
  profileFrom([0, ...Array.from({ length: 10 }, () => 1000), 0]),
);

/** Tests of which each stream has the p and z given. */
function pastOf(streams: Readonly<Record<string, Pick<StreamTest, 'p' | 'z'>>>): Partial<CheckContext> {
  const specs = Object.keys(streams).map(
    (name): StreamSpec => ({
      name,
      kind: name === 'z1' ? 'score' : 'share',
      reference: { count: 0, rows: 10_000 },
      kurtosis: name === 'z1' ? 1.8 : 0,
    }),
  );
  const find = (name: string) =>
    streams[name] === undefined ? null : { ...streams[name], df: 20, sd: 0.01, v1: 1 };
  const tests: WindowTests = { specs, score: find, share: find };
  const state = { calibration: 'calibrated', hours: 700, pagesFrom: 0, calibratedFrom: 0 } as const;
  return { testsOf: () => tests, noiseVersion: 20_000, state };
}

describe('errors', () => {
  const at = (failed: number, past: Pick<StreamTest, 'p' | 'z'>) => {
    const current = { status: profileFrom([1000 - failed, failed]) };
    return errorsCheck(contextOf(baselineOf([status]), current, pastOf({ failed: past })))[0]!;
  };

  test('that rose for this stream are drift, with half of the two-sided p', () => {
    expect(at(50, { p: 1e-6, z: 6 })).toMatchObject({
      verdict: 'drift',
      p: 5e-7,
      calibration: 'calibrated',
      noiseVersion: 20_000,
      detail: { method: 'share-window' },
    });
  });

  test('that rose no more than this stream does are not, and a fall never is', () => {
    expect(at(50, { p: 0.02, z: 2.5 })).toMatchObject({ verdict: 'stable', p: 0.01 });
    expect(at(0, { p: 1e-9, z: -8 })).toMatchObject({ verdict: 'stable', p: 1, effect: 0 });
  });
});

describe('latency', () => {
  const slow = profileFrom([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000], { sum: 20_000 });
  const at = (z1: Pick<StreamTest, 'p' | 'z'>, tail: Pick<StreamTest, 'p' | 'z'>) => {
    const past = pastOf({ z1, 'tail:1:1': tail, 'tail:-1:1': { p: 1e-30, z: 9 } });
    return latencyCheck(contextOf(baselineOf([latency]), { latency: slow }, past))[0]!;
  };
  const nothing = { p: 0.9, z: 0.1 };

  test('slower for this stream is drift: by location or by the upper end', () => {
    const by = at({ p: 1e-8, z: 7 }, nothing);
    expect(by).toMatchObject({ verdict: 'drift', calibration: 'calibrated' });
    expect(by.detail).toMatchObject({ method: 'upward-window', by: 'z1', components: { z1: 5e-9 } });
    expect(at(nothing, { p: 1e-8, z: 7 }).detail).toMatchObject({ by: 'tail', components: { tail: 1e-8 } });
  });

  test('the lower end and a fall say nothing', () => {
    const finding = at({ p: 1e-8, z: -7 }, { p: 1e-8, z: -7 });
    expect(finding.verdict).toBe('stable');
    expect(finding.p).toBeGreaterThan(0.9);
  });
});
