import { describe, expect, test } from 'vitest';
import type { BinnedPair } from './cells.ts';
import { measureNamed, measures } from './measures/index.ts';
import { chanceBySplits, chanceOnNoise } from './noise-chance.ts';
import { nullLawChance } from './null-law.ts';
import { seededRandom } from './random.ts';

interface Shape {
  readonly kind: BinnedPair['kind'];
  readonly cells: number;
  readonly n: number;
  readonly m: number;
  readonly zipf?: boolean;
}

/** Two samples with the same shares, as near as whole rows allow. */
function pairOf({ kind, cells, n, m, zipf }: Shape): BinnedPair {
  const weights = Array.from({ length: cells }, (_, i) => (zipf === true ? 1 / (i + 1) : 1));
  const sum = weights.reduce((a, b) => a + b);
  const rows = (total: number) => {
    const ends = weights.map((_, i) => weights.slice(0, i + 1).reduce((a, b) => a + b) / sum);
    return ends.map((end, i) => Math.round(end * total) - Math.round((ends[i - 1] ?? 0) * total));
  };
  return {
    kind,
    values: kind === 'numeric' ? weights.map((_, i) => Math.tan(((i + 0.5) / cells - 0.5) * 2)) : [],
    current: rows(n),
    reference: rows(m),
    currentMissing: 0,
    referenceMissing: 0,
  };
}

const named = (name: string) => measureNamed(name)!;

describe('null laws agree with splits of the pooled counts', () => {
  // Threshold chosen so that the law says about 0.4, 0.1 and 0.01; the law must be right within 30 %, beside the noise
  // of the draws (4.9 standard errors: one failure in a million seeds, and the seeds are fixed).
  const cases: [string, Shape][] = [
    ['psi', { kind: 'categorical', cells: 10, n: 300, m: 5000 }],
    ['psi', { kind: 'numeric', cells: 200, n: 500, m: 3000 }],
    ['jensen-shannon', { kind: 'categorical', cells: 8, n: 1000, m: 1000 }],
    ['hellinger', { kind: 'categorical', cells: 6, n: 2000, m: 900, zipf: true }],
    ['kl-current-reference', { kind: 'categorical', cells: 8, n: 1000, m: 4000 }],
    ['kl-reference-current', { kind: 'categorical', cells: 8, n: 1000, m: 1000 }],
    ['chi-square', { kind: 'categorical', cells: 10, n: 500, m: 5000, zipf: true }],
    ['g-test', { kind: 'categorical', cells: 10, n: 800, m: 5000, zipf: true }],
    ['cramers-v', { kind: 'categorical', cells: 12, n: 700, m: 700 }],
    ['kolmogorov-smirnov', { kind: 'numeric', cells: 60, n: 400, m: 4000 }],
    ['cramer-von-mises', { kind: 'numeric', cells: 60, n: 400, m: 4000 }],
    ['mann-whitney', { kind: 'numeric', cells: 20, n: 300, m: 3000, zipf: true }],
    ['welch', { kind: 'numeric', cells: 40, n: 300, m: 300 }],
  ];
  test.each(cases)('%s on %o', (name, shape) => {
    const pair = pairOf(shape);
    const measure = named(name);
    for (const wanted of [0.4, 0.1, 0.01]) {
      const threshold = thresholdFor(name, pair, wanted);
      const law = chanceOnNoise({ pair, measure, threshold, random: seededRandom(1) });
      expect(law).toMatchObject({ method: 'null-law', draws: 0, atMost: false });
      const split = chanceBySplits({ pair, measure, threshold, random: seededRandom(2) });
      const noise = 4.9 * Math.sqrt((wanted * (1 - wanted)) / split.draws) + 3 / split.draws;
      expect(split.chance).toBeGreaterThan(law.chance * 0.7 - noise);
      expect(split.chance).toBeLessThan(law.chance * 1.3 + noise);
    }
  });
});

/** The threshold to which the law gives a chance, by halving. */
function thresholdFor(name: string, pair: BinnedPair, chance: number): number {
  let low = 0;
  let high = 1e4;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    const law = nullLawChance(named(name), pair, middle)!;
    if (law > chance) low = middle;
    else high = middle;
  }
  return high;
}

test.each([
  ['chi-square-p', { kind: 'categorical', cells: 10, n: 1000, m: 5000 }],
  ['kolmogorov-smirnov-p', { kind: 'numeric', cells: 100, n: 1000, m: 5000 }],
  ['welch-p', { kind: 'numeric', cells: 100, n: 1000, m: 5000 }],
] as [string, Shape][])('the chance of %s below a level is the level', (name, shape) => {
  const pair = pairOf(shape);
  const random = seededRandom(4);
  const question = { pair, measure: named(name), threshold: 0.05, random };
  expect(chanceOnNoise(question)).toMatchObject({ chance: 0.05, method: 'null-law' });
  const split = chanceBySplits(question);
  // KS errs to silence on bins; no test may fire more often than it says.
  expect(split.chance).toBeLessThan(0.05 + 4.9 * Math.sqrt(0.0475 / split.draws));
  expect(split.chance).toBeGreaterThan(0.025);
});

