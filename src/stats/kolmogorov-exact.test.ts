import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf, loadVectors } from '../../test/vectors/load.ts';
import { ksCorrectedOneSidedP, ksCorrectedP } from './kolmogorov-corrected.ts';
import { ksExactP, ksFraction, ksPermutationP } from './kolmogorov-exact.ts';
import { kolmogorovSf, smirnovSf } from './kolmogorov-one-sample.ts';
import { kolmogorovLogSf } from './kolmogorov-smirnov.ts';
import { pelzGoodCdf } from './pelz-good.ts';

/** Share of all orders of the pooled rows whose distance is at least the one given, by counting them. */
function counted(n: number, m: number, distance: number): number {
  const far = (mask: number) => {
    let a = 0;
    let b = 0;
    let most = 0;
    for (let i = 0; i < n + m; i++) {
      if ((mask >> i) & 1) a++;
      else b++;
      most = Math.max(most, Math.abs(a / n - b / m));
    }
    return most >= distance - 1e-9;
  };
  let all = 0;
  let outside = 0;
  for (let mask = 0; mask < 1 << (n + m); mask++) {
    const ones = mask.toString(2).replaceAll('0', '').length;
    if (ones !== n) continue;
    all++;
    if (far(mask)) outside++;
  }
  return outside / all;
}

describe('two samples, exactly', () => {
  it('is the count of all orders', () => {
    for (const [n, m] of [
      [1, 1],
      [1, 4],
      [3, 3],
      [4, 6],
      [5, 7],
    ] as const) {
      for (let k = 0; k <= n * m; k++) {
        const distance = k / (n * m);
        expect(ksExactP({ n, m, distance }), `${n} ${m} ${distance}`).toBeCloseTo(
          counted(n, m, distance),
          12,
        );
      }
    }
  });

  it('is 1 at distance 0, symmetric, and falls as the distance grows', () => {
    const rows = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(rows, rows, fc.double({ min: 0, max: 1, noNaN: true }), (n, m, distance) => {
        const p = ksExactP({ n, m, distance });
        expect(p).toBeCloseTo(ksExactP({ n: m, m: n, distance }), 12);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1 + 1e-12);
        expect(ksExactP({ n, m, distance: Math.min(1, distance + 0.1) })).toBeLessThanOrEqual(p + 1e-12);
      }),
    );
    expect(ksExactP({ n: 5, m: 9, distance: 0 })).toBe(1);
  });

  it('keeps its digits in the far tail: 2 / (2n choose n) for samples that do not overlap', () => {
    // 100 choose 50 = 1.0089134454556417e29
    expect(ksExactP({ n: 50, m: 50, distance: 1 }) * 1.0089134454556417e29).toBeCloseTo(2, 10);
  });

  it('given the ties', () => {
    // Of the 6 splits of 0 0 1 1, one sample holds both zeros in 2.
    expect(ksPermutationP([2, 0], [0, 2])).toBeCloseTo(2 / 6, 12);
    expect(ksPermutationP([1, 1], [1, 1])).toBe(1);
    expect(ksPermutationP([0, 0], [1, 1])).toBe(1);
    const counts = fc.array(fc.nat(4), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const k = Math.min(a.length, b.length);
        const x = a.slice(0, k);
        const y = b.slice(0, k);
        const n = x.reduce((s, v) => s + v, 0);
        const m = y.reduce((s, v) => s + v, 0);
        fc.pre(n > 0 && m > 0);
        let distance = 0;
        for (let i = 0, p = 0, q = 0; i < k; i++) {
          p += x[i]! / n;
          q += y[i]! / m;
          distance = Math.max(distance, Math.abs(p - q));
        }
        // Ties leave fewer places at which to be far apart.
        expect(ksPermutationP(x, y)).toBeLessThanOrEqual(ksExactP({ n, m, distance }) + 1e-12);
      }),
    );
  });

  it('names the distance as a fraction', () => {
    expect(ksFraction({ n: 200, m: 300, distance: 0.075 })).toEqual({ numerator: 45, denominator: 600 });
  });
});

