import type { Binning, Profile } from '../../domain/profile.ts';
import type { Bars, CategoricalShape, NumericShape, Shares } from '../../report/comparison.ts';
import { outerCell } from '../../stats/tail-bins.ts';
import type { ProfiledColumn, TextSample } from './column-profile.ts';

/** Bars of a histogram, and categories that have a bar of their own. */
const mostBars = 40;
const mostCategories = 20;
/** Bars of a column of few values that lie unevenly. */
const mostFineBars = 160;
/** Share of either file's values left to the outer bars on each side. */
const outside = 0.005;
/** Values that the range of the bars is chosen from; evenly spread over the rows. */
const sampled = 20_000;
/** Points of the cumulative curves. */
const mostPoints = 160;

/** Histogram and cumulative curves of a column of numbers; null when neither file has one. */
export function numericShape(
  { subject, current, values }: ProfiledColumn,
  sides: { readonly reference: Float64Array; readonly current: Float64Array },
): NumericShape | null {
  const samples = [sampleOf(sides.reference), sampleOf(sides.current)] as const;
  const filled = samples.filter(sample => sample.length > 0);
  if (filled.length === 0) return null;
  const at = (share: number, round: (place: number) => number) =>
    filled.map(sample => sample[round(share * (sample.length - 1))]!);
  const range = {
    low: Math.min(...at(outside, Math.floor)),
    high: Math.max(...at(1 - outside, Math.ceil)),
  };
  const whole = filled.every(sample => sample.every(value => Number.isInteger(value)));
  const few = values === null ? null : valueBars(values, range);
  if (few !== null && values !== null) {
    const bars = {
      ...countBars(few, sides, null),
      values: values.filter(v => v >= few.low && v <= few.high),
    };
    return { kind: 'numeric', bars, logBars: null, curve: stepsOf(bars, sides) };
  }
  const plan = whole ? wholeBars(range) : evenBars(range);
  const bars = countBars(plan, sides, null);
  const middle = Math.max(...at(0.5, Math.floor));
  const skewed = range.low > 0 && middle - range.low < 0.15 * (range.high - range.low);
  return {
    kind: 'numeric',
    bars,
    logBars: skewed ? logBarsOf(range, sides) : null,
    curve: curveOf(subject.binning, { reference: subject.reference, current }, bars),
  };
}

function sampleOf(values: Float64Array): Float64Array {
  const step = Math.max(1, Math.floor(values.length / sampled));
  const taken = new Float64Array(Math.ceil(values.length / step));
  let filled = 0;
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i]!)) taken[filled++] = values[i]!;
  return taken.subarray(0, filled).sort();
}

interface BarPlan {
  readonly low: number;
  readonly high: number;
  readonly bars: number;
}

/** Bars for few values, each near the middle of one; null when they lie too close together, or apart, to be told. */
function valueBars(
  values: readonly number[],
  range: { readonly low: number; readonly high: number },
): BarPlan | null {
  const inside = values.filter(value => value >= range.low && value <= range.high);
  const [low, high] = [inside[0], inside.at(-1)];
  if (low === undefined || high === undefined) return null;
  const gaps = inside.slice(1).map((value, i) => value - inside[i]!);
  const gap = gaps.length === 0 ? Math.max(1, Math.abs(low) * 0.01) : Math.min(...gaps);
  const even = inside.every(value => Math.abs((value - low) / gap - Math.round((value - low) / gap)) < 1e-6);
  const wide = even && (high - low) / gap < mostBars;
  const width = wide ? gap : (high - low) / mostFineBars;
  const bars = Math.round((high - low) / width) + 1;
  const plan = { low: low - width / 2, high: low - width / 2 + bars * width, bars };
  const told =
    width <= gap && plan.low < low && plan.high > high && Number.isFinite(bars / (plan.high - plan.low));
  return told ? plan : null;
}

function evenBars({ low, high }: { low: number; high: number }): BarPlan {
  if (Number.isFinite(high - low) && Number.isFinite(mostBars / (high - low)))
    return { low, high, bars: mostBars };
  const half = Math.max(Math.abs(low) * 0.01, Number.MIN_VALUE * 2 ** 60);
  return Number.isFinite(high - low)
    ? { low: low - half, high: low + half, bars: 3 }
    : { low: low / 4, high: high / 4, bars: mostBars };
}

/** Bars of whole numbers hold equally many of them. */
function wholeBars({ low, high }: { low: number; high: number }): BarPlan {
  const width = Math.ceil((high - low + 1) / mostBars);
  if (!Number.isFinite(width) || low - 0.5 === low || high - 0.5 === high) return evenBars({ low, high });
  const bars = Math.ceil((high - low + 1) / width);
  return { low: low - 0.5, high: low - 0.5 + bars * width, bars };
}

