import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Percentiles shown, as shares of 100. */
export const shownPercentiles = [50, 66, 75, 80, 90, 95, 98, 99, 99.9, 99.99, 100] as const;

/** Latencies of sends, milliseconds, in bounded memory: Node's own HDR histogram, three digits exact, up to an hour. */
export interface Latencies {
  record(milliseconds: number): void;
  /** 0 when nothing was recorded. */
  percentile(percent: number): number;
  readonly count: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  reset(): void;
}

const micro = 1000;
const longest = 3_600_000 * micro;

export function createLatencies(): Latencies {
  const histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: longest, figures: 3 });
  let longestSeen = 0;
  const shown = (value: number) => (histogram.count === 0 ? 0 : value / micro);
  return {
    record: milliseconds => {
      longestSeen = Math.max(longestSeen, milliseconds);
      histogram.record(Math.min(longest, Math.max(1, Math.round(milliseconds * micro))));
    },
    // A cell of the histogram may reach beyond what was seen.
    percentile: percent =>
      percent >= 100 ? longestSeen : Math.min(longestSeen, shown(histogram.percentile(percent))),
    get count() {
      return histogram.count;
    },
    get mean() {
      return shown(histogram.mean);
    },
    get least() {
      return shown(histogram.min);
    },
    get most() {
      return longestSeen;
    },
    reset: () => {
      longestSeen = 0;
      histogram.reset();
    },
  };
}
