import type { BinnedPair } from '../cells.ts';
import { weightedQuantile } from '../sample-quantiles.ts';
import { energyDistance } from './energy-distance.ts';
import type { Measure } from './measure.ts';
import { meanOf, sdOf } from './moments.ts';
import { wasserstein } from './wasserstein.ts';
import type { WeightedValues } from './weighted-values.ts';

/** The window's cells as values with counts. */
export const currentValues = (pair: BinnedPair): WeightedValues => ({
  values: pair.values,
  counts: pair.current,
});

/** The baseline's cells as values with counts, with means of their own where it has them. */
export const referenceValues = (pair: BinnedPair): WeightedValues => ({
  values: pair.valuesReference ?? pair.values,
  counts: pair.reference,
});

const wassersteinOf = (pair: BinnedPair) => wasserstein(currentValues(pair), referenceValues(pair));

function wassersteinInSds(pair: BinnedPair): number {
  const distance = wassersteinOf(pair);
  return distance === 0 ? 0 : distance / sdOf(referenceValues(pair));
}

const quantile = (q: number) => (pair: BinnedPair) => weightedQuantile(pair.values, pair.current, q);

const numeric = { kinds: ['numeric'], alarmsWhen: 'above' } as const;

/** Measures that read the values: distances in the feature's unit, and what the window itself looks like. */
export const numericMeasures: readonly Measure[] = [
  { ...numeric, name: 'wasserstein', title: 'Wasserstein distance', unit: 'feature', of: wassersteinOf },
  {
    ...numeric,
    name: 'wasserstein-sd',
    title: "Wasserstein distance over the reference's standard deviation",
    unit: 'sd',
    of: wassersteinInSds,
  },
  {
    ...numeric,
    name: 'energy-distance',
    title: 'Energy distance',
    unit: 'root-feature',
    of: pair => energyDistance(currentValues(pair), referenceValues(pair)),
  },
  { ...numeric, name: 'mean', title: 'Mean', unit: 'feature', of: pair => meanOf(currentValues(pair)) },
  {
    ...numeric,
    name: 'sd',
    title: 'Standard deviation',
    unit: 'feature',
    of: pair => sdOf(currentValues(pair)),
  },
  { ...numeric, name: 'p05', title: '5 % quantile', unit: 'feature', of: quantile(0.05) },
  { ...numeric, name: 'median', title: 'Median', unit: 'feature', of: quantile(0.5) },
  { ...numeric, name: 'p95', title: '95 % quantile', unit: 'feature', of: quantile(0.95) },
];
