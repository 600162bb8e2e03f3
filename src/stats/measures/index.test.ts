import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BinnedPair } from '../cells.ts';
import { equalMassGroups } from './equal-mass-groups.ts';
import { measureAll, measureNamed, measures } from './index.ts';
import { populationStability } from './population-stability-index.ts';
import { stabilityGroups } from './stability-groups.ts';

const numeric: BinnedPair = {
  kind: 'numeric',
  values: [1, 2, 3, 4],
  current: [10, 20, 40, 30],
  reference: [100, 300, 400, 200],
  currentMissing: 5,
  referenceMissing: 10,
};
const categorical: BinnedPair = { ...numeric, kind: 'categorical', values: [] };

test('names are unique, kebab case, and found again', () => {
  const names = measures.map(measure => measure.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(measureNamed(name)?.name).toBe(name);
  }
  expect(measureNamed('toString')).toBeUndefined();
});

test('probabilities alarm below, everything else above', () => {
  for (const measure of measures) {
    expect(measure.alarmsWhen).toBe(measure.unit === 'p' ? 'below' : 'above');
    expect(measure.name.endsWith('-p')).toBe(measure.unit === 'p');
  }
});

test.each([numeric, categorical])('answers for all that apply to $kind, with numbers', pair => {
  const found = measureAll(pair);
  const wanted = measures.filter(measure => measure.kinds.includes(pair.kind));
  expect(Object.keys(found)).toEqual(wanted.map(measure => measure.name));
  for (const value of Object.values(found)) expect(Number.isFinite(value)).toBe(true);
});

test('a window without rows has no measure, nor has an empty baseline', () => {
  const none = { current: [0, 0, 0, 0], currentMissing: 0 };
  const unknown = { reference: [0, 0, 0, 0], referenceMissing: 0 };
  const ofWindow = new Set(['mean', 'sd', 'p05', 'median', 'p95']);
  for (const pair of [numeric, categorical]) {
    for (const value of Object.values(measureAll({ ...pair, ...none }))) expect(value).toBeNaN();
    for (const [name, value] of Object.entries(measureAll({ ...pair, ...unknown })))
      if (!ofWindow.has(name)) expect(value, name).toBeNaN();
  }
  // Missing values alone say something about missing only.
  const { psi, ...others } = measureAll({ ...numeric, current: [0, 0, 0, 0] });
  expect(psi).toBeGreaterThan(1);
  for (const value of Object.values(others)) expect(value).toBeNaN();
});

test('equal shares: distances 0, probabilities 1', () => {
  const same = { ...numeric, current: numeric.reference, currentMissing: 10, referenceMissing: 10 };
  for (const pair of [same, { ...same, kind: 'categorical' as const, values: [] }])
    for (const measure of measures) {
      if (!measure.kinds.includes(pair.kind) || ['mean', 'sd', 'p05', 'median', 'p95'].includes(measure.name))
        continue;
      const value = measure.of(pair);
      if (measure.unit === 'p') expect(value, measure.name).toBeCloseTo(1, 9);
      else if (measure.name === 'anderson-darling') expect(value).toBeLessThan(-1);
      else expect(value, measure.name).toBeCloseTo(0, 9);
    }
});

test('none is above its bound, and samples without anything in common reach most of them', () => {
  const bounded = measures.filter(({ most }) => most !== undefined).map(({ name }) => name);
  expect(bounded.filter(name => !name.endsWith('-p'))).toEqual([
    'jensen-shannon',
    'hellinger',
    'total-variation',
    'l-infinity',
    'kolmogorov-smirnov',
    'mann-whitney',
    'cramers-v',
  ]);
  const counts = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
  const kinds = fc.constantFrom('numeric' as const, 'categorical' as const);
  fc.assert(
    fc.property(counts, counts, kinds, (current, reference, kind) => {
      const found = measureAll({ ...numeric, kind, current, reference });
      for (const [name, value] of Object.entries(found))
        if (!Number.isNaN(value))
          expect(value, name).toBeLessThanOrEqual((measureNamed(name)!.most ?? Infinity) + 1e-9);
    }),
  );
  const apart = {
    current: [900, 0, 0, 0],
    reference: [0, 0, 0, 900],
    currentMissing: 0,
    referenceMissing: 0,
  };
  const far = { ...measureAll({ ...numeric, ...apart }), ...measureAll({ ...categorical, ...apart }) };
  for (const name of bounded) if (!name.endsWith('-p')) expect(far[name], name).toBeGreaterThan(0.99);
});

