import { describe, expect, it } from 'vitest';
import { baselineOf } from '../../test/twins/samples.ts';
import { judge } from '../detect/judge.ts';
import type { Activation, BaselineSubject } from '../domain/baseline.ts';
import { addProfiles } from '../stats/profile.ts';
import { normalDraw, seededRandom } from '../stats/random.ts';
import { compareBaselines, lastTwo } from './baseline-history.ts';
import { profileNumbers, profileTexts } from './compare/column-profile.ts';
import { rebin } from './rebin.ts';

const random = seededRandom(7);
const draws = (count: number, of: () => number) => Float64Array.from({ length: count }, of);
const sample = (values: Float64Array) => ({ values, missing: 0, mismatches: 0 });
const numbers = (values: Float64Array): BaselineSubject =>
  profileNumbers('age', sample(values), sample(values)).subject;
const texts = (counts: Record<string, number>): BaselineSubject => {
  const one = { counts: new Map(Object.entries(counts)), missing: 3 };
  return profileTexts('plan', one, one).subject;
};

describe('a profile in the bins of another baseline', () => {
  const cases: readonly (readonly [string, () => number, () => number])[] = [
    ['equal', () => normalDraw(random), () => normalDraw(random)],
    ['shifted', () => normalDraw(random), () => normalDraw(random) + 0.3],
    ['with far values', () => normalDraw(random), () => normalDraw(random) * 8],
    ['of few values', () => Math.floor(random() * 9), () => Math.floor(random() * 12)],
    ['constant', () => 4, () => (random() < 0.1 ? 5 : 4)],
    ['skewed', () => random() ** 6, () => random() ** 5],
  ];

  it.each(cases)('gives the effect that the rows themselves would give: %s', (_name, first, second) => {
    const [before, after] = [draws(20_000, first), draws(15_000, second)];
    const { subject, current } = profileNumbers('age', sample(before), sample(after));
    const own = numbers(after);
    const moved = rebin(own.reference, own.binning, subject.binning);
    expect(moved.counts.reduce((sum, count) => sum + count, 0)).toBe(15_000);
    expect([...moved.bins]).toEqual([...moved.bins].sort((a, b) => a - b));
    const truth = judge({ subject, current, alpha: 0.01 });
    const found = judge({ subject, current: moved, alpha: 0.01 });
    expect(Math.abs(found.effect - truth.effect)).toBeLessThan(0.005);
    expect(found.verdict).toBe(truth.verdict);
    // It can be added up like any other profile.
    expect(addProfiles(moved, current).n).toBe(30_000);
  });

  it('puts categories by name, and those that are new together', () => {
    const [a, b] = [texts({ free: 600, pro: 400 }), texts({ pro: 300, team: 200, free: 500 })];
    const moved = rebin(b.reference, b.binning, a.binning);
    expect([moved.bins, moved.counts, moved.nMissing]).toEqual([[0, 1, 2], [500, 300, 200], 3]);
  });
});

describe('two baselines', () => {
  it('differ by subject, the largest effect first, and what is in one alone is said', () => {
    const values = () => draws(5000, () => normalDraw(random));
    const named = (name: string, subject: BaselineSubject) => ({
      ...subject,
      binning: { ...subject.binning, subject: `feature:${name}` },
    });
    const first = baselineOf([
      named('calm', numbers(values())),
      named('moved', numbers(values())),
      named('gone', numbers(values())),
      named('id', { ...numbers(values()), aside: 'id-like' }),
      named('kind', numbers(values())),
    ]);
    const second = baselineOf([
      named('calm', numbers(values())),
      named('moved', numbers(draws(5000, () => normalDraw(random) + 1))),
      named('id', numbers(values())),
      named('kind', texts({ a: 900, b: 100 })),
      named('fresh', numbers(values())),
    ]);
    const found = compareBaselines(first, second);
    expect(found.map(({ subject, state }) => [subject, state])).toEqual([
      ['feature:moved', 'differs'],
      ['feature:calm', 'alike'],
      ['feature:fresh', 'added'],
      ['feature:gone', 'removed'],
      ['feature:id', 'set aside'],
      ['feature:kind', 'now categorical'],
    ]);
    expect(found[0]!.effect).toBeGreaterThan(0.3);
    expect(found[0]!.effectLow).toBeLessThanOrEqual(found[0]!.effect!);
  });
});

describe('the baseline before', () => {
  const active = (baseline: number, from: number, version = ''): Activation => ({
    model: 'm',
    version,
    baseline,
    from,
    at: from,
    by: '',
  });

  it.each([
    [[], { current: null, previous: null }],
    [[active(1, 0)], { current: 1, previous: null }],
    [[active(1, 0), active(2, 5)], { current: 2, previous: 1 }],
    // Activated again: the one before is another one.
    [[active(1, 0), active(2, 5), active(2, 6)], { current: 2, previous: 1 }],
    // Back and forth.
    [[active(1, 0), active(2, 5), active(1, 7)], { current: 1, previous: 2 }],
    // One for a single version, and one that is not active yet, do not count.
    [[active(1, 0), active(3, 4, '2.0'), active(2, 500)], { current: 1, previous: null }],
  ])('of %j', (activations, expected) => expect(lastTwo(activations, 10)).toEqual(expected));
});
