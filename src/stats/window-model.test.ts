import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadGolden } from '../../test/golden/load.ts';
import { errorOf } from '../../test/vectors/load.ts';
import { fitWindowModel, seasonAt, testWindow, type WindowFit } from './window-model.ts';

interface Input {
  readonly h0: number;
  readonly n: number[];
  readonly y: number[];
  readonly v1: number;
  readonly test_hours: number[];
  readonly test_n: number[];
  readonly test_y: number[];
}
interface Output {
  readonly fit: [number, number, number];
  readonly beta: number[];
  readonly test: { z: number; df: number; p: number };
}
const cases = loadGolden<Input, Output>('window_model');

test.each(cases)('$name', ({ input, output }) => {
  const length = input.test_hours.length;
  const history = { hour0: input.h0, rows: input.n, values: input.y, v1: input.v1, lengths: [1, length] };
  const fit = fitWindowModel(history)!;
  const { phi, tau2, df } = fit.lengths[length]!;
  expect(errorOf(phi, output.fit[0])).toBeLessThan(1e-9);
  expect(errorOf(tau2, output.fit[1])).toBeLessThan(1e-9);
  expect(errorOf(df, output.fit[2])).toBeLessThan(1e-9);
  expect(fit.season.length).toBe(output.beta.length);
  fit.season.forEach((value, i) => expect(Math.abs(value - output.beta[i]!)).toBeLessThan(1e-10));
  const window = { hours: input.test_hours, rows: input.test_n, values: input.test_y, length };
  const found = testWindow(fit, window);
  expect(errorOf(found.z, output.test.z)).toBeLessThan(1e-9);
  expect(errorOf(found.df, output.test.df)).toBeLessThan(1e-9);
  expect(errorOf(found.p, output.test.p)).toBeLessThan(1e-9);
  expect(testWindow(JSON.parse(JSON.stringify(fit)) as WindowFit, window)).toEqual(found);
});

test('golden cases with and without a weekend offset are there', () => {
  expect(new Set(cases.map(c => c.output.beta.length))).toEqual(new Set([24, 25]));
});

/** A repeatable stream: daily cycle, a weekend step, and noise by a small generator. */
function stream(days: number, weekend = 0): { rows: number[]; values: number[] } {
  let seed = 7;
  const noise = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  const hours = Array.from({ length: days * 24 }, (_, i) => i);
  return {
    rows: hours.map(i => 100 + 50 * (i % 24)),
    values: hours.map(
      i => Math.sin((i % 24) / 4) + (Math.floor(i / 24) % 7 >= 5 ? weekend : 0) + 0.1 * noise(),
    ),
  };
}
const lengths = [1, 6, 24, 168];

test('too short a history, or one without rows, gives no fit', () => {
  const { rows, values } = stream(3);
  const fitOf = (hours: number, weight = 1) =>
    fitWindowModel({
      hour0: 0,
      rows: rows.slice(0, hours).map(n => n * weight),
      values: values.slice(0, hours),
      v1: 1,
      lengths,
    });
  expect(fitOf(71)).toBeNull();
  expect(fitOf(72, 0)).toBeNull();
  expect(Object.keys(fitOf(72)!.lengths)).toEqual(['1', '6', '24']);
  expect(fitOf(72)!.weekend).toBe(false);
});

test('a week is fitted from a week on, weekends from two', () => {
  const fitOf = (days: number) => fitWindowModel({ hour0: 0, ...stream(days, 1), v1: 0.01, lengths })!;
  expect(fitOf(7).lengths[168]!.df).toBe(3);
  expect(fitOf(13).weekend).toBe(false);
  expect(fitOf(14).weekend).toBe(true);
  expect(fitOf(14).season[24]).toBeCloseTo(1, 1);
});

