import type { Database, StoreClock } from './database.ts';
import { chunks } from './inferences.ts';
import type { TouchedBucket } from './labels.ts';
import { createTouchedStore } from './touched.ts';

/** What an erasure has removed, copies counted once. */
export interface Removed {
  readonly rows: number;
  readonly labels: number;
  /** Rejects whose kept payload was cleared, of whichever id it was. */
  readonly rejects: number;
}

type RowsRemoved = Omit<Removed, 'rejects'>;

/**
 * Removes the rows of erased ids. Statements name the hashes of the ids that were found and never the ids: a deletion
 * is kept as text beside the data it changed.
 */
export function createErasedRows(deps: { database: Database; db: string; storeClock: StoreClock }) {
  const { database, db, storeClock } = deps;
  const touched = createTouchedStore(deps);

  /** @param keys hashes of ids, upper-case hex */
  const remove = async (model: string, keys: readonly string[]): Promise<RowsRemoved> => {
    if (keys.length === 0) return { rows: 0, labels: 0 };
    const found = await database.rows<FoundBucket>(
      `SELECT environment, toUnixTimestamp(bucket) AS bucket, groupUniqArray(hex(key)) AS keys,
         uniqExact(key, version, time) AS rows
       FROM ${db}.inferences WHERE ${ofIds} GROUP BY environment, bucket ORDER BY bucket`,
      { model, keys },
    );
    const buckets = found.map(({ environment, bucket }): TouchedBucket => ({ model, environment, bucket }));
    // Marked before as well: a crash between the deletion and the mark after it must not leave stale profiles.
    if (buckets.length > 0) await touched.mark(buckets, await storeClock.now());
    for (const { partition, own } of deletionsOf(found))
      await database.command(`DELETE FROM ${db}.inferences ${partition} WHERE ${ofKeys}`, {
        model,
        keys: own,
      });
    const labels = await removeLabels(database, db, { model, keys });
    if (buckets.length > 0) await touched.mark(buckets, await storeClock.now());
    return { rows: found.reduce((sum, { rows }) => sum + Number(rows), 0), labels };
  };

  return { remove, clearRejects: (until: number) => clearRejects(database, db, until) };
}

interface FoundBucket {
  readonly environment: string;
  readonly bucket: number;
  readonly keys: readonly string[];
  readonly rows: string;
}

/** The rows of these ids and those of records that held several, `id#0`, `id#1`, ... */
const ofIds = `model = {model:String} AND (key IN (SELECT toFixedString(unhex(arrayJoin({keys:Array(String)})), 16))
  OR (position(id, '#') > 0 AND MD5(replaceRegexpOne(id, '#[0-9]+$', '')) IN (SELECT toFixedString(unhex(arrayJoin({keys:Array(String)})), 16))))`;
const ofKeys = 'model = {model:String} AND hex(key) IN {keys:Array(String)}';

/** Keys of one statement, so that its text stays below what ClickHouse takes. */
const keysAtOnce = 4000;

/** Up to so many days are deleted from one by one, so that the parts of others are not looked at. */
const daysApart = 3;

interface Deletion {
  /** Clause of the statement. */
  readonly partition: string;
  readonly own: readonly string[];
}

/**
 * A deletion rewrites the small parts it touches, and each statement waits for its own: of many days one statement takes
 * a fraction of the time. A partition of `inferences` is a day as yyyymmdd.
 */
function deletionsOf(found: readonly FoundBucket[]): Deletion[] {
  const days = new Map<string, Set<string>>();
  for (const { bucket, keys } of found) {
    const day = new Date(bucket * 1000).toISOString().slice(0, 10).replaceAll('-', '');
    const set = days.get(day) ?? new Set();
    for (const key of keys) set.add(key);
    days.set(day, set);
  }
  const parts = (partition: string, keys: Iterable<string>) =>
    chunks([...keys], keysAtOnce).map(own => ({ partition, own }));
  if (days.size > daysApart) return parts('', new Set([...days.values()].flatMap(keys => [...keys])));
  return [...days].flatMap(([day, keys]) => parts(`IN PARTITION ${day}`, keys));
}

async function removeLabels(
  database: Database,
  db: string,
  { model, keys }: { readonly model: string; readonly keys: readonly string[] },
): Promise<number> {
  const found = await database.rows<{ label: string }>(
    `SELECT DISTINCT hex(key) AS label FROM ${db}.labels WHERE ${ofIds}`,
    { model, keys },
  );
  for (const part of chunks(found, keysAtOnce))
    await database.command(`DELETE FROM ${db}.labels WHERE ${ofKeys}`, {
      model,
      keys: part.map(row => row.label),
    });
  return found.length;
}

/**
 * Clears every kept payload of rejects written until then (store's clock, milliseconds). Which of them is of an erased
 * id cannot be told: they are what could not be read, are of any layout, and are cut, perhaps before the id or in it.
 * The rejects stay with their reasons.
 */
async function clearRejects(database: Database, db: string, until: number): Promise<number> {
  const which = "payload != '' AND at <= fromUnixTimestamp64Milli(toInt64({until:Int64}))";
  const params = { until: Math.round(until) };
  const [kept] = await database.rows<{ n: string }>(
    `SELECT count() AS n FROM ${db}.rejects AS r WHERE ${which}`,
    params,
  );
  const found = Number(kept?.n ?? 0);
  if (found > 0)
    await database.command(
      `ALTER TABLE ${db}.rejects UPDATE payload = '' WHERE ${which} SETTINGS mutations_sync = 2`,
      params,
    );
  return found;
}