test('worked by hand', () => {
  const found = measureAll(numeric);
  // Shares .1 .2 .4 .3 against .1 .3 .4 .2.
  expect(found['total-variation']).toBeCloseTo(0.1, 12);
  expect(found['l-infinity']).toBeCloseTo(0.1, 12);
  expect(found['kolmogorov-smirnov']).toBeCloseTo(0.1, 12);
  expect(found['wasserstein']).toBeCloseTo(0.2, 12);
  expect(found['mean']).toBeCloseTo(2.9, 12);
  expect(found['wasserstein-sd']).toBeCloseTo(0.2 / Math.sqrt(0.81), 12);
  expect(found['median']).toBe(3);
  expect(found['p95']).toBe(4);
  expect(found['energy-distance']).toBeCloseTo(Math.sqrt(2 * (0.01 + 0.01)), 12);
  // Missing is a group of its own, and a category of its own.
  expect(found['psi']).toBeCloseTo(
    populationStability([10.5, 20.5, 40.5, 30.5, 5.5], [100.5, 300.5, 400.5, 200.5, 10.5]),
    12,
  );
  const shares = measureAll(categorical);
  expect(shares['psi']).toBeCloseTo(found['psi']!, 12);
  const moved = [10, 20, 40, 30, 5].map((count, i) =>
    Math.abs(count / 105 - [100, 300, 400, 200, 10][i]! / 1010),
  );
  expect(shares['total-variation']).toBeCloseTo(moved.reduce((a, b) => a + b) / 2, 12);
});

test("the baseline's own cell means are used for its side", () => {
  const pair = { ...numeric, valuesReference: [0, 1, 2, 3], current: [10, 30, 40, 20], referenceMissing: 0 };
  expect(measureNamed('wasserstein')!.of(pair)).toBeCloseTo(1, 12);
  expect(measureNamed('mean')!.of(pair)).toBeCloseTo(2.7, 12);
});

test('deciles of the reference on fine bins', () => {
  const bins = Array.from({ length: 1024 }, () => 7);
  const pair = {
    ...numeric,
    values: bins.map((_, i) => i),
    current: bins,
    reference: bins,
    currentMissing: 0,
    referenceMissing: 0,
  };
  const groups = stabilityGroups(pair);
  expect(groups.reference.length).toBe(10);
  for (const count of Array.from(groups.reference)) expect(Math.abs(count - 716.8)).toBeLessThan(8);
});

test('groups: never falling, every group has reference rows, at most as many as wanted', () => {
  const cells = fc.array(fc.oneof(fc.constant(0), fc.nat(9), fc.nat(1000)), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(cells, fc.integer({ min: 1, max: 12 }), (reference, wanted) => {
      fc.pre(reference.some(count => count > 0));
      const numbers = equalMassGroups(reference, wanted);
      const mass = new Map<number, number>();
      numbers.forEach((group, i) => {
        if (i > 0) expect([numbers[i - 1]!, numbers[i - 1]! + 1]).toContain(group);
        mass.set(group, (mass.get(group) ?? 0) + reference[i]!);
      });
      expect(mass.size).toBeLessThanOrEqual(wanted);
      for (const rows of mass.values()) expect(rows).toBeGreaterThan(0);
      // A group reaches a further multiple of the mass, so without its last cell it held less than one.
      const total = reference.reduce((a, b) => a + b);
      for (const [group, rows] of mass) {
        const held = reference.filter((count, i) => numbers[i] === group && count > 0);
        expect(rows - held.at(-1)!).toBeLessThan(total / wanted + 1e-6);
      }
    }),
  );
});