test('thin cells, few values and heavy tails go to splits', () => {
  const thin: [string, Shape][] = [
    ['psi', { kind: 'categorical', cells: 30, n: 100, m: 1000 }],
    ['jensen-shannon', { kind: 'numeric', cells: 300, n: 400, m: 4000 }],
    ['chi-square-p', { kind: 'categorical', cells: 50, n: 100, m: 5000 }],
    ['kolmogorov-smirnov', { kind: 'numeric', cells: 5, n: 400, m: 4000 }],
    ['wasserstein', { kind: 'numeric', cells: 50, n: 400, m: 4000 }],
    ['welch', { kind: 'numeric', cells: 50, n: 20, m: 4000 }],
  ];
  for (const [name, shape] of thin) {
    const pair = pairOf(shape);
    const found = chanceOnNoise({ pair, measure: named(name), threshold: 0.01, random: seededRandom(5) });
    expect(found.method, name).toBe('resampling');
    expect(found.draws).toBeGreaterThan(300);
  }
});

test('a fixed PSI of 0.1 on ten groups, 100 against 1,000 rows, fires in about 43 % of windows', () => {
  const pair = pairOf({ kind: 'categorical', cells: 10, n: 100, m: 1000 });
  const found = chanceOnNoise({ pair, measure: named('psi'), threshold: 0.1, random: seededRandom(6) });
  // The chi-square law gives .43; 0.5 added to every count takes away some of it.
  expect(found.method).toBe('resampling');
  expect(found.chance).toBeGreaterThan(0.33);
  expect(found.chance).toBeLessThan(0.45);
  const large = pairOf({ kind: 'categorical', cells: 10, n: 1_000_000, m: 1_000_000 });
  expect(
    chanceOnNoise({ pair: large, measure: named('psi'), threshold: 0.1, random: seededRandom(6) }).chance,
  ).toBeLessThan(1e-100);
});

test('PSI of a numeric subject: splitting the groups answers as splitting the bins', () => {
  const pair = {
    ...pairOf({ kind: 'numeric', cells: 100, n: 100, m: 2000 }),
    currentMissing: 3,
    referenceMissing: 60,
  };
  const grouped = chanceBySplits({ pair, measure: named('psi'), threshold: 0.12, random: seededRandom(8) });
  // Another name keeps it from being grouped first.
  const renamed = { ...named('psi'), name: 'psi-on-bins' };
  const binned = chanceBySplits({ pair, measure: renamed, threshold: 0.12, random: seededRandom(9) });
  const noise = 4.9 * Math.sqrt(0.25 / binned.draws + 0.25 / grouped.draws);
  expect(Math.abs(grouped.chance - binned.chance)).toBeLessThan(noise);
  expect(grouped.chance).toBeGreaterThan(0.05);
  expect(grouped.draws).toBeGreaterThan(1.5 * binned.draws);
});

test('a chance too small to be seen is an upper limit', () => {
  const pair = pairOf({ kind: 'numeric', cells: 64, n: 1000, m: 1000 });
  const found = chanceOnNoise({
    pair,
    measure: named('wasserstein-sd'),
    threshold: 5,
    random: seededRandom(3),
  });
  expect(found.atMost).toBe(true);
  expect(found.chance).toBeCloseTo(3 / found.draws, 5);
});

test('fires on the side the measure alarms on', () => {
  const pair = pairOf({ kind: 'numeric', cells: 64, n: 1000, m: 1000 });
  const mean = named('mean');
  const at = mean.of(pair);
  const above = chanceBySplits({ pair, measure: mean, threshold: at, random: seededRandom(1) }).chance;
  const below = chanceBySplits({
    pair,
    measure: { ...mean, alarmsWhen: 'below' },
    threshold: at,
    random: seededRandom(1),
  }).chance;
  expect(above + below).toBeCloseTo(1, 1);
  expect(above).toBeGreaterThan(0.4);
  expect(below).toBeGreaterThan(0.4);
});

test('an empty sample never fires; the same seed gives the same answer; inputs stay as they were', () => {
  const pair = pairOf({ kind: 'numeric', cells: 30, n: 200, m: 300 });
  const empty = { ...pair, current: pair.current.length > 0 ? Array.from(pair.current, () => 0) : [] };
  const before = JSON.stringify(pair);
  for (const measure of measures.filter(each => each.kinds.includes('numeric'))) {
    const ask = (asked: BinnedPair) =>
      chanceOnNoise({ pair: asked, measure, threshold: 0.1, random: seededRandom(12) });
    expect(ask(empty)).toMatchObject({ chance: 0, draws: 0 });
    const first = ask(pair);
    expect(ask(pair)).toEqual(first);
    expect(first.chance).toBeGreaterThanOrEqual(0);
    expect(first.chance).toBeLessThanOrEqual(1);
  }
  expect(JSON.stringify(pair)).toBe(before);
});
