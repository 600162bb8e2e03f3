import type { BinnedPair } from '../cells.ts';
import { hellinger } from './hellinger.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { kullbackLeibler } from './kullback-leibler.ts';
import { lInfinity } from './l-infinity.ts';
import type { Measure } from './measure.ts';
import { stabilityOfPair, unorderedCells } from './stability-groups.ts';
import { totalVariation } from './total-variation.ts';

type Divergence = (current: ArrayLike<number>, reference: ArrayLike<number>) => number;

const unordered = (divergence: Divergence) => (pair: BinnedPair) => {
  const { current, reference } = unorderedCells(pair);
  return divergence(current, reference);
};

const anyKind = { unit: 'none', kinds: ['numeric', 'categorical'], alarmsWhen: 'above' } as const;

/** Divergences of shares: the order of the cells does not matter. */
export const divergenceMeasures: readonly Measure[] = [
  { ...anyKind, name: 'psi', title: 'Population stability index', of: stabilityOfPair },
  {
    ...anyKind,
    name: 'jensen-shannon',
    title: 'Jensen-Shannon distance, base 2',
    most: 1,
    of: unordered(jensenShannon),
  },
  { ...anyKind, name: 'hellinger', title: 'Hellinger distance', most: 1, of: unordered(hellinger) },
  { ...anyKind, name: 'total-variation', title: 'Total variation', most: 1, of: unordered(totalVariation) },
  { ...anyKind, name: 'l-infinity', title: 'Largest change of one share', most: 1, of: unordered(lInfinity) },
  {
    ...anyKind,
    name: 'kl-current-reference',
    title: 'Kullback-Leibler divergence of current from reference',
    of: unordered(kullbackLeibler),
  },
  {
    ...anyKind,
    name: 'kl-reference-current',
    title: 'Kullback-Leibler divergence of reference from current',
    of: unordered((current, reference) => kullbackLeibler(reference, current)),
  },
];