test('nights without rows: the season is 0 there, everything stays finite', () => {
  const { rows, values } = stream(28);
  const quiet = rows.map((n, i) => (i % 24 < 6 ? 0 : n));
  const unknown = values.map((v, i) => (i % 24 < 6 ? Number.NaN : v));
  const fit = fitWindowModel({ hour0: 0, rows: quiet, values: unknown, v1: 0.01, lengths })!;
  expect(fit.season.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  for (const noise of Object.values(fit.lengths))
    expect(Object.values(noise).every(Number.isFinite)).toBe(true);
  const night = { hours: [672, 673], rows: [0, 0], values: [Number.NaN, Number.NaN], length: 1 };
  expect(testWindow(fit, night)).toEqual({ z: 0, df: 0, p: 1 });
});

test('an hour whose value is not a number counts as one without rows', () => {
  const { rows, values } = stream(10);
  const broken = values.map((v, i) => (i === 100 ? Infinity : v));
  const without = rows.map((n, i) => (i === 100 ? 0 : n));
  const fitOf = (n: number[], v: number[]) =>
    fitWindowModel({ hour0: 0, rows: n, values: v, v1: 0.01, lengths });
  expect(fitOf(rows, broken)).toEqual(fitOf(without, values));
});

test('a length that was not fitted, or a window without hours, says nothing', () => {
  const fit = fitWindowModel({ hour0: 0, ...stream(10), v1: 0.01, lengths: [1] })!;
  const nothing = { z: 0, df: 0, p: 1 };
  expect(testWindow(fit, { hours: [240, 241], rows: [100, 100], values: [0, 0], length: 2 })).toEqual(
    nothing,
  );
  expect(testWindow(fit, { hours: [], rows: [], values: [], length: 1 })).toEqual(nothing);
});

test('a step of the stream is found, its usual course is not', () => {
  const { rows, values } = stream(29, 0.5);
  const fit = fitWindowModel({
    hour0: 0,
    rows: rows.slice(0, 672),
    values: values.slice(0, 672),
    v1: 0.5,
    lengths,
  })!;
  const hours = Array.from({ length: 24 }, (_, i) => 672 + i);
  const day = (step: number) => ({
    hours,
    rows: rows.slice(672),
    values: values.slice(672).map(v => v + step),
    length: 24,
  });
  expect(testWindow(fit, day(0)).p).toBeGreaterThan(0.01);
  expect(testWindow(fit, day(0.3)).p).toBeLessThan(1e-6);
  expect(testWindow(fit, day(0.3)).z).toBeGreaterThan(0);
  expect(testWindow(fit, day(-0.3)).z).toBeLessThan(0);
});

test('the mean is that of the season, weighted by rows', () => {
  const { rows, values } = stream(28, 0.5);
  const fit = fitWindowModel({ hour0: 0, rows, values, v1: 1, lengths })!;
  const total = rows.reduce((sum, n) => sum + n, 0);
  const season = rows.reduce((sum, n, i) => sum + n * seasonAt(fit, i), 0) / total;
  expect(fit.mean).toBeCloseTo(season, 12);
  // Least squares leave no residual on average.
  expect(fit.mean).toBeCloseTo(rows.reduce((sum, n, i) => sum + n * values[i]!, 0) / total, 6);
  expect(fit.rows).toBe(total);
  expect(fit.hours).toBe(672);
});

test('a level from elsewhere moves the season and adds its variance', () => {
  const { rows, values } = stream(28);
  const up = values.map(v => v + 0.4);
  const fit = fitWindowModel({ hour0: 0, rows, values: up, v1: 0.5, lengths })!;
  const window = { hours: [672], rows: [rows[0]!], values: [up[0]!], length: 1 };
  expect(testWindow(fit, window)).toEqual(testWindow(fit, { ...window, level: { offset: 0, variance: 0 } }));
  // Against a reference whose mean is 0 the stream lies off by what it has on average.
  const own = testWindow(fit, window);
  const offset = testWindow(fit, { ...window, level: { offset: fit.mean, variance: 0 } });
  const scale = (own.z - offset.z) / -fit.mean;
  expect(scale).toBeGreaterThan(0);
  const wide = testWindow(fit, { ...window, level: { offset: fit.mean, variance: 3 / scale ** 2 } });
  expect(wide.z).toBeCloseTo(offset.z / 2, 9);
});

test('a holiday that the calendar takes for a Sunday is one, in the fit and in the test', () => {
  const { rows, values } = stream(28, 0.8);
  const holiday = (hour: number) => Math.floor(hour / 24) === 9 || Math.floor(hour / 24) === 30;
  const weekendOf = (hour: number) => holiday(hour) || Math.floor(hour / 24) % 7 >= 5;
  const marked = values.map((v, i) => (holiday(i) ? v + 0.8 : v));
  const fitOf = (of?: (hour: number) => boolean) =>
    fitWindowModel({ hour0: 0, rows, values: marked, v1: 0.01, lengths, ...(of && { weekendOf: of }) })!;
  expect(fitOf(weekendOf).lengths[24]!.phi).toBeLessThan(fitOf().lengths[24]!.phi / 5);
  const fit = fitOf(weekendOf);
  const hours = Array.from({ length: 24 }, (_, i) => 30 * 24 + i);
  const window = {
    hours,
    rows: rows.slice(0, 24),
    values: values.slice(0, 24).map(v => v + 0.8),
    length: 24,
  };
  expect(testWindow(fit, { ...window, weekendOf }).p).toBeGreaterThan(0.01);
  expect(testWindow(fit, window).p).toBeLessThan(1e-4);
  expect(seasonAt(fit, 30 * 24, true) - seasonAt(fit, 30 * 24)).toBeCloseTo(fit.season[24]!, 12);
});

test('hours before the first Monday are counted on backwards', () => {
  const flat = { v1: 1, weekend: true, season: [...Array.from({ length: 24 }, (_, i) => i), 100] };
  const fit = { ...flat, mean: 0, hours: 336, rows: 1, lengths: {} };
  expect(seasonAt(fit, -1)).toBe(123);
  expect(seasonAt(fit, -49)).toBe(23);
});

test('laws: adding a constant to a stream moves the season and leaves the test alone', () => {
  const { rows, values } = stream(21, 0.3);
  fc.assert(
    fc.property(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.integer({ min: 0, max: 700 }),
      (shift, hour) => {
        const fitOf = (by: number) =>
          fitWindowModel({ hour0: 0, rows, values: values.map(v => v + by), v1: 0.1, lengths: [6] })!;
        const test6 = (fit: WindowFit, by: number) =>
          testWindow(fit, {
            hours: [0, 1, 2, 3, 4, 5].map(i => hour + i),
            rows: rows.slice(0, 6),
            values: values.slice(0, 6).map(v => v + by),
            length: 6,
          });
        const before = test6(fitOf(0), 0);
        const after = test6(fitOf(shift), shift);
        expect(after.z).toBeCloseTo(before.z, 4);
        expect(after.p).toBeGreaterThan(0);
        expect(after.p).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 30 },
  );
});
