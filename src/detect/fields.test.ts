import { expect, test } from 'vitest';
import { baselineOf, numericBinning, profileFrom, subjectOf } from '../../test/twins/samples.ts';
import { createFieldWatch } from './fields.ts';
import type { FieldCount, HourState } from './ports.ts';

const base = 20_000 * 86_400;
const hour = (i: number) => base + i * 3600;
const stream = { model: 'churn', environment: 'prod' };
const baseline = baselineOf([subjectOf(numericBinning('feature:age'), profileFrom([0, 100]))]);
const hours = (count: number, generation = 1n): HourState[] =>
  Array.from({ length: count }, (_, i) => ({
    hour: hour(i),
    generation,
    started: 1,
    rows: 100,
    complete: true,
  }));

/** A reader in which field `beta` has one row in every hour; it notes what it is asked for. */
function createReader() {
  const asked: { known: readonly string[]; from: number; to: number }[] = [];
  const unknownFields = async (_stream: unknown, request: (typeof asked)[number]): Promise<FieldCount[]> => {
    asked.push(request);
    const count = (request.to - request.from) / 3600;
    return Array.from({ length: count }, (_, i) => ({
      hour: request.from + i * 3600,
      field: 'beta',
      rows: 1,
    }));
  };
  return { asked, unknownFields };
}

test('windows judged at once know their fields however far apart they are', async () => {
  const reader = createReader();
  const windows = Array.from({ length: 40 }, (_, day) => ({
    start: hour(24 * day),
    end: hour(24 * day + 6),
  }));
  const coverage = { hours: hours(40 * 24), days: [] };
  const fields = await createFieldWatch(reader).watch(stream, { baseline, coverage, windows });
  expect(windows.map(window => fields(window).get('beta'))).toEqual(windows.map(() => 6));
  expect(reader.asked).toEqual([{ known: ['age'], from: hour(0), to: hour(39 * 24 + 6) }]);
});

test('an hour is read once, and again when it has changed', async () => {
  const reader = createReader();
  const watch = createFieldWatch(reader);
  const windows = [{ start: hour(0), end: hour(6) }];
  const look = (coverage: HourState[]) =>
    watch.watch(stream, { baseline, coverage: { hours: coverage, days: [] }, windows });
  await look(hours(6));
  await look(hours(6));
  expect(reader.asked).toHaveLength(1);
  const changed = hours(6).map((state, i) => (i === 4 ? { ...state, generation: 2n } : state));
  await look(changed);
  expect(reader.asked.slice(1)).toEqual([{ known: ['age'], from: hour(4), to: hour(5) }]);
});
