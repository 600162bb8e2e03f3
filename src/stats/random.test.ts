import { expect, test } from 'vitest';
import { aliasTable } from './alias-table.ts';
import { binomialDraw, multinomialDraw } from './binomial-draw.ts';
import { chiSquareLogSf, pearson } from './chi-square.ts';
import { normalSf } from './normal.ts';
import { normalDraw, seededRandom } from './random.ts';
import { rowSplit } from './row-split.ts';
import { logChoose } from './special.ts';

/** A correct generator fails a test at this level once in a million seeds; the seeds are fixed. */
const level = 1e-6;

/** Pearson's goodness of fit of counts to probabilities; cells that expect under 5 are joined with the next. */
function fitP(counts: readonly number[], probabilities: readonly number[]): number {
  const rows = counts.reduce((a, b) => a + b);
  let statistic = 0;
  let cells = 0;
  let seen = 0;
  let expected = 0;
  counts.forEach((count, i) => {
    seen += count;
    expected += rows * probabilities[i]!;
    if (expected < 5 && i < counts.length - 1) return;
    if (expected > 0) {
      statistic += (seen - expected) ** 2 / expected;
      cells++;
    } else expect(seen).toBe(0);
    seen = 0;
    expected = 0;
  });
  return Math.exp(chiSquareLogSf(statistic, cells - 1));
}

test('the same seed gives the same stream, another seed another', () => {
  const stream = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, random);
  };
  expect(stream(1)).toEqual(stream(1));
  const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 40 + 1, 123_456_789];
  expect(new Set(seeds.map(seed => stream(seed)[0])).size).toBe(seeds.length);
});

test('uniform in [0, 1), also in its low bits and in pairs', () => {
  const random = seededRandom(42);
  const even = Array.from({ length: 64 }, () => 1 / 64);
  const high = even.map(() => 0);
  const low = even.map(() => 0);
  const pairs = even.map(() => 0);
  for (let i = 0; i < 64_000; i++) {
    const x = random();
    const y = random();
    if (!(x >= 0 && x < 1)) expect.fail(`${x} is not in [0, 1)`);
    high[Math.floor(x * 64)]!++;
    low[Math.floor(x * 2 ** 40 * 64) % 64]!++;
    pairs[Math.floor(x * 8) * 8 + Math.floor(y * 8)]!++;
  }
  for (const counts of [high, low, pairs]) expect(fitP(counts, even)).toBeGreaterThan(level);
});

test('normal draws follow the normal law', () => {
  const random = seededRandom(7);
  const edges = [-Infinity, -2.5, -1.5, -0.7, 0, 0.3, 1, 2, 3, Infinity];
  const counts = edges.slice(1).map(() => 0);
  for (let i = 0; i < 40_000; i++) {
    const x = normalDraw(random);
    counts[edges.findIndex(edge => x < edge) - 1]!++;
  }
  const masses = counts.map((_, i) => normalSf(edges[i]!) - normalSf(edges[i + 1]!));
  expect(fitP(counts, masses)).toBeGreaterThan(level);
});

const binomialMass = (n: number, p: number) =>
  Array.from({ length: n + 1 }, (_, k) =>
    Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p)),
  );

test.each([
  [1, 0.3],
  [20, 0.02],
  [50, 0.19],
  [40, 0.5],
  [60, 0.8],
  [400, 0.3],
  [2000, 0.01],
  [3000, 0.97],
])('binomial draws of %d with %f follow their law', (n, p) => {
  const random = seededRandom(n);
  const counts = Array.from({ length: n + 1 }, () => 0);
  for (let i = 0; i < 30_000; i++) counts[binomialDraw(n, p, random)]!++;
  expect(fitP(counts, binomialMass(n, p))).toBeGreaterThan(level);
});

test('binomial draws at the ends', () => {
  const random = seededRandom(3);
  expect(binomialDraw(9, 0, random)).toBe(0);
  expect(binomialDraw(9, 1, random)).toBe(9);
  expect(binomialDraw(0, 0.5, random)).toBe(0);
  const large = binomialDraw(1e12, 0.25, random);
  expect(Math.abs(large - 2.5e11)).toBeLessThan(5.5 * Math.sqrt(1e12 * 0.1875));
});

