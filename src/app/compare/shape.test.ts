import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { curves } from '../../report/curves.ts';
import { histogram } from '../../report/histogram.ts';
import { profileNumbers } from './column-profile.ts';
import { categoricalShape, numericShape } from './shape.ts';

const shapeOf = (before: readonly number[], now: readonly number[]) => {
  const sides = { reference: Float64Array.from(before), current: Float64Array.from(now) };
  const sample = (values: Float64Array) => ({ values, missing: 0, mismatches: 0 });
  return numericShape(profileNumbers('x', sample(sides.reference), sample(sides.current)), sides);
};

describe('histograms and curves', () => {
  it('hold every finite value of both files once, whatever they are, and can be drawn', () => {
    const value = fc.oneof(
      fc.double(),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(1e308, -1e308, 5e-324, 0, 7, 9_007_199_254_740_992),
    );
    const values = fc.array(value, { maxLength: 60 });
    fc.assert(
      fc.property(values, values, (before, now) => {
        const shape = shapeOf(before, now);
        if (shape === null) {
          expect([...before, ...now].some(Number.isFinite)).toBe(false);
          return;
        }
        for (const bars of [shape.bars, shape.logBars]) {
          if (bars === null) continue;
          const all = [...bars.shares, bars.below, bars.above];
          for (const side of ['reference', 'current'] as const) {
            const filled = (side === 'reference' ? before : now).some(Number.isFinite);
            expect(all.reduce((sum, s) => sum + s[side], 0)).toBeCloseTo(filled ? 1 : 0, 9);
          }
          for (const known of bars.values ?? []) {
            expect(known).toBeGreaterThan(bars.low);
            expect(known).toBeLessThan(bars.high);
          }
          expect(histogram('x', 'id', bars, bars === shape.logBars).markup).not.toMatch(/NaN|Infinity/);
        }
        for (const [i, point] of shape.curve.entries()) {
          expect(point.x).toBeGreaterThanOrEqual(shape.bars.low);
          if (i > 0) expect(point.reference).toBeGreaterThanOrEqual(shape.curve[i - 1]!.reference);
        }
        expect(curves('x', 'id', shape).markup).not.toMatch(/NaN|Infinity/);
      }),
    );
  });

  it('whole numbers have a bar each, or equally many to a bar', () => {
    const few = shapeOf([0, 1, 1, 2], [1]);
    expect(few!.bars).toMatchObject({ low: -0.5, high: 2.5 });
    expect(few!.bars.shares.map(s => s.reference)).toEqual([0.25, 0.5, 0.25]);
    const many = shapeOf(
      Array.from({ length: 1000 }, (_, i) => i),
      [5],
    );
    const inner = many!.bars.shares.slice(0, -1).map(s => Math.round(s.reference * 1000));
    expect(new Set(inner).size).toBe(1);
  });

  it('skewed positive numbers get a logarithmic axis as well, others do not', () => {
    const skewed = Array.from({ length: 500 }, (_, i) => Math.exp(i / 50));
    expect(shapeOf(skewed, skewed)!.logBars).not.toBeNull();
    expect(shapeOf([-1.5, ...skewed], skewed)!.logBars).not.toBeNull();
    expect(
      shapeOf(
        skewed.map(x => -x),
        skewed,
      )!.logBars,
    ).toBeNull();
    const even = Array.from({ length: 500 }, (_, i) => 1 + i / 3);
    expect(shapeOf(even, even)!.logBars).toBeNull();
  });

  it('the curves are the shares at or below each value', () => {
    const many = Array.from({ length: 100 }, (_, i) => i);
    const { curve, bars } = shapeOf(many, [...many.slice(50), ...many.slice(50)])!;
    expect(bars.values).toBeNull();
    expect(curve[0]).toMatchObject({ x: 0, reference: 0, current: 0 });
    expect(curve.find(p => p.x === 49.5)).toMatchObject({ reference: 0.5, current: 0 });
    expect(curve.at(-1)).toMatchObject({ x: 99, reference: 1, current: 1 });
  });

  it('the curves of few values jump at the values', () => {
    const shape = shapeOf([0, 0, 0, 1], [0, 1, 1, 1])!;
    expect(shape.curve).toEqual([
      { x: -0.5, reference: 0, current: 0 },
      { x: 0, reference: 0.75, current: 0.25 },
      { x: 1, reference: 1, current: 1 },
    ]);
    const drawn = curves('x', 'id', shape).markup;
    expect(drawn).toContain(
      'furthest apart at 0: 75 % of the reference and 25 % of the current file lie at or below',
    );
    // Level to each value, straight up there, level to the end: no slope anywhere.
    const [path] = /(?<=class="current" d=")[^"]*/.exec(drawn)!;
    expect(path).toMatch(/^M[\d.]+,[\d.]+(?:H[\d.]+V[\d.]+){2}H[\d.]+$/);
    expect(histogram('x', 'id', shape.bars, false).markup).toContain(
      'reference 75 % at 0, current 75 % at 1',
    );
  });

  it('few values that lie unevenly have a bar at each', () => {
    const { bars } = shapeOf([0.5, 0.75, 10, 10], [0.5])!;
    const width = (bars.high - bars.low) / bars.shares.length;
    const filled = bars.shares.flatMap((s, i) => (s.reference > 0 ? [bars.low + (i + 0.5) * width] : []));
    expect(filled).toHaveLength(3);
    for (const [i, value] of [0.5, 0.75, 10].entries())
      expect(Math.abs(filled[i]! - value)).toBeLessThanOrEqual(width / 2);
  });
});

describe('categories', () => {
  it('the largest of either file have bars, the rest are together', () => {
    const counts = (names: readonly string[]) => new Map(names.map((name, i) => [name, 100 - i]));
    const names = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}`);
    const reference = { counts: counts(names), missing: 0 };
    const current = {
      counts: new Map([
        ['new', 50],
        ['k00', 50],
      ]),
      missing: 3,
    };
    const shape = categoricalShape(reference, current)!;
    expect(shape.bars).toHaveLength(20);
    expect(shape.bars[0]).toMatchObject({ name: 'k00', current: 0.5 });
    expect(shape.bars.at(-1)).toEqual({ name: 'new', reference: 0, current: 0.5 });
    expect(shape.others).toMatchObject({ categories: 11, current: 0 });
    const sum = shape.bars.reduce((s, bar) => s + bar.reference, shape.others!.reference);
    expect(sum).toBeCloseTo(1, 12);
    expect(categoricalShape({ counts: new Map(), missing: 1 }, { counts: new Map(), missing: 1 })).toBeNull();
  });
});
