import type { BaselineSubject } from '../../domain/baseline.ts';
import type { Profile } from '../../domain/profile.ts';
import { binOf, createBinLookup } from '../../stats/bin-lookup.ts';
import { namedCategories, numericEdges } from '../../stats/binning.ts';
import { emptyProfile } from '../../stats/profile.ts';
import { binNumbers, createTailBins, tailBinOf } from '../../stats/tail-bins.ts';

/** Numbers of one file. */
export interface NumberSample {
  /** Not-a-number and infinities included. */
  readonly values: Float64Array;
  readonly missing: number;
  /** Texts among the numbers. */
  readonly mismatches: number;
}

/** Texts of one file. */
export interface TextSample {
  readonly counts: ReadonlyMap<string, number>;
  readonly missing: number;
}

/** A column of two files in the bins of the first. */
export interface ProfiledColumn {
  readonly subject: BaselineSubject;
  readonly current: Profile;
  /** Every finite value of either file, rising, when there are few; null otherwise. */
  readonly values: readonly number[] | null;
}

/** Bins of the reference's numbers, and both files in them. */
export function profileNumbers(name: string, reference: NumberSample, current: NumberSample): ProfiledColumn {
  const edges = numericEdges(reference.values);
  const profile = createNumberProfiler(edges);
  const before = profile(reference);
  const binning = {
    subject: `feature:${name}`,
    kind: 'numeric' as const,
    edges,
    categories: [],
    centres: before.centres,
  };
  return {
    subject: { binning, reference: before.profile, noise: '', aside: '' },
    current: profile(current).profile,
    values: fewValues(reference.values, current.values),
  };
}

/** Distinct values that are named one by one. */
const mostValues = 40;

function fewValues(...samples: readonly Float64Array[]): number[] | null {
  const found = new Set<number>();
  for (const sample of samples)
    for (let row = 0; row < sample.length; row++) {
      const value = sample[row]!;
      if (value - value !== 0) continue;
      // 0 and -0 are the same.
      found.add(value + 0);
      if (found.size > mostValues) return null;
    }
  return found.size === 0 ? null : [...found].sort((a, b) => a - b);
}

/** The categories of the reference, and both files in them. */
export function profileTexts(name: string, reference: TextSample, current: TextSample): ProfiledColumn {
  const categories = namedCategories(reference.counts);
  const at = new Map(categories.map((category, i) => [category, i]));
  const binning = {
    subject: `feature:${name}`,
    kind: 'categorical' as const,
    edges: [],
    categories,
    centres: [],
  };
  return {
    subject: { binning, reference: countTexts(at, reference), noise: '', aside: '' },
    current: countTexts(at, current),
    values: null,
  };
}

function countTexts(at: ReadonlyMap<string, number>, { counts, missing }: TextSample): Profile {
  const dense = Array.from({ length: at.size + 1 }, () => 0);
  let total = 0;
  for (const [text, count] of counts) {
    dense[at.get(text) ?? at.size]! += count;
    total += count;
  }
  const bins = [...dense.keys()].filter(bin => dense[bin]! > 0);
  return {
    ...emptyProfile,
    n: total + missing,
    nMissing: missing,
    bins,
    counts: bins.map(bin => dense[bin]!),
  };
}

interface ProfiledSample {
  readonly profile: Profile;
  /** Mean of the values in each bin between the edges. */
  readonly centres: readonly number[];
}

/** Counts numbers in one pass: bins, sub-bins beyond the edges and their sums. */
function createNumberProfiler(edges: readonly number[]): (sample: NumberSample) => ProfiledSample {
  const inside = createBinLookup(edges);
  const outside = createTailBins(edges);
  const last = edges.length;
  return ({ values, missing, mismatches }) => {
    const counts = new Uint32Array(binNumbers(last));
    const sums = new Float64Array(counts.length);
    let sum2 = 0;
    let notNumbers = 0;
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (value - value !== 0) {
        notNumbers++;
        continue;
      }
      let bin = binOf(inside, value);
      if ((bin === 0 || bin === last) && outside !== null) bin = tailBinOf(outside, value);
      counts[bin]! += 1;
      sums[bin]! += value;
      sum2 += value * value;
    }
    const bins: number[] = [];
    for (let bin = 0; bin < counts.length; bin++) if (counts[bin]! > 0) bins.push(bin);
    const profile: Profile = {
      n: values.length + missing + mismatches,
      nMissing: missing,
      nNan: notNumbers,
      nMismatch: mismatches,
      sum: sums.reduce((sum, part) => sum + part, 0),
      sum2,
      bins,
      counts: bins.map(bin => counts[bin]!),
      tailSums: bins.filter(bin => bin > last).map(bin => sums[bin]!),
    };
    return { profile, centres: centresOf(edges, counts, sums) };
  };
}

function centresOf(edges: readonly number[], counts: Uint32Array, sums: Float64Array): number[] {
  return Array.from({ length: Math.max(0, edges.length - 1) }, (_, i) => {
    const [low, high] = [edges[i]!, edges[i + 1]!];
    const mean = sums[i + 1]! / counts[i + 1]!;
    return Number.isFinite(mean) ? Math.min(high, Math.max(low, mean)) : low / 2 + high / 2;
  });
}
