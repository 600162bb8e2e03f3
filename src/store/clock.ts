import type { Database, StoreClock } from './database.ts';

/** The clock of the store itself: every process that writes to one store reads the same one. */
export function createStoreClock(database: Database): StoreClock {
  return {
    now: async () => {
      const [row] = await database.rows<{ now: string }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
      return Number(row!.now);
    },
  };
}
