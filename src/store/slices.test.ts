import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSlices } from './slices.ts';

const law = (check: (rows: readonly number[], most: number) => void) =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 200 }),
      check,
    ),
  );

describe('slices', () => {
  it('covers every bucket once, and every key of a bucket that is cut', () => {
    law((rows, most) => {
      const slices = planSlices(
        rows.map((n, i) => ({ bucket: i * 300, rows: n })),
        most,
      );
      rows.forEach((_, i) => {
        const own = slices.filter(slice => slice.from <= i * 300 && i * 300 <= slice.to);
        expect(own[0]!.low).toBe('0'.repeat(32));
        expect(own.at(-1)!.high).toBe('F'.repeat(32));
        for (let k = 1; k < own.length; k++)
          expect(BigInt(`0x${own[k]!.low}`)).toBe(BigInt(`0x${own[k - 1]!.high}`) + 1n);
      });
    });
  });

  it('holds about as many rows as asked for, and joins what fits', () => {
    law((rows, most) => {
      const slices = planSlices(
        rows.map((n, i) => ({ bucket: i * 300, rows: n })),
        most,
      );
      const sizes = slices.map(({ from, to }) => {
        const own = rows.slice(from / 300, to / 300 + 1);
        const parts = slices.filter(slice => slice.from === from).length;
        return own.reduce((sum, n) => sum + n, 0) / parts;
      });
      for (const size of sizes) expect(size).toBeLessThanOrEqual(most);
    });
    expect(
      planSlices(
        [2, 3, 4].map((rows, i) => ({ bucket: i, rows })),
        9,
      ),
    ).toHaveLength(1);
  });
});
