import type { RowCounter } from '../../act/consider.ts';
import type { StreamBaseline, StreamStart } from '../../detect/ports.ts';

/** Where rows and labels were counted. */
export interface RowHistory {
  readonly windows: {
    streams(): Promise<readonly StreamStart[]>;
    coverage(
      of: StreamBaseline,
      from: number,
    ): Promise<{ readonly hours: readonly { readonly hour: number; readonly counted?: number }[] }>;
  };
  readonly labelCounts: { between(model: string, from: number, to: number): Promise<number> };
}

const hourSeconds = 3600;

/** Rows by the hours that were profiled, read once: an episode asks for them with every window. */
export async function rowCounts(
  storage: RowHistory,
  {
    model,
    environment,
    from,
  }: { readonly model: string; readonly environment: string; readonly from: number },
): Promise<RowCounter> {
  const begin = Math.floor(from / 1000) - 60 * 86_400;
  const { hours } = await storage.windows.coverage({ model, environment, baseline: 0 }, Math.max(0, begin));
  const labels = new Map<string, Promise<number>>();
  return {
    rows: async period =>
      hours
        .filter(({ hour }) => hour * 1000 < period.to && (hour + hourSeconds) * 1000 > period.from)
        .reduce((sum, { counted = 0 }) => sum + counted, 0),
    labels: period => {
      const key = `${period.from}/${period.to}`;
      const known = labels.get(key) ?? storage.labelCounts.between(period.model, period.from, period.to);
      labels.set(key, known);
      return known;
    },
  };
}
