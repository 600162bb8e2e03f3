import type { Progress } from '../domain/record.ts';
import type { Database } from './database.ts';

/** How far every partition of every source was read. */
export interface ProgressStore {
  /** Replaces the progress of these partitions; `at` is the store's clock. */
  write(progress: readonly Progress[], at: number): Promise<void>;
  /** The last progress of each partition, with when it was written (store's clock, epoch milliseconds). */
  all(): Promise<(Progress & { readonly at: number })[]>;
}

export function createProgressStore({ database, db }: { database: Database; db: string }): ProgressStore {
  let lastAt = 0;
  return {
    write: async (progress, at) => {
      // Later progress must win even when the clock stands still or steps back.
      lastAt = Math.max(Math.round(at), lastAt + 1);
      const last = new Map(progress.map(p => [JSON.stringify([p.source, p.partition]), p]));
      await database.insertRows(
        `${db}.progress`,
        [...last.values()].map(p => ({
          source: p.source,
          partition: p.partition,
          position: p.position,
          watermark: Math.round(p.watermark),
          lag: Math.round(p.lag),
          at: lastAt,
        })),
      );
    },
    all: async () => {
      const rows = await database.rows<
        Record<'source' | 'partition' | 'position' | 'watermark' | 'lag' | 'at', string>
      >(
        `SELECT source, partition, position, toUnixTimestamp64Milli(watermark) AS watermark, lag,
           toUnixTimestamp64Milli(p.at) AS at
         FROM ${db}.progress AS p FINAL ORDER BY source, partition`,
      );
      return rows.map(row => ({
        ...row,
        watermark: Number(row.watermark),
        lag: Number(row.lag),
        at: Number(row.at),
      }));
    },
  };
}
