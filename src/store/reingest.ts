import type { Database, Params, StoreClock } from './database.ts';
import { chunks } from './inferences.ts';
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
  /** How old rows at these positions are; `before` is a moment, epoch milliseconds. */
  ages(of: PlacesOf & { readonly before: number }): Promise<Ages>;
  /**
   * Removes rows, labels and rejects at these positions and marks their buckets. Safe to repeat. Of one model, rejects
   * of the store's side stay: they may speak of rows of other models.
   */
  remove(of: PlacesOf): Promise<void>;
  /** Positions of rejects that a removal of one model has left. */
  keptRejects(of: PlacesOf): Promise<string[]>;
  removeRejects(source: string, positions: readonly string[]): Promise<void>;
}

/** Which models the rows of some positions are of. */
export interface PlacedModels {
  /** Rows of every model at these positions, whichever model is asked for. */
  models(of: Omit<PlacesOf, 'model'>): Promise<ModelRows[]>;
}

export interface ModelRows {
  readonly model: string;
  readonly rows: number;
}

export interface Ages {
  /** Earliest event time, epoch milliseconds; null when there is no row. */
  readonly oldest: number | null;
  /** Rows whose bucket began before the moment, and labels whose own row has expired. */
  readonly old: number;
  /** Last number that one of them lies at. */
  readonly last: number;
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
const placed = `${atPlaces} AND ${ofModel}`;
/** Rejects that say what the store did with a row, of whatever model: decoding a record again does not repeat them. */
const ofStore = `reason IN ('too-many-models', 'store-refused')`;
const ownRejects = `${atPlaces} AND ({model:String} = '' OR NOT ${ofStore})`;

interface StoreDeps {
  readonly database: Database;
  readonly db: string;
  readonly storeClock: StoreClock;
}

export function createPositionStore(deps: StoreDeps): PositionStore & PlacedModels {
  const { database, db } = deps;
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
  return {
    ranges: of => rangesOf(database, db, of),
    count: async of => ({
      rows: await countIn('inferences', placed, of),
      labels: await countIn('labels', placed, of),
      rejects: await countIn('rejects', ownRejects, of),
    }),
    models: async of => {
      const rows = await database.rows<{ model: string; n: string }>(
        `SELECT model, count() AS n FROM ${db}.inferences FINAL WHERE ${atPlaces} GROUP BY model ORDER BY model`,
        paramsOf({ ...of, model: '' }),
      );
      return rows.map(({ model, n }) => ({ model, rows: Number(n) }));
    },
    latestBefore: of => latestOf(database, db, of),
    ages: of => agesOf(database, db, { ...paramsOf(of), before: Math.ceil(of.before / 1000) }),
    keptRejects: async of => {
      const rows = await database.rows<{ position: string }>(
        `SELECT DISTINCT position FROM ${db}.rejects WHERE ${atPlaces} AND ${ofStore}`,
        paramsOf(of),
      );
      return of.model === '' ? [] : rows.map(({ position }) => position);
    },
    removeRejects: async (source, positions) => {
      for (const part of chunks(positions, 1000))
        await database.command(
          `DELETE FROM ${db}.rejects WHERE source = {source:String} AND position IN {positions:Array(String)}`,
          { source, positions: part },
        );
    },
    remove: of => removeAt(deps, paramsOf(of)),
  };
}

async function latestOf(
  database: Database,
  db: string,
  of: Parameters<PositionStore['latestBefore']>[0],
): Promise<number | null> {
  const [row] = await database.rows<{ n: string; latest: string }>(
    `SELECT count() AS n, max(toUnixTimestamp64Milli(time)) AS latest FROM ${db}.inferences
         WHERE source = {source:String} AND ${ofModel} AND ${inTime} AND startsWith(position, {prefix:String})
           AND ${number} < {position:UInt64}`,
    { ...of },
  );
  return Number(row!.n) === 0 ? null : Number(row!.latest);
}

async function removeAt(deps: StoreDeps, params: Params): Promise<void> {
  const { database, db, storeClock } = deps;
  const touched = createTouchedStore(deps);
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
  await database.command(`DELETE FROM ${db}.rejects WHERE ${ownRejects}`, params);
  await touched.mark(buckets, await storeClock.now());
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

async function agesOf(database: Database, db: string, params: Params): Promise<Ages> {
  const sealed = 'toUnixTimestamp(bucket) < {before:Int64}';
  const [rows] = await database.rows<Record<'n' | 'oldest' | 'old' | 'last', string>>(
    `SELECT count() AS n, min(toUnixTimestamp64Milli(time)) AS oldest, countIf(${sealed}) AS old,
       maxIf(${number}, ${sealed}) AS last
     FROM ${db}.inferences FINAL WHERE ${placed}`,
    params,
  );
  // A label outlives the row it came with, which would be refused when it is read again, and the label with it.
  const [labels] = await database.rows<Record<'old' | 'last', string>>(
    `SELECT count() AS old, max(${number}) AS last FROM ${db}.labels FINAL
     WHERE ${placed} AND received < fromUnixTimestamp64Milli(toInt64({before:Int64}) * 1000)
       AND position NOT IN (SELECT position FROM ${db}.inferences WHERE ${placed})`,
    params,
  );
  return {
    oldest: Number(rows!.n) === 0 ? null : Number(rows!.oldest),
    old: Number(rows!.old) + Number(labels!.old),
    last: Math.max(Number(rows!.last), Number(labels!.last)),
  };
}

/** The partition of `inferences` that holds a bucket: its day as yyyymmdd. */
function dayOf(bucket: number): number {
  return Number(new Date(bucket * 1000).toISOString().slice(0, 10).replaceAll('-', ''));
}
