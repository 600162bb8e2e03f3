import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { alarmLevel } from './budget.ts';
import { smallestDetectable } from './smallest-detectable.ts';
import { verdictOf } from './verdict.ts';

interface Input {
  readonly cur: number[];
  readonly ref: number[];
  readonly cur_null?: number;
  readonly ref_null?: number;
  readonly alpha: number;
  readonly tolerance: number;
}
interface Output {
  readonly test: { p: number; by: string | null };
  readonly effect: { estimate: number };
  readonly effect_null?: { estimate: number } | null;
  readonly verdict: { state: string; smallest_detectable: number };
}
const cases = [...loadGolden<Input, Output>('numeric'), ...loadGolden<Input, Output>('categorical')];

test.each(cases)('$name', ({ input, output }) => {
  const rows = (counts: number[], missing = 0) => counts.reduce((sum, c) => sum + c, missing);
  const found = verdictOf(
    {
      p: output.test.p,
      // The share of missing values is judged by its own effect when it decided.
      effect: output.test.by === 'null' ? Math.abs(output.effect_null!.estimate) : output.effect.estimate,
      n: rows(input.cur, input.cur_null),
      nReference: rows(input.ref, input.ref_null),
    },
    input,
  );
  expect(found.verdict).toBe(output.verdict.state.replace(' data', ''));
  expect(errorOf(found.smallestDetectable, output.verdict.smallest_detectable)).toBeLessThan(1e-9);
});

test('golden cases of every verdict are there', () => {
  expect(new Set(cases.map(c => c.output.verdict.state))).toEqual(
    new Set(['drift', 'stable', 'insufficient data']),
  );
});

const limits = { alpha: 1e-5, tolerance: 0.02 };

test('drift comes first: a window of 30 rows can drift', () => {
  const found = { p: 1e-9, effect: 0.5, n: 30, nReference: 1000 };
  expect(verdictOf(found, limits).verdict).toBe('drift');
  expect(verdictOf({ ...found, effect: 0.01 }, limits).verdict).toBe('insufficient');
  expect(verdictOf({ ...found, p: 1e-4 }, limits).verdict).toBe('insufficient');
});

test('both limits are inclusive', () => {
  const found = { p: 1e-5, effect: 0.02, n: 10_000, nReference: 10_000 };
  expect(verdictOf(found, limits).verdict).toBe('drift');
  expect(verdictOf({ ...found, p: 1.0001e-5 }, limits).verdict).toBe('stable');
  expect(verdictOf({ ...found, effect: 0.0199 }, limits).verdict).toBe('stable');
});

test('rows enough to see a tenth move are needed to be stable', () => {
  const found = { p: 1, effect: 0, nReference: 1_000_000 };
  const loose = { alpha: 0.5, tolerance: 0.02 };
  expect(verdictOf({ ...found, n: 50 }, loose).verdict).toBe('stable');
  expect(verdictOf({ ...found, n: 49 }, loose).verdict).toBe('insufficient');
  expect(verdictOf({ ...found, n: 200 }, limits).verdict).toBe('insufficient');
  expect(verdictOf({ ...found, n: 500 }, limits).verdict).toBe('stable');
});

test('what is not a number never drifts', () => {
  const found = { p: 1e-9, effect: 0.5, n: 5000, nReference: 5000 };
  expect(verdictOf({ ...found, p: Number.NaN }, limits).verdict).toBe('stable');
  expect(verdictOf({ ...found, effect: Number.NaN }, limits).verdict).toBe('stable');
});

test('laws: more rows see smaller shifts; the share is that of smallestDetectable, in [0, 1]', () => {
  const rows = fc.integer({ min: 0, max: 1_000_000 });
  const alpha = fc.double({ min: 1e-12, max: 0.2, noNaN: true });
  fc.assert(
    fc.property(rows, rows, alpha, (n, nReference, a) => {
      const seen = (more: number) =>
        verdictOf({ p: 1, effect: 0, n: n + more, nReference }, { alpha: a, tolerance: 0.02 })
          .smallestDetectable;
      expect(seen(0)).toBe(smallestDetectable(n, nReference, a));
      expect(seen(0)).toBeGreaterThanOrEqual(0);
      expect(seen(0)).toBeLessThanOrEqual(1);
      expect(seen(1000)).toBeLessThanOrEqual(seen(0));
    }),
  );
});

test('the level of one test', () => {
  const [golden] = loadGolden<unknown, { alarm_level: [number, number, number, number][] }>('functions');
  for (const [budget, features, hours, alpha] of golden!.output.alarm_level)
    expect(errorOf(alarmLevel(budget, features, hours * 3600), alpha)).toBeLessThan(1e-12);
});
