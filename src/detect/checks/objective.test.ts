import { describe, expect, test } from 'vitest';
import {
  baselineOf,
  categoricalBinning,
  contextOf,
  numericBinning,
  profileFrom,
  subjectOf,
} from '../../../test/twins/samples.ts';
import type { Profile } from '../../domain/profile.ts';
import { wilson } from '../../stats/wilson.ts';
import { type Objectives, objectiveCheck } from './objective.ts';

const status = subjectOf(
  categoricalBinning('status', 'ok', 'client-error', 'server-error'),
  profileFrom([9900, 60, 40]),
);
const latency = subjectOf(
  numericBinning('latency'),
  profileFrom([0, ...Array.from({ length: 10 }, () => 1000), 0]),
);
const baseline = baselineOf([status, latency]);

const judge = (objectives: Objectives | null, current: Readonly<Record<string, Profile>>) =>
  objectiveCheck(contextOf(baseline, current, { objectives }));

describe('errors', () => {
  const at = (failed: number, n: number) =>
    judge({ errors: 0.01 }, { status: profileFrom([n - failed, failed]) })[0]!;

  test('break the promise when the lower limit lies above it, whatever the baseline was', () => {
    const broken = at(40, 1000);
    expect(broken).toMatchObject({
      check: 'objective',
      subject: 'status',
      verdict: 'drift',
      tolerance: 0.01,
      effect: 0.04,
    });
    expect(broken.effectLow).toBeCloseTo(wilson(40, 1000, 3.290526731491926).low, 9);
    expect(broken.effectLow).toBeGreaterThan(0.01);
    expect(broken.p).toBeNaN();
    expect(broken.alpha).toBeNaN();
    expect(broken.sentence).toMatch(
      /^Objective of errors of at most 1 %: 4 % of requests failed, at least 2\.\d+ % with 99\.9 % confidence, 1 % allowed; 1,000 rows\.$/,
    );
  });

  test('a share above the promise that may be chance is not a breach, and 50 rows are needed', () => {
    expect(at(15, 1000)).toMatchObject({ verdict: 'stable', effect: 0.015 });
    expect(at(49, 49)).toMatchObject({ verdict: 'insufficient' });
    expect(at(0, 0)).toMatchObject({ verdict: 'insufficient', effect: 0 });
  });
});

describe('latency', () => {
  const promise = (seconds: number, share = 0.95): Objectives => ({ latency: [{ share, seconds }] });

  test('counts the rows above the limit, those of the bin that holds it as below', () => {
    // 880 rows in [4, 5), 60 in [5, 6), 60 in [6, 7).
    const profile = profileFrom([0, 0, 0, 0, 0, 880, 60, 60]);
    const inside = judge(promise(5.5), { latency: profile })[0]!;
    expect(inside.effect).toBeCloseTo(0.09, 12);
    expect(inside.effectLow).toBeCloseTo(wilson(60, 1000, 3.290526731491926).low, 9);
    expect(inside.effectHigh).toBeCloseTo(wilson(120, 1000, 3.290526731491926).high, 9);
    expect(inside).toMatchObject({ subject: 'latency', verdict: 'stable' });
    expect(inside.tolerance).toBeCloseTo(0.05, 12);
    // A value at the very limit keeps the promise, and a bin that begins there may hold nothing else.
    const edge = judge(promise(5), { latency: profile })[0]!;
    expect(edge.effectLow).toBeCloseTo(wilson(60, 1000, 3.290526731491926).low, 9);
    expect(judge(promise(4.5), { latency: profile })[0]).toMatchObject({ verdict: 'drift' });
  });

  test('beyond the range of the baseline too', () => {
    const beyond = profileFrom([0, 900], { sum: 900 });
    const tail = { ...beyond, n: 1000, bins: [1, 100], counts: [900, 100], tailSums: [2000] };
    const finding = judge(promise(10.5), { latency: tail })[0]!;
    expect(finding).toMatchObject({ verdict: 'drift', effect: 0.1 });
    expect(judge(promise(1000), { latency: tail })[0]).toMatchObject({ verdict: 'stable', effect: 0 });
  });

  test('of several promises the one that is broken speaks, and all are kept with the finding', () => {
    const objectives = {
      latency: [
        { share: 0.5, seconds: 8 },
        { share: 0.99, seconds: 4.5 },
      ],
    };
    const finding = judge(objectives, { latency: profileFrom([0, 900, 0, 0, 0, 0, 100]) })[0]!;
    expect(finding).toMatchObject({ verdict: 'drift', effect: 0.1 });
    expect(finding.sentence).toContain('Objective of 99 % within 4.5 s: 10 % of requests took longer');
    expect(finding.detail['objectives']).toHaveLength(2);
  });
});

test('without objectives, or without the subject, nothing is said', () => {
  const current = { status: profileFrom([500, 500]), latency: profileFrom([0, 1000]) };
  expect(judge(null, current)).toEqual([]);
  expect(judge({ latency: [] }, current)).toEqual([]);
  expect(judge({ errors: 0.01, latency: [{ share: 0.95, seconds: 1 }] }, current)).toHaveLength(2);
  const bare = contextOf(baselineOf([]), current, { objectives: { errors: 0.01 } });
  expect(objectiveCheck(bare)).toEqual([]);
});
