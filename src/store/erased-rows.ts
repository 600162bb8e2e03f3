import type { Database, StoreClock } from './database.ts';
import { chunks } from './inferences.ts';
import type { TouchedBucket } from './labels.ts';
import { createTouchedStore } from './touched.ts';

/** What an erasure has removed, copies counted once. */
export interface Removed {
  readonly rows: number;
  readonly labels: number;
  /** Rejects whose kept payload named the id. */
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

  return { remove, removeRejects: (ids: readonly string[]) => removeRejects(database, db, ids) };
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

/** Rejects keep payloads only where that is configured, and cut: whichever names an id between quotes, or as a number. */
async function removeRejects(database: Database, db: string, ids: readonly string[]): Promise<number> {
  const kept = await database.rows<{ n: string }>(
    `SELECT count() AS n FROM (SELECT 1 FROM ${db}.rejects WHERE payload != '' LIMIT 1)`,
  );
  if (Number(kept[0]?.n ?? 0) === 0) return 0;
  const needles = ids.flatMap(id => {
    const quoted = JSON.stringify(id);
    return /^-?\d+$/.test(id) ? [quoted, `:${id},`, `: ${id},`, `:${id}}`, `: ${id}}`] : [quoted];
  });
  const found = await database.rows<{ place: string }>(
    `SELECT DISTINCT toString(sipHash64(source, position)) AS place FROM ${db}.rejects
     WHERE payload != '' AND arrayExists(needle -> position(payload, needle) > 0, {needles:Array(String)})`,
    { needles },
  );
  for (const part of chunks(found, keysAtOnce))
    await database.command(
      `DELETE FROM ${db}.rejects WHERE toString(sipHash64(source, position)) IN {places:Array(String)}`,
      { places: part.map(row => row.place) },
    );
  return found.length;
}
