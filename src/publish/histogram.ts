import type { Metric, Registry } from 'prom-client';

export interface HistogramOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  /** Upper bounds, increasing; +Inf is added. */
  readonly buckets: readonly number[];
}

/** One series of a histogram. */
export interface Observer {
  /** Counts a value; not-a-number is passed over. */
  observe(value: number): void;
}

export interface Histogram<L extends string> {
  /** The series with these labels, made when it is new. Keep it: looking it up costs more than observing. */
  with(labels: Readonly<Record<L, string>>): Observer;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: Float64Array;
  sum: number;
}

/**
 * A Prometheus histogram for values that come by the ten thousand: prom-client's own hashes its labels at every value
 * (about a microsecond), this one only when a series is looked up. The text it gives is the same.
 */
export function createHistogram<L extends string>(
  registry: Registry,
  options: HistogramOptions<L>,
): Histogram<L> {
  const { buckets, labelNames } = options;
  const all = new Map<string, Series>();
  const series = (labels: Readonly<Record<L, string>>): Series => {
    const key = JSON.stringify(labelNames.map(name => labels[name]));
    const known = all.get(key);
    if (known !== undefined) return known;
    const made = { labels, counts: new Float64Array(buckets.length + 1), sum: 0 };
    all.set(key, made);
    return made;
  };
  const values = () => [...all.values()].flatMap(one => seriesValues(options.name, buckets, one));
  const metric = {
    name: options.name,
    help: options.help,
    type: 'histogram',
    labelNames,
    aggregator: 'sum',
    get: async () => ({
      name: options.name,
      help: options.help,
      type: 'histogram',
      aggregator: 'sum',
      values: values(),
    }),
    reset: () => all.clear(),
  };
  // The registry asks of a metric only what is above; its type wants the whole class.
  registry.registerMetric(metric as unknown as Metric);
  return {
    with: labels => {
      const one = series(labels);
      return {
        observe: value => {
          if (Number.isNaN(value)) return;
          let index = 0;
          while (index < buckets.length && value > buckets[index]!) index++;
          one.counts[index]!++;
          one.sum += value;
        },
      };
    },
  };
}

function seriesValues(name: string, buckets: readonly number[], { labels, counts, sum }: Series) {
  let below = 0;
  const cumulative = [...counts].map((count, index) => {
    below += count;
    const le = index < buckets.length ? String(buckets[index]) : '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  });
  return [
    ...cumulative,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: below },
  ];
}
