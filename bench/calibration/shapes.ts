import { normalSf } from '../../src/stats/normal.ts';
import type { CategoricalShape, NumericShape } from './frozen.ts';

/** Shares of the k most common of k things, the i-th proportional to 1 / i. */
function zipf(k: number): number[] {
  const weights = Array.from({ length: k }, (_, i) => 1 / (i + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}

function poisson(mean: number, most: number): number[] {
  let mass = Math.exp(-mean);
  return Array.from({ length: most + 1 }, (_, i) => {
    if (i > 0) mass *= mean / i;
    return mass;
  });
}

/** A normal variable of sd 1, rounded to the next multiple of `step`. */
function roundedNormal(step: number): { values: number[]; shares: number[] } {
  const values = Array.from({ length: Math.round(12 / step) + 1 }, (_, i) => i * step - 6);
  const shares = values.map(value => normalSf(value - step / 2) - normalSf(value + step / 2));
  return { values, shares };
}

const upTo = (k: number) => Array.from({ length: k }, (_, i) => i);
const values = (name: string, shares: readonly number[], missing = 0): NumericShape => ({
  kind: 'values',
  name,
  values: upTo(shares.length),
  shares,
  missing,
});
const runs = (
  name: string,
  parts: readonly { readonly run?: number; readonly value?: number }[],
): NumericShape => ({
  kind: 'runs',
  name,
  shares: parts.map(part => part.run ?? part.value ?? 0),
  atoms: parts.map(part => part.value !== undefined),
});

/** What the method was designed with. */
export const designShapes: readonly NumericShape[] = [
  runs('continuous', [{ run: 1 }]),
  { ...runs('0.5 % missing', [{ run: 1 }]), missing: 0.005 },
  runs('70 % zeros', [{ value: 0.7 }, { run: 0.3 }]),
  values('Poisson 3', poisson(3, 30)),
  values('8 Zipf integers', zipf(8)),
];

/** What it was not designed with. */
export const otherShapes: readonly NumericShape[] = [
  { kind: 'values', name: 'half-integers', ...roundedNormal(0.5) },
  { kind: 'values', name: 'two decimals', ...roundedNormal(0.01) },
  runs('35 % at one value amid', [{ run: 0.3 }, { value: 0.35 }, { run: 0.35 }]),
  runs('35 % at the least value', [{ value: 0.35 }, { run: 0.65 }]),
  runs('two atoms', [{ run: 0.15 }, { value: 0.45 }, { run: 0.15 }, { value: 0.2 }, { run: 0.05 }]),
  runs('two humps with a gap', [{ run: 0.4 }, { run: 0.6 }]),
  runs('99 % equal', [{ value: 0.99 }, { run: 0.01 }]),
  values('99 % equal, rest two values', [0.004, 0.99, 0.006]),
  values(
    'geometric 0.3',
    Array.from({ length: 60 }, (_, i) => 0.3 * 0.7 ** i),
  ),
  values('five integers', [0.1, 0.35, 0.3, 0.2, 0.05]),
  values('Poisson 0.05', poisson(0.05, 8)),
  values('Poisson 40', poisson(40, 120)),
  values('300 Zipf integers', zipf(300)),
  { ...runs('continuous, upwards only', [{ run: 1 }]), upward: true },
  {
    ...values(
      'geometric 0.05, upwards only',
      Array.from({ length: 300 }, (_, i) => 0.05 * 0.95 ** i),
    ),
    upward: true,
  },
  values(
    'digits, 30 % missing',
    Array.from({ length: 10 }, () => 0.1),
    0.3,
  ),
];

const categories = (name: string, shares: readonly number[]): CategoricalShape => ({
  kind: 'categories',
  name,
  shares,
});
const even = (k: number) => Array.from({ length: k }, () => 1 / k);

export const designCategories: readonly CategoricalShape[] = [10, 100, 1000].map(k =>
  categories(`${k} Zipf categories`, zipf(k)),
);

export const otherCategories: readonly CategoricalShape[] = [
  categories('two, 97 to 3 %', [0.97, 0.03]),
  categories('three', [0.5, 0.3, 0.2]),
  categories('90 % one class', [0.9, ...Array.from({ length: 9 }, () => 0.1 / 9)]),
  categories('90 % one class, 200 rare', [0.9, ...Array.from({ length: 200 }, () => 0.0005)]),
  categories('50 even', even(50)),
  categories('500 even', even(500)),
  categories(
    '30 geometric',
    Array.from({ length: 30 }, (_, i) => (0.3 * 0.7 ** i) / (1 - 0.7 ** 30)),
  ),
];