function logBarsOf(
  { low, high }: { low: number; high: number },
  sides: { readonly reference: Float64Array; readonly current: Float64Array },
): Bars {
  const plan = { low: Math.log(low), high: Math.log(high), bars: mostBars };
  return { ...countBars(plan, sides, value => (value > 0 ? Math.log(value) : -Infinity)), low, high };
}

function countBars(
  plan: BarPlan,
  sides: { readonly reference: Float64Array; readonly current: Float64Array },
  place: ((value: number) => number) | null,
): Bars {
  const reference = countSide(plan, sides.reference, place);
  const current = countSide(plan, sides.current, place);
  const shares = Array.from({ length: plan.bars + 2 }, (_, i) => ({
    reference: reference[i]!,
    current: current[i]!,
  }));
  return {
    low: plan.low,
    high: plan.high,
    values: null,
    shares: shares.slice(1, -1),
    below: shares[0]!,
    above: shares.at(-1)!,
  };
}

/** Shares of the finite values below, in each bar, and above. */
function countSide(
  { low, high, bars }: BarPlan,
  values: Float64Array,
  place: ((value: number) => number) | null,
): Float64Array {
  const counts = new Float64Array(bars + 2);
  const scale = bars / (high - low);
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (value - value !== 0) continue;
    const x = place === null ? value : place(value);
    const bar = x < low ? 0 : x > high ? bars + 1 : 1 + Math.min(bars - 1, Math.floor((x - low) * scale));
    counts[bar]! += 1;
    total += 1;
  }
  return total === 0 ? counts : counts.map(count => count / total);
}

/** Both cumulative curves at each value of few, from one end of the bars. */
function stepsOf(
  { low, values }: Bars,
  sides: { readonly reference: Float64Array; readonly current: Float64Array },
): NumericShape['curve'] {
  const at = [low, ...values!];
  const below = (sample: Float64Array) => {
    const counts = new Float64Array(at.length + 1);
    let total = 0;
    for (let row = 0; row < sample.length; row++) {
      const value = sample[row]!;
      if (value - value !== 0) continue;
      const place = at.findIndex(x => value <= x);
      counts[place < 0 ? at.length : place]! += 1;
      total += 1;
    }
    let sum = 0;
    return counts.map(count => (total === 0 ? 0 : (sum += count) / total));
  };
  const [reference, current] = [below(sides.reference), below(sides.current)];
  return at.map((x, i) => ({ x, reference: reference[i]!, current: current[i]! }));
}

/** Both cumulative curves at edges of the binning, which are exact there. */
function curveOf(
  { edges }: Binning,
  sides: { readonly reference: Profile; readonly current: Profile },
  { low, high }: Bars,
): NumericShape['curve'] {
  const reference = cumulative(edges.length, sides.reference);
  const current = cumulative(edges.length, sides.current);
  const inside = [...edges.keys()].filter(i => edges[i]! >= low && edges[i]! <= high);
  const step = Math.max(1, Math.ceil(inside.length / mostPoints));
  return inside
    .filter((_, i) => i % step === 0 || i === inside.length - 1)
    .map(i => ({ x: edges[i]!, reference: reference[i]!, current: current[i]! }));
}

/** Share of the values below each edge; the last one holds its own value too. */
function cumulative(edges: number, profile: Profile): Float64Array {
  const cells = new Float64Array(edges + 1);
  let total = 0;
  for (const [i, bin] of profile.bins.entries()) {
    cells[outerCell(bin, edges)]! += profile.counts[i]!;
    total += profile.counts[i]!;
  }
  let below = 0;
  return cells.map(count => (total === 0 ? 0 : (below += count) / total));
}

/** Bars of the categories with the largest shares in either file, in the order of the reference. */
export function categoricalShape(reference: TextSample, current: TextSample): CategoricalShape | null {
  const totals = { reference: sumOf(reference), current: sumOf(current) };
  const shareOf = (name: string): Shares => ({
    reference: (reference.counts.get(name) ?? 0) / Math.max(1, totals.reference),
    current: (current.counts.get(name) ?? 0) / Math.max(1, totals.current),
  });
  const names = new Set([...reference.counts.keys(), ...current.counts.keys()]);
  if (names.size === 0) return null;
  const all = [...names].map(name => ({ name, ...shareOf(name) }));
  const larger = (bar: Shares) => Math.max(bar.reference, bar.current);
  all.sort((a, b) => larger(b) - larger(a) || (a.name < b.name ? -1 : 1));
  const kept = all.slice(0, mostCategories);
  const rest = all.slice(mostCategories);
  kept.sort((a, b) => b.reference - a.reference || b.current - a.current || (a.name < b.name ? -1 : 1));
  const others = {
    categories: rest.length,
    reference: rest.reduce((sum, bar) => sum + bar.reference, 0),
    current: rest.reduce((sum, bar) => sum + bar.current, 0),
  };
  return { kind: 'categorical', bars: kept, others: rest.length === 0 ? null : others };
}

function sumOf({ counts }: TextSample): number {
  let sum = 0;
  for (const count of counts.values()) sum += count;
  return sum;
}
