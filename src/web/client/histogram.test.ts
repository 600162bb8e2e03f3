import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShareBin } from './answers.ts';
import { categoryBars, edgeLabels, rangeName } from './histogram.ts';

const bin = (low: number | null, high: number | null, share = 0.1): ShareBin => ({
  label: '',
  low,
  high,
  reference: share,
  current: share,
});

const categories = fc.array(
  fc.record({
    label: fc.string(),
    low: fc.constant(null),
    high: fc.constant(null),
    reference: fc.double({ min: 0, max: 1, noNaN: true }),
    current: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 40 },
);

describe('categoryBars', () => {
  it('changes no sum and never gives more bars than asked for', () => {
    fc.assert(
      fc.property(categories, fc.integer({ min: 2, max: 15 }), (bins, limit) => {
        const bars = categoryBars(bins, limit);
        expect(bars.length).toBeLessThanOrEqual(limit);
        for (const side of ['reference', 'current'] as const) {
          const total = (of: readonly { readonly reference: number; readonly current: number }[]) =>
            of.reduce((sum, bar) => sum + bar[side], 0);
          expect(total(bars)).toBeCloseTo(total(bins), 6);
        }
      }),
    );
  });

  it('shows the largest of either side and adds up the rest', () => {
    const bins = [1, 2, 3, 4, 5].map(i => ({ ...bin(null, null, i / 20), label: `c${i}` }));
    const grown = bins.map(b => (b.label === 'c1' ? { ...b, current: 0.9 } : b));
    expect(categoryBars(grown, 3).map(b => b.label)).toEqual(['c1', 'c5', '3 more categories']);
    expect(categoryBars(bins, 5)).toHaveLength(5);
  });
});

describe('edgeLabels', () => {
  it('labels boundaries with their values and skips the open ends', () => {
    expect(edgeLabels([bin(null, 10), bin(10, 20), bin(20, null)])).toEqual([
      { boundary: 1, text: '10' },
      { boundary: 2, text: '20' },
    ]);
  });

  it('stays few and ordered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), size => {
        const labels = edgeLabels(Array.from({ length: size }, (_, i) => bin(i, i + 1)));
        expect(labels.length).toBeLessThanOrEqual(7);
        expect(labels[0]?.boundary).toBe(0);
        for (const [i, label] of labels.entries()) {
          expect(label.boundary).toBeGreaterThan(labels[i - 1]?.boundary ?? -1);
          expect(label.text).toBe(String(label.boundary));
        }
      }),
    );
    expect(edgeLabels([])).toEqual([]);
  });
});

it('names ranges', () => {
  expect(rangeName(bin(18, 25))).toBe('18 to 25');
  expect(rangeName(bin(null, 18))).toBe('below 18');
  expect(rangeName(bin(90, null))).toBe('90 and above');
});
