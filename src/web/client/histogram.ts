/** Shares of frozen bins, prepared for display. */
import type { ShareBin } from './answers.ts';
import { quantity } from './format.ts';

export interface CategoryBar {
  readonly label: string;
  readonly reference: number;
  readonly current: number;
}

/** The categories with the largest share on either side, then the rest in one bar. */
export function categoryBars(bins: readonly ShareBin[], limit = 12): readonly CategoryBar[] {
  const size = (bin: ShareBin) => Math.max(bin.reference, bin.current);
  const sorted = [...bins].sort((a, b) => size(b) - size(a));
  const shown = sorted.length <= limit ? sorted : sorted.slice(0, limit - 1);
  const rest = sorted.slice(shown.length).filter(bin => size(bin) > 0);
  const bars = shown.map(({ label, reference, current }) => ({ label, reference, current }));
  if (rest.length === 0) return bars;
  const sum = (side: 'reference' | 'current') => rest.reduce((total, bin) => total + bin[side], 0);
  const label = `${rest.length} more ${rest.length === 1 ? 'category' : 'categories'}`;
  return [...bars, { label, reference: sum('reference'), current: sum('current') }];
}

export interface EdgeLabel {
  /** Boundary number: i is the left side of bar i, the number of bars the right side of the last. */
  readonly boundary: number;
  readonly text: string;
}

/**
 * Values to write under the boundaries of numeric bars, at most about `count`, evenly spread. Bars are drawn side by side
 * in equal widths, so the boundaries carry the values; those open to one side have none.
 */
export function edgeLabels(bins: readonly ShareBin[], count = 6): readonly EdgeLabel[] {
  const edges = [bins[0]?.low ?? null, ...bins.map(bin => bin.high)];
  const known = edges.flatMap((value, boundary) =>
    value === null ? [] : [{ boundary, text: quantity(value) }],
  );
  const step = Math.max(1, Math.ceil((known.length - 1) / Math.max(1, count - 1)));
  return known.filter((_, i) => i % step === 0);
}

/** `18 to 25`, `below 18`, `90 and above`. */
export function rangeName({ low, high, label }: ShareBin): string {
  if (low === null) return high === null ? label : `below ${quantity(high)}`;
  return high === null ? `${quantity(low)} and above` : `${quantity(low)} to ${quantity(high)}`;
}