test('multinomial draws: right sum, right shares, nothing in cells without weight', () => {
  const random = seededRandom(8);
  const weights = [5, 0, 1, 30, 4, 0];
  const totals = weights.map(() => 0);
  for (let i = 0; i < 2000; i++) {
    const counts = multinomialDraw(37, weights, random);
    expect(counts.reduce((a, b) => a + b)).toBe(37);
    counts.forEach((count, k) => (totals[k]! += count));
  }
  const shares = weights.map(weight => weight / 40);
  expect(totals[1]! + totals[5]!).toBe(0);
  expect(fitP(totals, shares)).toBeGreaterThan(level);
});

test('alias tables draw cells in proportion to their weights', () => {
  const random = seededRandom(21);
  const weights = [0, 1, 2, 0.5, 100, 0, 13];
  const draw = aliasTable(weights);
  const counts = weights.map(() => 0);
  for (let i = 0; i < 60_000; i++) counts[draw(random)]!++;
  const sum = weights.reduce((a, b) => a + b);
  expect(counts[0]! + counts[5]!).toBe(0);
  expect(
    fitP(
      counts,
      weights.map(weight => weight / sum),
    ),
  ).toBeGreaterThan(level);
});

/** P(first cell gives k of its t rows to a sample of n out of N). */
const hypergeometric = (t: number, n: number, all: number) =>
  Array.from({ length: t + 1 }, (_, k) =>
    k > n || t - k > all - n ? 0 : Math.exp(logChoose(t, k) + logChoose(all - t, n - k) - logChoose(all, n)),
  );

test.each([
  ['few drawn', [12, 30, 0, 8], 7],
  ['nearly all drawn', [12, 30, 0, 8], 45],
  ['half, from tables', [25, 100, 75], 90],
  ['by rejection', [25, 5000, 3000], 4100],
])('splits follow the hypergeometric law: %s', (_, totals, n) => {
  const random = seededRandom(n);
  const split = rowSplit(totals, n);
  const counts = new Float64Array(totals.length);
  const all = totals.reduce((a, b) => a + b);
  const first = Array.from({ length: totals[0]! + 1 }, () => 0);
  for (let i = 0; i < 30_000; i++) {
    split(counts, random);
    let rows = 0;
    for (let k = 0; k < totals.length; k++) {
      if (!(counts[k]! >= 0 && counts[k]! <= totals[k]!)) expect.fail(`${counts[k]} of ${totals[k]}`);
      rows += counts[k]!;
    }
    if (rows !== n) expect.fail(`${rows} rows`);
    first[counts[0]!]!++;
  }
  expect(fitP(first, hypergeometric(totals[0]!, n, all))).toBeGreaterThan(level);
});

test('beyond the limit of exactness the size of a sample is left to chance, and its cells are binomial', () => {
  const random = seededRandom(77);
  const totals = [50, 60_000, 40_000];
  const limited = rowSplit(totals, 50_025, 20);
  const counts = new Float64Array(3);
  const first = Array.from({ length: 51 }, () => 0);
  let off = 0;
  for (let i = 0; i < 20_000; i++) {
    limited(counts, random);
    const error = counts[0]! + counts[1]! + counts[2]! - 50_025;
    if (error !== 0) off++;
    if (Math.abs(error) > 6 * Math.sqrt(25_000)) expect.fail(`${error} rows off`);
    first[counts[0]!]!++;
  }
  expect(off / 20_000).toBeGreaterThan(0.9);
  expect(fitP(first, binomialMass(50, 50_025 / 100_050))).toBeGreaterThan(level);
});

test('splits of one pool tell no cells apart: chi-square has its mean and spread', () => {
  const totals = Array.from({ length: 64 }, (_, i) => 20 + 3 * i);
  const all = totals.reduce((a, b) => a + b);
  const split = rowSplit(totals, 3000);
  const random = seededRandom(99);
  const counts = new Float64Array(64);
  const runs = 4000;
  let sum = 0;
  for (let i = 0; i < runs; i++) {
    split(counts, random);
    sum += pearson(
      counts,
      totals.map((total, k) => total - counts[k]!),
    ).statistic;
  }
  const mean = (63 * all) / (all - 1);
  expect(Math.abs(sum / runs - mean)).toBeLessThan(4.9 * Math.sqrt((2 * 63) / runs));
});
