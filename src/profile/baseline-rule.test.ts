import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideLearning } from './baseline-rule.ts';

const hour = 3600;
/** Rows of each hour from hour 0 on; the last row lies at the end of the last hour. */
function state(perHour: readonly number[], first = 0) {
  const hours = perHour.map((rows, i) => ({ hour: i * hour, rows })).filter(h => h.rows > 0);
  return { hours, first, last: perHour.length * hour * 1000 - 1 };
}
const flat = (rows: number, hours: number) => Array.from({ length: hours }, () => rows);

describe('decideLearning', () => {
  it('cuts at 24 hours when 5,000 rows are in', () => {
    expect(decideLearning(state(flat(1000, 24)))).toMatchObject({ kind: 'learning' });
    expect(decideLearning(state(flat(1000, 25)))).toEqual({
      kind: 'cut',
      from: 0,
      to: 24 * hour,
      rows: 24_000,
    });
  });

  it('ends at a full hour, ten minutes after which it is cut', () => {
    const first = 1_234_567;
    const rows = { ...state(flat(1000, 26), first), last: (25 * hour + 599) * 1000 };
    expect(decideLearning(rows).kind).toBe('learning');
    expect(decideLearning({ ...rows, last: (25 * hour + 600) * 1000 })).toMatchObject({
      kind: 'cut',
      from: 1200,
      to: 25 * hour,
    });
  });

  it('cuts in the hour of the 5,000th row when the day had fewer', () => {
    expect(decideLearning(state(flat(100, 51)))).toEqual({ kind: 'cut', from: 0, to: 50 * hour, rows: 5000 });
  });

  it('cuts at seven days with 500 rows, else at the 500th row', () => {
    expect(decideLearning(state(flat(5, 169)))).toEqual({ kind: 'cut', from: 0, to: 168 * hour, rows: 840 });
    expect(decideLearning(state(flat(2, 240))).kind).toBe('learning');
    expect(decideLearning(state(flat(2, 251)))).toEqual({ kind: 'cut', from: 0, to: 250 * hour, rows: 500 });
  });

  it('says what is missing', () => {
    const sentence = (rows: readonly number[]) => {
      const decision = decideLearning(state(rows));
      return decision.kind === 'learning' ? decision.sentence : '';
    };
    expect(sentence([])).toMatch(
      /^Learning: 0 rows over 0 hours of event time so far; 5,000 more rows and 24 more hours/,
    );
    expect(sentence(flat(100, 10))).toBe(
      'Learning: 1,000 rows over 9 hours of event time so far; 4,000 more rows and 15 more hours are missing before a baseline is cut, or after 159 more hours with at least 500 rows.',
    );
    expect(sentence(flat(1000, 10))).toMatch(/so far; 15 more hours are missing before a baseline is cut\.$/);
    expect(sentence(flat(2, 200))).toMatch(
      /4,600 more rows are missing .*, or 100 more rows now that 7 days have passed\.$/,
    );
  });

  it('never moves a cut once event time has passed it, however often one asks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 30, maxLength: 300 }), perHour => {
        const full = perHour.map((rows, i) => (i === 0 ? rows + 1 : rows));
        const cuts = full
          .map((_, i) => decideLearning(state(full.slice(0, i + 1))))
          .filter(d => d.kind === 'cut');
        expect(new Set(cuts.map(cut => JSON.stringify(cut))).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });
});
