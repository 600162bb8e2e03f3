/** One thing measured, several times. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One value a run. */
  readonly values: readonly number[];
  /** What it should come to, and which way is better; absent: shown for comparison only. */
  readonly goal?: { readonly value: number; readonly better: 'less' | 'more' };
  /** Same work, other measure: one ratio a run, taken within the run, e.g. to JSON.parse alone. */
  readonly ratio?: { readonly to: string; readonly values: readonly number[] };
}

/** Where the time of one figure goes, in its unit of cost. */
export interface Breakdown {
  readonly title: string;
  readonly unit: string;
  readonly parts: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** What a scenario found out; each runs in a process of its own. */
export interface Report {
  readonly figures: readonly Figure[];
  readonly breakdowns: readonly Breakdown[];
  /** Plain sentences: what was measured and how. */
  readonly notes: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Turns a list of runs (name to value) into one list of values a name, in the order of the first run. */
export function byName(runs: readonly Readonly<Record<string, number>>[]): Map<string, number[]> {
  const names = Object.keys(runs[0] ?? {});
  return new Map(names.map(name => [name, runs.map(run => run[name] ?? 0)]));
}

/** Largest memory this process ever held, as a figure. */
export function peakMemory(of: string): Figure {
  const megabytes = (process.resourceUsage().maxRSS * 1024) / 1e6;
  return { name: `peak memory, ${of}`, unit: 'MB', values: [megabytes] };
}