describe('one sample', () => {
  const points = loadVectors<{ points: [number, number][] }, { values: number[] }>('special').find(
    each => each.function === 'kstwo_sf',
  )!;

  it.each(points.inputs.points.map((point, i) => [...point, points.expected.values[i]!] as const))(
    'P(D > %f), n = %i',
    (distance, n, expected) => {
      expect(errorOf(kolmogorovSf(distance, n), expected)).toBeLessThan(1e-9);
    },
  );

  it('the three ways agree where they meet', () => {
    // n x distance^2 = 4 at 100 rows, 2.2 at 900 and 2.2 at 40,000; n x distance^1.5 = 1.4 at 1,000.
    for (const [distance, n, slack] of [
      [0.2, 100, 1e-6],
      [Math.sqrt(2.2 / 900), 900, 1e-4],
      [Math.sqrt(2.2 / 40_000), 40_000, 1e-4],
      [0.0014 ** (2 / 3), 1000, 1e-4],
    ] as const) {
      const below = kolmogorovSf(distance - 1e-9, n);
      const above = kolmogorovSf(distance + 1e-9, n);
      expect(Math.abs(below / above - 1), `${distance} ${n}`).toBeLessThan(slack);
    }
  });

  it('beyond a million rows the asymptotic tail takes over', () => {
    const far = (n: number) => kolmogorovSf(2 / Math.sqrt(n), n);
    expect(Math.abs(far(1_000_001) / far(1_000_000) - 1)).toBeLessThan(1e-4);
    expect(Math.abs(far(1e9) / Math.exp(kolmogorovLogSf(2)) - 1)).toBeLessThan(1e-3);
  });

  it('nears the limiting law', () => {
    for (const z of [0.5, 1, 1.5]) {
      const n = 900_000;
      expect(Math.abs(kolmogorovSf(z / Math.sqrt(n), n) - Math.exp(kolmogorovLogSf(z)))).toBeLessThan(1e-3);
    }
  });

  it('ends at 0 and 1', () => {
    expect(kolmogorovSf(0, 10)).toBe(1);
    expect(kolmogorovSf(0.05, 10)).toBe(1);
    expect(kolmogorovSf(1, 10)).toBe(0);
    expect(kolmogorovSf(0.95, 10)).toBeCloseTo(2 * 0.05 ** 10, 18);
    expect(kolmogorovSf(0.9, 1000)).toBe(0);
    expect(smirnovSf(0, 10)).toBe(1);
    expect(smirnovSf(1, 10)).toBe(0);
    expect(pelzGoodCdf(0, 100)).toBe(0);
  });

  it('Smirnov of one row is 1 - d', () => {
    for (const d of [0.1, 0.5, 0.9]) expect(smirnovSf(d, 1)).toBeCloseTo(1 - d, 12);
    // Two rows: (1 - d)^2 + 2 d (1/2 - d) for d < 1/2.
    expect(smirnovSf(0.2, 2)).toBeCloseTo(0.8 ** 2 + 2 * 0.2 * (0.5 - 0.2) * 1, 10);
  });
});

describe('two samples, corrected', () => {
  it('rounds halves to even as the reference does', () => {
    // n m / (n + m) = 2.5 and 7.5.
    expect(ksCorrectedP({ n: 5, m: 5, distance: 0.6 })).toBe(kolmogorovSf(0.6, 2));
    expect(ksCorrectedP({ n: 15, m: 15, distance: 0.3 })).toBe(kolmogorovSf(0.3, 8));
  });

  it('is near the exact p for moderate samples', () => {
    const found = { n: 200, m: 300, distance: 0.12 };
    expect(Math.abs(ksCorrectedP(found) / ksExactP(found) - 1)).toBeLessThan(0.05);
    expect(ksCorrectedOneSidedP({ ...found, distance: 0 })).toBe(1);
    expect(ksCorrectedOneSidedP(found)).toBeCloseTo(
      ksCorrectedOneSidedP({ n: 300, m: 200, distance: 0.12 }),
      15,
    );
  });
});
