import type { Binning, Profile } from '../domain/profile.ts';
import { binOf, createBinLookup } from '../stats/bin-lookup.ts';
import { categoryCounts, cellsOf } from '../stats/cells.ts';
import { createTailBins, tailBinOf } from '../stats/tail-bins.ts';

/**
 * A profile in the bins of another baseline. The rows of a bin are put where their mean lies, so a row near an edge may
 * land one bin beside its own: with bins of a thousandth of the rows an effect is off by a few thousandths at most, and
 * by nothing where each value has a bin of its own.
 */
export function rebin(profile: Profile, from: Binning, to: Binning): Profile {
  return from.kind === 'categorical' ? categories(profile, from, to) : numbers(profile, from, to);
}

function categories(profile: Profile, from: Binning, to: Binning): Profile {
  const counts = categoryCounts(from, profile);
  const places = new Map(to.categories.map((name, bin) => [name, bin]));
  const found = new Map<number, number>();
  for (let i = 0; i < counts.length; i++) {
    const name = from.categories[i];
    const bin = (name === undefined ? undefined : places.get(name)) ?? to.categories.length;
    if (counts[i]! > 0) found.set(bin, (found.get(bin) ?? 0) + counts[i]!);
  }
  return { ...profile, ...sorted(found), tailSums: [] };
}

function numbers(profile: Profile, from: Binning, to: Binning): Profile {
  const { values, current } = cellsOf(from, profile, profile);
  const lookup = createBinLookup(to.edges);
  const tails = createTailBins(to.edges);
  const k = to.edges.length;
  const found = new Map<number, number>();
  const sums = new Map<number, number>();
  for (let i = 0; i < current.length; i++) {
    const [value, count] = [values[i]!, current[i]!];
    if (count === 0) continue;
    const inner = binOf(lookup, value);
    const outside = inner === 0 || inner === k;
    const bin = outside && tails !== null ? tailBinOf(tails, value) : inner;
    found.set(bin, (found.get(bin) ?? 0) + count);
    if (bin > k) sums.set(bin, (sums.get(bin) ?? 0) + count * value);
  }
  const cells = sorted(found);
  return { ...profile, ...cells, tailSums: cells.bins.filter(bin => bin > k).map(bin => sums.get(bin)!) };
}

function sorted(found: ReadonlyMap<number, number>): Pick<Profile, 'bins' | 'counts'> {
  const entries = [...found].sort((a, b) => a[0] - b[0]);
  return { bins: entries.map(([bin]) => bin), counts: entries.map(([, count]) => count) };
}
