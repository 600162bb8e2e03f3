import type { LabelArrivals } from '../../src/domain/performance.ts';
import { addOutcomes, noOutcomes, type OutcomeSums } from '../../src/stats/performance/outcomes.ts';
import type { PerformanceStore } from '../../src/store/performance.ts';

/** Labelled rows of one hour and version, in sums. */
export interface PutOutcomes {
  readonly model: string;
  readonly environment: string;
  readonly hour: number;
  readonly version?: string;
  readonly sums: Partial<OutcomeSums>;
  /** Labels by how long after the hour they came, in the bins of `arrivalEdges`. */
  readonly arrived?: readonly number[];
}

/** The twin of store/performance.ts: hours are put in as they would have been counted. */
export interface MemoryPerformance extends PerformanceStore {
  put(...outcomes: PutOutcomes[]): Promise<void>;
}

export function createMemoryPerformance(): MemoryPerformance {
  const rows = new Map<string, PutOutcomes & { readonly sums: OutcomeSums }>();
  type Hours = { readonly from: number; readonly to: number };
  type Stream = { readonly model: string; readonly environment: string };
  const within = ({ model, environment }: Stream, { from, to }: Hours) =>
    [...rows.values()]
      .filter(r => r.model === model && r.environment === environment && r.hour >= from && r.hour < to)
      .sort((a, b) => a.hour - b.hour);
  const total = (of: readonly { readonly sums: OutcomeSums }[]) =>
    of.reduce((sum, row) => addOutcomes(sum, row.sums), noOutcomes);
  return {
    labelled: async model => [...rows.values()].some(r => r.model === model && r.sums.labelled > 0),
    counted: async (stream, hours) => new Map(within(stream, hours).map(r => [r.hour, 1n])),
    count: async () => undefined,
    sums: async (stream, periods) =>
      periods.map(period => {
        const found = within(stream, period);
        return found.length === 0 ? null : total(found);
      }),
    blocks: async (stream, hours, seconds) => {
      const blocks = groupBy(within(stream, hours), r => Math.floor(r.hour / seconds) * seconds);
      return [...blocks].map(([start, of]) => ({ start, sums: total(of) }));
    },
    versions: async (stream, hours) => {
      const versions = groupBy(within(stream, hours), r => r.version ?? '');
      return [...versions]
        .map(([version, of]) => ({ version, sums: total(of) }))
        .sort((a, b) => (a.version < b.version ? -1 : 1));
    },
    arrivals: async (stream, hours) =>
      [...groupBy(within(stream, hours), r => r.hour)].map(([hour, of]): LabelArrivals => {
        const { rows: n, labelled } = total(of);
        const arrived = Array.from({ length: 13 }, (_, i) =>
          of.reduce((sum, r) => sum + (r.arrived?.[i] ?? 0), 0),
        );
        return { hour, rows: n, labelled, arrived };
      }),
    put: async (...outcomes) => {
      for (const o of outcomes)
        rows.set(JSON.stringify([o.model, o.environment, o.hour, o.version ?? '']), {
          ...o,
          sums: { ...noOutcomes, ...o.sums },
        });
    },
  };
}

function groupBy<T, K>(values: readonly T[], key: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
