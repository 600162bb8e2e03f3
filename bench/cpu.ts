/** What a piece of work took. CPU is user and system time of this process: all its threads, the engine's too. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly seconds: number;
}

/** Runs `work` and measures it. */
export async function measure<T>(work: () => T | Promise<T>): Promise<Cost & { readonly value: T }> {
  const before = process.cpuUsage();
  const started = performance.now();
  const value = await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { value, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Adds up the CPU of calls by name, for a breakdown. Calls measured must not overlap: CPU belongs to the process. */
export interface Ledger {
  of<T>(name: string, work: () => T | Promise<T>): Promise<T>;
  /** CPU seconds spent under `name` since the last `clear`. */
  seconds(name: string): number;
  clear(): void;
}

export function createLedger(): Ledger {
  const spent = new Map<string, number>();
  return {
    of: async (name, work) => {
      const { value, cpuSeconds } = await measure(work);
      spent.set(name, (spent.get(name) ?? 0) + cpuSeconds);
      return value;
    },
    seconds: name => spent.get(name) ?? 0,
    clear: () => spent.clear(),
  };
}
