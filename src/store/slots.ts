import type { Database } from './database.ts';

/** How far each schedule has come. */
export interface Slots {
  /** The last slot taken, epoch milliseconds; null for a schedule that is new. */
  last(schedule: string): Promise<number | null>;
  take(schedule: string, slot: number): Promise<void>;
}

/** Slots in ClickHouse; a slot that is taken again, or an older one, changes nothing. */
export function createSlots({ database, db = 'leeway' }: { database: Database; db?: string }): Slots {
  return {
    last: async schedule => {
      const rows = await database.rows<{ n: string; last: string }>(
        `SELECT count() AS n, toUnixTimestamp64Milli(max(slot)) AS last FROM ${db}.schedule_slots
         WHERE schedule = {schedule:String}`,
        { schedule },
      );
      return Number(rows[0]?.n ?? 0) === 0 ? null : Number(rows[0]?.last);
    },
    take: (schedule, slot) =>
      database.insertRows(`${db}.schedule_slots`, [{ schedule, slot: Math.round(slot) }]),
  };
}
