import type { Binning, Profile } from '../domain/profile.ts';
import { categoryCounts, orderedCounts } from '../stats/cells.ts';

/** A bar of the plot: shares are of all rows, missing values included. */
export interface PlotBin {
  readonly label: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly reference: number;
  readonly current: number;
}

const mostInner = 40;
const mostCategories = 40;

/**
 * Two profiles as at most 42 bars for a plot.
 *
 * Numeric: the up to 1,024 equal-mass bins are added up into at most 40 bars of about the same width over the middle
 * 99 % of the reference, with one bar each for what lies further out, below the range and above it. Bars end at edges
 * of the binning, so counts are exact, never interpolated. Categorical: the 40 commonest of either side, the others
 * together, and values the reference had not (`new`).
 */
export function plotBins(binning: Binning, reference: Profile, current: Profile): PlotBin[] {
  const sides = { reference: spread(binning, reference), current: spread(binning, current) };
  return binning.kind === 'numeric'
    ? numericBins(binning.edges, sides)
    : categoryBins(binning.categories, sides);
}

interface Sides {
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Share of all rows in each fine bin, with all that lies beyond the range in the first and the last. */
function spread(binning: Binning, profile: Profile): readonly number[] {
  const cells =
    binning.kind === 'numeric' ? orderedCounts(binning, profile) : categoryCounts(binning, profile);
  return Array.from(cells, count => (profile.n > 0 ? count / profile.n : 0));
}

function numericBins(edges: readonly number[], sides: Sides): PlotBin[] {
  if (edges.length === 0) return [];
  const chosen = chooseEdges(edges, sides.reference);
  const last = edges.length;
  const bins: PlotBin[] = [];
  const bar = (from: number, to: number, low: number | null, high: number | null) =>
    bins.push({
      label: rangeText(low, high),
      low,
      high,
      reference: sum(sides.reference, from, to),
      current: sum(sides.current, from, to),
    });
  if (sides.reference[0]! > 0 || sides.current[0]! > 0) bar(0, 1, null, edges[0]!);
  for (let i = 1; i < chosen.length; i++) {
    // Bins chosen[i-1]+1 .. chosen[i] lie between these two edges.
    bar(chosen[i - 1]! + 1, chosen[i]! + 1, edges[chosen[i - 1]!]!, edges[chosen[i]!]!);
  }
  if (sides.reference[last]! > 0 || sides.current[last]! > 0 || chosen.length === 1)
    bar(last, last + 1, edges[last - 1]!, null);
  return bins;
}

/** Indices of the edges the bars end at: first and last, and those nearest to equal steps over the middle 99 %. */
function chooseEdges(edges: readonly number[], reference: readonly number[]): number[] {
  const last = edges.length - 1;
  if (edges.length <= mostInner) return edges.map((_, index) => index);
  const total = sum(reference, 1, last + 1);
  let [first, final, seen] = [0, last, 0];
  for (let bin = 1; bin <= last; bin++) {
    if (seen + reference[bin]! <= total * 0.005) first = bin;
    if (seen < total * 0.995) final = bin;
    seen += reference[bin]!;
  }
  const inner = mostInner - 2;
  const width = (edges[final]! - edges[first]!) / inner;
  const chosen = new Set([0, first]);
  let at = first;
  for (let step = 1; step < inner; step++) {
    const target = edges[first]! + width * step;
    while (at < final && edges[at + 1]! <= target) at++;
    const next = Math.min(at + 1, final);
    chosen.add(target - edges[at]! <= edges[next]! - target ? at : next);
  }
  return [...chosen, final, last].sort((a, b) => a - b).filter((index, i, all) => index !== all[i - 1]);
}

function categoryBins(categories: readonly string[], sides: Sides): PlotBin[] {
  const bar = (label: string, reference: number, current: number) => ({
    label,
    low: null,
    high: null,
    reference,
    current,
  });
  const all = categories.map((label, i) => bar(label, sides.reference[i]!, sides.current[i]!));
  const ranked = all.sort((a, b) => Math.max(b.reference, b.current) - Math.max(a.reference, a.current));
  const shown = ranked.slice(0, mostCategories);
  const rest = ranked.slice(mostCategories);
  const total = (side: 'reference' | 'current') => rest.reduce((s, one) => s + one[side], 0);
  if (rest.length > 0) shown.push(bar(`${rest.length} others`, total('reference'), total('current')));
  const fresh = categories.length;
  if (sides.reference[fresh]! > 0 || sides.current[fresh]! > 0)
    shown.push(bar('not listed', sides.reference[fresh]!, sides.current[fresh]!));
  return shown;
}

function sum(shares: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += shares[i]!;
  return total;
}

function rangeText(low: number | null, high: number | null): string {
  if (low === null) return `below ${numberText(high!)}`;
  if (high === null) return `above ${numberText(low)}`;
  return `${numberText(low)} to ${numberText(high)}`;
}

function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}
