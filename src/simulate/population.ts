import { aliasTable } from '../stats/alias-table.ts';
import { normalDraw } from '../stats/random.ts';
import { dayWave } from './arrivals.ts';
import type { Feature } from './feature.ts';
import type { Row } from './row.ts';

/** A drawn feature: what is sent, and how far it stands from its mean in standard deviations. */
interface Drawn {
  readonly value: number | string;
  readonly score: number;
}

type Draw = (random: () => number, season: number, scores: ReadonlyMap<string, number>) => Drawn;

/**
 * A synthetic model: draws its rows. Features are independent but for the correlated ones; the prediction is a logistic
 * function of all numbers, and the truth is drawn with the probability the model gives, so that the model is right.
 *
 * @param season Numbers with a range swing by so many standard deviations over the day.
 */
export function createPopulation(
  features: readonly Feature[],
  season: number,
): (time: number, random: () => number) => Row {
  const draws = features.map(feature => ({ name: feature.name, draw: drawOf(feature) }));
  const weight = 1.5 / Math.sqrt(Math.max(1, features.length));
  return (time, random) => {
    const wave = season * dayWave(time);
    const values: Record<string, unknown> = {};
    const scores = new Map<string, number>();
    let sum = 0;
    for (const { name, draw } of draws) {
      const { value, score } = draw(random, wave, scores);
      Object.defineProperty(values, name, { value, enumerable: true, writable: true, configurable: true });
      scores.set(name, score);
      sum += score;
    }
    const yes = round(1 / (1 + Math.exp(-weight * sum)), 4);
    const prediction = {
      label: yes >= 0.5 ? 'yes' : 'no',
      probabilities: { yes, no: round(1 - yes, 4) },
    };
    return { payload: { features: values, prediction }, truth: random() < yes ? 'yes' : 'no' };
  };
}

function drawOf(feature: Feature): Draw {
  switch (feature.kind) {
    case 'normal':
      return ranged(
        random => normalDraw(random),
        score => feature.mean + feature.sd * score,
      );
    case 'lognormal':
      return ranged(
        random => normalDraw(random),
        score => feature.median * Math.exp(feature.sigma * score),
      );
    case 'correlated':
      return correlated(feature);
    case 'uniform':
      return even(feature.low, feature.high - feature.low, random => random());
    case 'integers': {
      const count = feature.high - feature.low + 1;
      return even(feature.low, count - 1, random => Math.floor(random() * count) / (count - 1));
    }
    case 'few':
      return few(feature.values);
    case 'zipf':
      return categories(feature);
  }
}

function ranged(score: (random: () => number) => number, value: (score: number) => number): Draw {
  return (random, wave) => {
    const drawn = score(random) + wave;
    return { value: round(value(drawn), 3), score: drawn };
  };
}

function correlated(feature: Extract<Feature, { kind: 'correlated' }>): Draw {
  const { correlation, mean, sd } = feature;
  const rest = Math.sqrt(1 - correlation * correlation);
  return (random, _wave, scores) => {
    // The season comes with the other feature's score.
    const score = correlation * scores.get(feature.with)! + rest * normalDraw(random);
    return { value: round(mean + sd * score, 3), score };
  };
}

/** Evenly over a range; `draw` gives the place in it, from 0 to 1. */
function even(low: number, range: number, draw: (random: () => number) => number): Draw {
  return random => {
    const place = draw(random);
    return { value: round(low + range * place, 3), score: (place - 0.5) * Math.sqrt(12) };
  };
}

function few(values: readonly number[]): Draw {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  return random => {
    const value = values[Math.floor(random() * values.length)]!;
    return { value, score: (value - mean) / sd };
  };
}

function categories({ name, categories: count, exponent }: Extract<Feature, { kind: 'zipf' }>): Draw {
  const pick = aliasTable(Array.from({ length: count }, (_, i) => (i + 1) ** -exponent));
  const names = Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
  return random => ({ value: names[pick(random)]!, score: 0 });
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
