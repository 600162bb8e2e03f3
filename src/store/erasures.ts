import type { Database, StoreClock } from './database.ts';
import { createErasedRows, type Removed } from './erased-rows.ts';
import { chunks } from './inferences.ts';
import { keyOf } from './labels.ts';

/** The forms of one id: as rows may be stored under it, and as it would come in again. They differ under field rules. */
export interface ErasedId {
  readonly stored: readonly string[];
  readonly coming: readonly string[];
}

/** Ids that must not come back. An erasure of `id` covers every `id#k`, the rows of a record that held several. */
export interface Erasures {
  has(model: string, id: string): boolean;
  /** Learns those that other processes have added: asked before every insert, so it reads them only when there are any. */
  refresh(): Promise<void>;
  /**
   * Keeps the ids out, then removes their rows and labels and marks their buckets. Safe to repeat, after a failure too.
   *
   * @param settled called once they are kept out: resolves when no insert that began before is under way any more
   */
  erase(model: string, ids: readonly ErasedId[], settled?: () => Promise<void>): Promise<Removed>;
  /** Removes what came in while an erasure was on its way to other processes. `since`: store's clock, milliseconds. */
  sweep(since: number): Promise<Removed>;
}

/** Payloads of rejects are cleared up to so long after an erasure: other processes were inserting then. Milliseconds. */
const underWayMs = 600_000;

/** Ids of one round: a handful of statements each, whose text stays far below what ClickHouse takes. */
export const idsAtOnce = 1000;

const nothing: Removed = { rows: 0, labels: 0, rejects: 0 };

/** Loads the erased ids. */
export async function createErasures(deps: {
  database: Database;
  db: string;
  storeClock: StoreClock;
}): Promise<Erasures> {
  const { database, db, storeClock } = deps;
  const erased = createErasedRows(deps);
  const known = await createKnown(database, db);
  const eraseSome = async (
    model: string,
    ids: readonly ErasedId[],
    settled: () => Promise<void>,
  ): Promise<Removed> => {
    const coming = [...new Set(ids.flatMap(id => id.coming).map(keyOf))];
    await database.command(
      `INSERT INTO ${db}.erasures (model, key, at) SELECT {model:String}, unhex(arrayJoin({keys:Array(String)})), fromUnixTimestamp64Milli(toInt64({at:Int64}))`,
      { model, keys: coming, at: Math.round(await storeClock.now()) },
    );
    known.add(model, coming);
    await settled();
    const forms = ids.flatMap(id => id.stored);
    const removed = await erased.remove(model, [...new Set(forms.map(keyOf))]);
    return { ...removed, rejects: await erased.clearRejects(await storeClock.now()) };
  };
  return {
    has: (model, id) => {
      if (known.has(model, keyOf(id))) return true;
      const whole = /^(.*)#\d+$/s.exec(id)?.[1];
      return whole !== undefined && known.has(model, keyOf(whole));
    },
    refresh: known.refresh,
    erase: async (model, ids, settled = async () => undefined) => {
      let all = nothing;
      for (const part of chunks(ids, idsAtOnce)) all = added(all, await eraseSome(model, part, settled));
      return all;
    },
    sweep: async since => {
      const recent = await database.rows<{ model: string; keys: string[]; last: string }>(
        `SELECT model, groupUniqArray(hex(e.key)) AS keys, toUnixTimestamp64Milli(max(e.at)) AS last FROM ${db}.erasures AS e
         WHERE e.at >= fromUnixTimestamp64Milli(toInt64({since:Int64})) GROUP BY model ORDER BY model`,
        { since: Math.round(since) },
      );
      if (recent.length === 0) return nothing;
      const last = Math.max(...recent.map(each => Number(each.last)));
      let all: Removed = { ...nothing, rejects: await erased.clearRejects(last + underWayMs) };
      for (const { model, keys } of recent)
        for (const part of chunks(keys, idsAtOnce))
          all = added(all, { ...(await erased.remove(model, part)), rejects: 0 });
      return all;
    },
  };
}

function added(a: Removed, b: Removed): Removed {
  return { rows: a.rows + b.rows, labels: a.labels + b.labels, rejects: a.rejects + b.rejects };
}

/** Keys of erased ids by model, read again when the table has changed. */
async function createKnown(database: Database, db: string) {
  let keys = new Map<string, Set<string>>();
  let read = '';
  const add = (to: Map<string, Set<string>>, model: string, some: readonly string[]) => {
    const set = to.get(model) ?? new Set();
    for (const key of some) set.add(key);
    to.set(model, set);
  };
  const refresh = async () => {
    const [stand] = await database.rows<{ n: string; at: string }>(
      `SELECT count() AS n, toUnixTimestamp64Milli(max(e.at)) AS at FROM ${db}.erasures AS e`,
    );
    const now = JSON.stringify(stand);
    if (now === read) return;
    const next = new Map<string, Set<string>>();
    const rows = await database.rows<{ model: string; key: string }>(
      `SELECT DISTINCT model, hex(e.key) AS key FROM ${db}.erasures AS e`,
    );
    for (const row of rows) add(next, row.model, [row.key]);
    keys = next;
    read = now;
  };
  await refresh();
  return {
    refresh,
    add: (model: string, some: readonly string[]) => add(keys, model, some),
    has: (model: string, key: string) => keys.get(model)?.has(key) === true,
  };
}
