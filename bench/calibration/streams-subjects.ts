import type { BaselineSubject } from '../../src/domain/baseline.ts';
import type { Profile } from '../../src/domain/profile.ts';
import { emptyProfile } from '../../src/stats/profile.ts';
import { fineCells } from './streams-rows.ts';

/** What a feature makes of a value. */
export type Kind = 'continuous' | 'zeros' | 'integers' | 'five categories' | 'twelve categories';
/** Ten features of a stream. */
export const kinds: readonly Kind[] = [
  'continuous',
  'continuous',
  'continuous',
  'continuous',
  'continuous',
  'zeros',
  'zeros',
  'integers',
  'five categories',
  'twelve categories',
];
const mostBins = 64;

/** A subject of a baseline and the way from fine cells to its bins. */
export interface Cut {
  readonly subject: BaselineSubject;
  profileOf(fine: ArrayLike<number>): Profile;
}

/** Cuts a subject from the rows of its reference: bins of equal mass, or categories. */
export function cutSubject(at: number, reference: ArrayLike<number>): Cut {
  const kind = kinds[at]!;
  const name = `feature:${kind.replaceAll(' ', '-')}-${at}`;
  const values = valuesOf(kind);
  return kind.endsWith('categories')
    ? cutCategories(name, values, reference)
    : cutNumbers(name, values, reference);
}

/** Value (a whole number that never falls) of every fine cell. */
function valuesOf(kind: Kind): Int16Array {
  const sd = (cell: number) => (cell + 0.5) / 20 - 7;
  if (kind === 'continuous') return Int16Array.from({ length: fineCells }, (_, cell) => cell);
  // 70 % at the lowest value.
  if (kind === 'zeros') return Int16Array.from({ length: fineCells }, (_, cell) => Math.max(cell, 150));
  if (kind === 'integers')
    return Int16Array.from({ length: fineCells }, (_, cell) =>
      Math.max(0, Math.min(7, Math.round(2.5 + 1.5 * sd(cell)))),
    );
  const limits = kind === 'five categories' ? [0, 0.85, 1.65, 2.5] : zipfLimits(12);
  return Int16Array.from(
    { length: fineCells },
    (_, cell) => limits.filter(limit => sd(cell) >= limit).length,
  );
}

/** Where a normal value must be cut so that categories have shares as 1, 1/2, 1/3, ... (logistic approximation). */
function zipfLimits(categories: number): number[] {
  const shares = Array.from({ length: categories }, (_, i) => 1 / (i + 1));
  const all = shares.reduce((sum, share) => sum + share, 0);
  let below = 0;
  return shares.slice(0, -1).map(share => {
    below += share / all;
    return Math.log(below / (1 - below)) / 1.702;
  });
}

function cutNumbers(name: string, values: Int16Array, reference: ArrayLike<number>): Cut {
  const byValue = new Float64Array(fineCells + 1);
  let rows = 0;
  for (let cell = 0; cell < fineCells; cell++) {
    byValue[values[cell]!]! += reference[cell]!;
    rows += reference[cell]!;
  }
  const edges: number[] = [];
  let held = 0;
  let last = 0;
  byValue.forEach((count, value) => {
    if (count === 0) return;
    if (edges.length === 0) edges.push(value);
    else if (held >= rows / mostBins) {
      edges.push(value);
      held = 0;
    }
    held += count;
    last = value;
  });
  edges.push(last + 1);
  const k = edges.length;
  const bins = Int16Array.from(values, value => {
    let bin = 0;
    while (bin < k && value >= edges[bin]!) bin++;
    return bin;
  });
  const centres = edges.slice(1).map((edge, i) => (edge + edges[i]!) / 2);
  const binning = { subject: name, kind: 'numeric', edges, categories: [], centres } as const;
  const profileOf = (fine: ArrayLike<number>) => profileBy(bins, k + 1, fine);
  return { subject: { binning, reference: profileOf(reference), noise: '', aside: '' }, profileOf };
}

function cutCategories(name: string, values: Int16Array, reference: ArrayLike<number>): Cut {
  const counts = new Map<number, number>();
  for (let cell = 0; cell < fineCells; cell++)
    if (reference[cell]! > 0) counts.set(values[cell]!, (counts.get(values[cell]!) ?? 0) + reference[cell]!);
  const known = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([value]) => value);
  const place = new Map(known.map((value, i) => [value, i]));
  const bins = Int16Array.from(values, value => place.get(value) ?? known.length);
  const categories = known.map(value => `value ${value}`);
  const binning = { subject: name, kind: 'categorical', edges: [], categories, centres: [] } as const;
  const profileOf = (fine: ArrayLike<number>) => profileBy(bins, known.length + 1, fine);
  return { subject: { binning, reference: profileOf(reference), noise: '', aside: '' }, profileOf };
}

function profileBy(binOf: Int16Array, size: number, fine: ArrayLike<number>): Profile {
  const counts = new Float64Array(size);
  for (let cell = 0; cell < fineCells; cell++) counts[binOf[cell]!]! += fine[cell]!;
  return profileFrom(counts);
}

/** Profile from the counts of all bins. */
export function profileFrom(all: Float64Array): Profile {
  const bins: number[] = [];
  const counts: number[] = [];
  let n = 0;
  for (let bin = 0; bin < all.length; bin++) {
    if (all[bin] === 0) continue;
    bins.push(bin);
    counts.push(all[bin]!);
    n += all[bin]!;
  }
  return { ...emptyProfile, n, bins, counts };
}
