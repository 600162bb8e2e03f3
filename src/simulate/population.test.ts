import { describe, expect, it } from 'vitest';
import { seededRandom } from '../stats/random.ts';
import { defaultFeatures, parseFeatures } from './feature.ts';
import { createPopulation } from './population.ts';
import { factsOf, featuresOf } from './row.ts';

const rows = (features: readonly string[], count: number, season = 0) => {
  const next = createPopulation(parseFeatures(features), season);
  const random = seededRandom(3);
  return Array.from({ length: count }, (_, i) => next(i * 60_000, random));
};
const column = (all: ReturnType<typeof rows>, name: string) =>
  all.map(row => featuresOf(row.payload)[name] as number);
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
const sd = (values: readonly number[]) => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map(v => (v - centre) ** 2)));
};
const correlation = (a: readonly number[], b: readonly number[]) =>
  (mean(a.map((v, i) => v * b[i]!)) - mean(a) * mean(b)) / (sd(a) * sd(b));

describe('a synthetic model', () => {
  const all = rows(defaultFeatures, 20_000);

  it('draws each kind as it was described', () => {
    const age = column(all, 'age');
    expect(mean(age)).toBeCloseTo(41, 0);
    expect(sd(age)).toBeCloseTo(12, 0);
    const income = [...column(all, 'income')].sort((a, b) => a - b);
    expect(income[10_000]! / 38_000).toBeCloseTo(1, 1);
    expect(Math.log(income[16_827]! / 38_000) / 0.5, 'one standard deviation above').toBeCloseTo(1, 1);
    const usage = column(all, 'usage');
    expect(Math.min(...usage)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...usage)).toBeLessThanOrEqual(100);
    expect(new Set(column(all, 'visits'))).toEqual(new Set(Array.from({ length: 31 }, (_, i) => i)));
    expect(new Set(column(all, 'products'))).toEqual(new Set([1, 2, 3, 4]));
    const logs = column(all, 'income').map(Math.log);
    expect(correlation(logs, column(all, 'balance'))).toBeCloseTo(0.7, 1);
  });

  it('the commonest category is as common as Zipf says', () => {
    const weights = Array.from({ length: 20 }, (_, i) => (i + 1) ** -1.1);
    const share = weights[0]! / weights.reduce((sum, w) => sum + w, 0);
    const first = all.filter(row => featuresOf(row.payload)['country'] === 'country-1').length;
    expect(first / all.length).toBeCloseTo(share, 1);
  });

  it('its model is right: the truth comes with the probability it gives', () => {
    const sure = all.filter(row => {
      const { probabilities } = row.payload['prediction'] as { probabilities: { yes: number } };
      return probabilities.yes > 0.7 && probabilities.yes < 0.8;
    });
    expect(sure.length).toBeGreaterThan(500);
    expect(sure.filter(row => row.truth === 'yes').length / sure.length).toBeCloseTo(0.75, 1);
  });

  it('values swing over the day when asked to', () => {
    const swung = rows(['a:normal:0:1'], 1440 * 4, 1);
    const at = (hour: number) =>
      mean(
        swung
          .filter((_, i) => Math.floor(i / 60) % 24 === hour)
          .map(r => featuresOf(r.payload)['a'] as number),
      );
    expect(at(15) - at(3)).toBeGreaterThan(1.5);
  });

  it('a feature may have any name', () => {
    const [row] = rows(['__proto__:normal:0:1'], 1);
    expect(Object.keys(featuresOf(row!.payload))).toEqual(['__proto__']);
    expect(JSON.stringify(row!.payload)).toContain('"__proto__":');
  });

  it('is learnt from its rows', () => {
    const facts = factsOf(all);
    expect(facts.get('age')).toMatchObject({ numeric: true, whole: false });
    expect(facts.get('age')!.sd).toBeCloseTo(12, 0);
    expect(facts.get('visits')).toMatchObject({ numeric: true, whole: true });
    expect(facts.get('plan')).toEqual({ numeric: false, whole: false, sd: 0 });
  });
});
