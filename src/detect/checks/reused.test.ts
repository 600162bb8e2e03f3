import { describe, expect, test } from 'vitest';
import { baselineOf, contextOf } from '../../../test/twins/samples.ts';
import type { HourState } from '../ports.ts';
import { repeatsIn } from '../repeats.ts';
import { duplicatesCheck } from './duplicates.ts';
import { reusedCheck } from './reused.ts';

const end = 1_789_999_200;
const hourOf = (back: number, part: Partial<HourState>): HourState => ({
  hour: end - back * 3600,
  generation: 1n,
  started: 1,
  rows: 500,
  complete: true,
  ...part,
});

describe('reused ids', () => {
  const at = (rows: number, ...hours: HourState[]) =>
    reusedCheck(contextOf(baselineOf([]), {}, { rows, coverage: { hours, days: [] } }))[0]!;

  test('are summed over the hours of the window, and put the data in doubt from half a percent on', () => {
    const finding = at(
      2000,
      hourOf(7, { reused: 900, duplicates: 900 }),
      hourOf(6, { reused: 4, duplicates: 30 }),
      hourOf(1, { reused: 6, duplicates: 4 }),
      hourOf(0, { reused: 900 }),
    );
    expect(finding).toMatchObject({
      check: 'reused',
      verdict: 'drift',
      effect: 0.005,
      tolerance: 0.005,
      detail: { reused: 10, duplicates: 34, lowerBound: true },
    });
    expect(finding.sentence).toBe(
      'At least 10 ids came again with another content (0.5 % of 2,000 rows in 6 h; from 0.5 % on the data is in doubt); ' +
        'copies already merged away are not counted.',
    );
  });

  test('fewer are stable with their number, and few rows say nothing', () => {
    expect(at(1000, hourOf(1, { reused: 4 }))).toMatchObject({ verdict: 'stable', effect: 0.004 });
    // One stray id among few rows is no pattern.
    expect(at(60, hourOf(1, { reused: 1 }))).toMatchObject({ verdict: 'stable' });
    expect(at(1000, hourOf(1, {}))).toMatchObject({ verdict: 'stable', effect: 0 });
    expect(at(49, hourOf(1, { reused: 40 }))).toMatchObject({ verdict: 'insufficient' });
  });
});

describe('suspected duplicates', () => {
  const at = (rows: number, ids: number, extra: number) =>
    duplicatesCheck(contextOf(baselineOf([]), {}, { repeatedIds: { rows, ids, extra } }))[0]!;

  test('are a warning by the rows that are too many', () => {
    const finding = at(10_000, 40, 60);
    expect(finding).toMatchObject({
      check: 'suspected_duplicates',
      verdict: 'drift',
      effect: 0.006,
      n: 10_000,
    });
    expect(finding.sentence).toContain(
      '40 ids came with several event times or versions, 60 rows more than ids',
    );
    expect(at(10_000, 40, 49)).toMatchObject({ verdict: 'stable' });
    expect(at(100, 5, 9)).toMatchObject({ verdict: 'stable' });
    expect(at(49, 20, 20)).toMatchObject({ verdict: 'insufficient' });
  });

  test('are looked for in whole days alone, and not where no raw rows are left', async () => {
    expect(duplicatesCheck(contextOf(baselineOf([]), {}))).toEqual([]);
    const asked: unknown[] = [];
    const reader = (rows: number) => ({
      repeatedIds: async (_: unknown, period: unknown) => {
        asked.push(period);
        return { rows, ids: 1, extra: 2 };
      },
    });
    const stream = { model: 'churn', environment: 'prod' };
    const day = 20_000 * 86_400;
    const find = (from: number, to: number, raw = 100, rows = 100) =>
      repeatsIn(reader(raw), stream, { window: { start: from, end: to }, rows });
    expect(await find(day, day + 86_400)).toEqual({ rows: 100, ids: 1, extra: 2 });
    expect(asked).toEqual([{ from: day, to: day + 86_400 }]);
    expect(await find(day, day + 86_400, 0)).toBeNull();
    expect(await find(day, day + 86_400, 100, 0)).toBeNull();
    expect(await find(day + 14_400, day + 14_400 + 86_400)).toBeNull();
    expect(await find(day, day + 7 * 86_400)).toBeNull();
    expect(await find(day - 3600, day)).toBeNull();
    expect(asked).toHaveLength(2);
  });
});
