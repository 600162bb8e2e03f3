import type { Database, StoreClock } from './database.ts';
import { keyOf, type TouchedBucket } from './labels.ts';
import { createTouchedStore } from './touched.ts';

/** Ids that must not come back. An erasure of `id` covers every `id#k`, the rows of a record that held several. */
export interface Erasures {
  has(model: string, id: string): boolean;
  /** Reads those that other processes have added. */
  refresh(): Promise<void>;
  /** Keeps the id out, removes its rows and labels, and marks their buckets. Safe to repeat after a failure. */
  erase(model: string, id: string): Promise<void>;
}

/** Loads the erased ids. */
export async function createErasures(deps: {
  database: Database;
  db: string;
  storeClock: StoreClock;
}): Promise<Erasures> {
  const { database, db, storeClock } = deps;
  const touched = createTouchedStore(deps);
  let keys = new Map<string, Set<string>>();
  const add = (to: Map<string, Set<string>>, model: string, key: string) => {
    const set = to.get(model);
    if (set === undefined) to.set(model, new Set([key]));
    else set.add(key);
  };
  const refresh = async () => {
    const next = new Map<string, Set<string>>();
    const rows = await database.rows<{ model: string; key: string }>(
      `SELECT DISTINCT model, hex(e.key) AS key FROM ${db}.erasures AS e`,
    );
    for (const row of rows) add(next, row.model, row.key);
    keys = next;
  };
  await refresh();
  const matches = `model = {model:String} AND (id = {id:String} OR (startsWith(id, concat({id:String}, '#'))
    AND match(substring(id, length({id:String}) + 2), '^[0-9]+$')))`;
  return {
    refresh,
    has: (model, id) => {
      const set = keys.get(model);
      if (set === undefined) return false;
      if (set.has(keyOf(id))) return true;
      const whole = /^(.*)#\d+$/s.exec(id)?.[1];
      return whole !== undefined && set.has(keyOf(whole));
    },
    erase: async (model, id) => {
      const key = keyOf(id);
      const at = Math.round(await storeClock.now());
      await database.command(
        `INSERT INTO ${db}.erasures (model, key, at) SELECT {model:String}, unhex({key:String}), fromUnixTimestamp64Milli(toInt64({at:Int64}))`,
        { model, key, at },
      );
      add(keys, model, key);
      const buckets = await database.rows<TouchedBucket>(
        `SELECT DISTINCT model, environment, toUnixTimestamp(bucket) AS bucket FROM ${db}.inferences WHERE ${matches}`,
        { model, id },
      );
      // Marked before as well: a crash between the deletion and the mark after it must not leave stale profiles.
      await touched.mark(buckets, await storeClock.now());
      // By partition: a deletion without one rewrites something in every part of the table.
      for (const partition of new Set(buckets.map(b => dayOf(b.bucket))))
        await database.command(`DELETE FROM ${db}.inferences IN PARTITION ${partition} WHERE ${matches}`, {
          model,
          id,
        });
      await database.command(`DELETE FROM ${db}.labels WHERE ${matches}`, { model, id });
      await touched.mark(buckets, await storeClock.now());
    },
  };
}

/** The partition of `inferences` that holds a bucket: its day as yyyymmdd. */
function dayOf(bucket: number): number {
  return Number(new Date(bucket * 1000).toISOString().slice(0, 10).replaceAll('-', ''));
}
