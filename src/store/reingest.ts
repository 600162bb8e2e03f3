import type { Database, StoreClock } from './database.ts';
import type { TouchedBucket } from './labels.ts';
import { createTouchedStore } from './touched.ts';

/** Positions of a source that lie together: those that begin with `prefix` and go on with a number from `first` to `last`. */
export interface PositionRange {
  /** `cluster/topic/number/` of Kafka, `hash/` of a file. */
  readonly prefix: string;
  readonly first: number;
  readonly last: number;
}

/** Stored rows of some positions. */
export interface StoredRange extends PositionRange {
  readonly rows: number;
}

/** Rows by where they came from. Event times are epoch milliseconds, [from, to). */
export interface PositionStore {
  /** Where the rows of a time lie. */
  ranges(of: RowsOf): Promise<StoredRange[]>;
  /** How many rows, labels and rejects lie at these positions, of one model or ('') of all. */
  count(of: PlacesOf): Promise<{ readonly rows: number; readonly labels: number; readonly rejects: number }>;
  /** Latest event time of the time's rows before this position; null when there is none. */
  latestBefore(of: RowsOf & { readonly prefix: string; readonly position: number }): Promise<number | null>;
  /** Removes rows, labels and rejects at these positions and marks their buckets. Safe to repeat. */
  remove(of: PlacesOf): Promise<void>;
}

export interface RowsOf {
  readonly source: string;
  readonly model: string;
  readonly from: number;
  readonly to: number;
}

export interface PlacesOf {
  readonly source: string;
  readonly model: string;
  readonly range: PositionRange;
}

const ofModel = `({model:String} = '' OR model = {model:String})`;
const number = `toUInt64OrZero(extract(position, '/([0-9]+)(?:#[0-9]+)*$'))`;
const inTime =
  'time >= fromUnixTimestamp64Milli(toInt64({from:Int64})) AND time < fromUnixTimestamp64Milli(toInt64({to:Int64}))';
const atPlaces = `source = {source:String} AND startsWith(position, {prefix:String})
  AND ${number} >= {first:UInt64} AND ${number} <= {last:UInt64}`;

export function createPositionStore(deps: {
  database: Database;
  db: string;
  storeClock: StoreClock;
}): PositionStore {
  const { database, db, storeClock } = deps;
  const touched = createTouchedStore(deps);
  const paramsOf = ({ source, model, range: { prefix, first, last } }: PlacesOf) => ({
    source,
    model,
    prefix,
    first,
    last,
  });
  const countIn = async (table: string, where: string, of: PlacesOf) => {
    const [row] = await database.rows<{ n: string }>(
      `SELECT count() AS n FROM ${db}.${table} FINAL WHERE ${where}`,
      paramsOf(of),
    );
    return Number(row!.n);
  };
  const placed = `${atPlaces} AND ${ofModel}`;
  return {
    ranges: of => rangesOf(database, db, of),
    count: async of => ({
      rows: await countIn('inferences', placed, of),
      labels: await countIn('labels', placed, of),
      rejects: await countIn('rejects', atPlaces, of),
    }),
    latestBefore: async of => {
      const [row] = await database.rows<{ n: string; latest: string }>(
        `SELECT count() AS n, max(toUnixTimestamp64Milli(time)) AS latest FROM ${db}.inferences
         WHERE source = {source:String} AND ${ofModel} AND ${inTime} AND startsWith(position, {prefix:String})
           AND ${number} < {position:UInt64}`,
        { ...of },
      );
      return Number(row!.n) === 0 ? null : Number(row!.latest);
    },
    remove: async of => {
      const params = paramsOf(of);
      const buckets = await database.rows<TouchedBucket>(
        `SELECT DISTINCT model, environment, toUnixTimestamp(bucket) AS bucket FROM ${db}.inferences
         WHERE (${placed}) OR (model, key) IN (SELECT model, key FROM ${db}.labels WHERE ${placed})`,
        params,
      );
      // Marked before as well: a crash between the deletion and the mark after it must not leave stale profiles.
      await touched.mark(buckets, await storeClock.now());
      // By partition: a deletion without one rewrites something in every part of the table.
      for (const day of new Set(buckets.map(({ bucket }) => dayOf(bucket))))
        await database.command(`DELETE FROM ${db}.inferences IN PARTITION ${day} WHERE ${placed}`, params);
      await database.command(`DELETE FROM ${db}.labels WHERE ${placed}`, params);
      await database.command(`DELETE FROM ${db}.rejects WHERE ${atPlaces}`, params);
      await touched.mark(buckets, await storeClock.now());
    },
  };
}

async function rangesOf(database: Database, db: string, of: RowsOf): Promise<StoredRange[]> {
  const rows = await database.rows<Record<'prefix' | 'first' | 'last' | 'n', string>>(
    `SELECT replaceRegexpOne(position, '[0-9]+(#[0-9]+)*$', '') AS prefix, min(${number}) AS first, max(${number}) AS last,
       count() AS n
     FROM ${db}.inferences FINAL WHERE source = {source:String} AND ${ofModel} AND ${inTime} GROUP BY prefix ORDER BY prefix`,
    { ...of },
  );
  return rows.map(row => ({
    prefix: row.prefix,
    first: Number(row.first),
    last: Number(row.last),
    rows: Number(row.n),
  }));
}

/** The partition of `inferences` that holds a bucket: its day as yyyymmdd. */
function dayOf(bucket: number): number {
  return Number(new Date(bucket * 1000).toISOString().slice(0, 10).replaceAll('-', ''));
}
