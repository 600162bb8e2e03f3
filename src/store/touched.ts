import type { Database } from './database.ts';
import { chunks } from './inferences.ts';
import type { TouchedBucket } from './labels.ts';

/** The marks that make buckets due. */
export interface TouchedStore {
  /**
   * Marks buckets as changed at `now` (the store's clock, read after their rows were in). The mark is raised above the
   * model's last recorded run start, so that a clock stepped back loses nothing.
   */
  mark(buckets: readonly TouchedBucket[], now: number | Promise<number>): Promise<void>;
  /** Every model and environment that ever had a row. */
  streams(): Promise<{ readonly model: string; readonly environment: string }[]>;
}

export function createTouchedStore({ database, db }: { database: Database; db: string }): TouchedStore {
  const lastStarts = async (models: string[]): Promise<Map<string, number>> => {
    const rows = await database.rows<{ model: string; started: string }>(
      `SELECT model, toUnixTimestamp64Milli(max(started)) AS started FROM ${db}.profile_runs
       WHERE model IN {models:Array(String)} GROUP BY model`,
      { models },
    );
    return new Map(rows.map(row => [row.model, Number(row.started)]));
  };
  return {
    mark: async (buckets, now) => {
      const distinct = [
        ...new Map(buckets.map(b => [JSON.stringify([b.model, b.environment, b.bucket]), b])).values(),
      ];
      if (distinct.length === 0) return;
      // Both at once: where every statement takes long, senders wait for fewer of them.
      const [read, starts] = await Promise.all([now, lastStarts([...new Set(distinct.map(b => b.model))])]);
      const rows = distinct.map(({ model, environment, bucket }) => ({
        model,
        environment,
        bucket,
        at: Math.max(Math.round(read), (starts.get(model) ?? 0) + 1),
      }));
      for (const part of chunks(rows, 20_000)) await database.insertRows(`${db}.touched`, part);
    },
    streams: () => database.rows(`SELECT DISTINCT model, environment FROM ${db}.touched`),
  };
}
