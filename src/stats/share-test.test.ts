import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { fisherTest } from './fisher.ts';
import { sharePValue } from './share-test.ts';
import { fitWindowModel, testWindow } from './window-model.ts';

interface Input {
  readonly h0: number;
  readonly n: number[];
  readonly x: number[];
  readonly v1: number;
  readonly test_hours: number[];
  readonly test_n: number[];
  readonly test_x: number[];
}
const cases = loadGolden<Input, { p: number }>('share');
const total = (counts: readonly number[]) => counts.reduce((sum, c) => sum + c, 0);

function fitOf(input: Input) {
  const values = input.x.map((x, i) => (input.n[i]! > 0 ? x / input.n[i]! : 0));
  const lengths = [input.test_hours.length];
  return fitWindowModel({ hour0: input.h0, rows: input.n, values, v1: input.v1, lengths })!;
}

function windowOf(input: Input) {
  return {
    hours: input.test_hours,
    rows: input.test_n,
    counts: input.test_x,
    length: input.test_hours.length,
    reference: { count: total(input.x), rows: total(input.n) },
  };
}

test.each(cases)('$name', ({ input, output }) => {
  expect(errorOf(sharePValue(fitOf(input), windowOf(input)), output.p)).toBeLessThan(1e-9);
});

test('golden cases are there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(2);
});

const { input } = cases.find(c => c.input.test_hours.length === 24)!;
const fit = fitOf(input);
const window = windowOf(input);

test('without rows, without a baseline or without a fit of the length: nothing to say', () => {
  const none = window.rows.map(() => 0);
  expect(sharePValue(fit, { ...window, rows: none, counts: none })).toBe(1);
  expect(sharePValue(fit, { ...window, reference: { count: 0, rows: 0 } })).toBe(1);
  expect(sharePValue(fit, { ...window, length: 5 })).toBe(1);
});

test('laws: in [1e-300, 1], never below the window model nor the exact test on deflated counts', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), { minLength: 24, maxLength: 24 }), extra => {
      const counts = window.counts.map((c, i) => Math.min(window.rows[i]!, c + extra[i]!));
      const p = sharePValue(fit, { ...window, counts });
      const values = counts.map((c, i) => c / window.rows[i]!);
      expect(p).toBeGreaterThanOrEqual(testWindow(fit, { ...window, values }).p);
      const phi = fit.lengths[24]!.phi;
      const exact = fisherTest({
        c: Math.round(total(counts) / phi),
        n: Math.round(total(window.rows) / phi),
        r: Math.round(window.reference.count / phi),
        m: Math.round(window.reference.rows / phi),
      });
      expect(p).toBeGreaterThanOrEqual(exact.both);
      expect(p).toBeLessThanOrEqual(1);
    }),
    { numRuns: 50 },
  );
});

test('a level from elsewhere reaches the window model', () => {
  const counts = window.counts.map(c => c + 4);
  const plain = sharePValue(fit, { ...window, counts });
  const vague = sharePValue(fit, { ...window, counts, level: { offset: 0, variance: 1 } });
  expect(vague).toBeGreaterThan(plain);
  expect(vague).toBeGreaterThan(0.9);
});
