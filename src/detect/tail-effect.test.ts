import { expect, test } from 'vitest';
import { orderedEffect } from '../stats/effect-ordered.ts';
import { effectBy } from './tail-effect.ts';

/** 5,000 rows in 100 even bins, and a window of 1,000 of them with `far` rows above the range. */
const reference = [0, ...Array.from({ length: 100 }, () => 50), 0];
const window = (far: number) => [0, ...Array.from({ length: 100 }, () => (1000 - far) / 100), far];

test('one row in a hundred beyond the range is the share that came there', () => {
  expect(orderedEffect(window(10), reference).estimate).toBe(0);
  const effect = effectBy('tail', window(10), reference);
  expect(effect).toMatchObject({ interval: [101, 101], direction: 1 });
  expect(effect.estimate).toBeCloseTo(0.01, 12);
  expect(effect.low).toBeGreaterThan(0.004);
  expect(effect.high).toBeLessThan(0.02);
});

test('the larger of the two counts, and other components are not concerned', () => {
  const moved = [0, ...Array.from({ length: 100 }, (_, i) => (i < 50 ? 4 : 15)), 50];
  expect(effectBy('tail', moved, reference)).toEqual(orderedEffect(moved, reference));
  expect(effectBy('z1', window(10), reference)).toEqual(orderedEffect(window(10), reference));
});

test('nothing came into the tails, or nothing is there: the effect of the whole', () => {
  expect(effectBy('tail', window(0), reference)).toEqual(orderedEffect(window(0), reference));
  expect(effectBy('tail', [0, 0], [0, 0]).estimate).toBe(0);
});
