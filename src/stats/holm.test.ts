import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadVectors } from '../../test/vectors/load.ts';
import { holm } from './holm.ts';

const cases = loadVectors<{ p?: number[] }, Record<string, number[]>>('multiple_testing').filter(
  c => c.inputs.p && c.expected['reject_holm_0.05'],
);

test.each(cases)('$id $note', ({ inputs, expected }) => {
  for (const alpha of ['0.01', '0.05', '0.1']) {
    const rejected = holm(inputs.p!, Number(alpha));
    expect([...rejected].sort((a, b) => a - b)).toEqual(expected[`reject_holm_${alpha}`]);
    const p = rejected.map(i => inputs.p![i]!);
    expect(p).toEqual([...p].sort((a, b) => a - b));
  }
});

test('vectors are there', () => {
  expect(cases.length).toBeGreaterThanOrEqual(10);
});

test('lists in order of p and stops at the first that is too large', () => {
  expect(holm([0.0001, 0.3, 0.001, 0.01], 0.05)).toEqual([0, 2, 3]);
  expect(holm([0.025, 0.025], 0.05)).toEqual([0, 1]);
  expect(holm([0.03, 0.03], 0.05)).toEqual([]);
  expect(holm([], 0.05)).toEqual([]);
});

test('what is not a number counts as a test and is never rejected', () => {
  expect(holm([Number.NaN, 0.02], 0.05)).toEqual([1]);
  expect(holm([Number.NaN, 0.03], 0.05)).toEqual([]);
});

test('laws: monotone in alpha, within Bonferroni and the plain level', () => {
  const p = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
  const level = fc.double({ min: 1e-9, max: 1, noNaN: true });
  fc.assert(
    fc.property(p, level, level, (values, a, b) => {
      const few = holm(values, Math.min(a, b));
      const many = holm(values, Math.max(a, b));
      expect(many.slice(0, few.length)).toEqual(few);
      for (const i of few) expect(values[i]).toBeLessThanOrEqual(Math.min(a, b));
      values.forEach((value, i) => {
        if (value * values.length <= Math.min(a, b)) expect(few).toContain(i);
      });
    }),
  );
});
