import type { Database } from './database.ts';
import { finalSettings } from './row-reads.ts';

/** What is stored of one version of a model in one environment. */
export interface ModelVersion {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  /** First and last bucket with rows, epoch seconds. */
  readonly firstBucket: number;
  readonly lastBucket: number;
  /** Stored rows, each once: copies not yet merged away do not count. */
  readonly rows: number;
}

/** Which models there are. */
export interface ModelStore {
  /** Every model, environment and version with rows. Only days that have changed since the last time are read. */
  list(model?: string): Promise<ModelVersion[]>;
  /** Names of all models that rows ever came in for; reads marks only. */
  names(): Promise<string[]>;
}

/** Models as the rows and marks of the store tell them. */
export function createModelStore(database: Database, db: string = 'leeway'): ModelStore {
  const days = createDays(database, db);
  return {
    list: async model => {
      const versions = joined((await days()).flatMap(day => day.versions));
      return model === undefined ? versions : versions.filter(version => version.model === model);
    },
    names: async () => {
      const rows = await database.rows<{ model: string }>(
        `SELECT DISTINCT model FROM ${db}.touched ORDER BY model`,
      );
      return rows.map(row => row.model);
    },
  };
}

/** What a day, which is a partition, holds. */
interface Day {
  /** Which parts it was read from. Parts never change and their names do not come again. */
  readonly parts: string;
  readonly versions: readonly ModelVersion[];
}

/** The days of the store. One whose parts are those of the last time is not counted again. */
function createDays(database: Database, db: string): () => Promise<readonly Day[]> {
  let known: ReadonlyMap<string, Day> = new Map();
  return async () => {
    // Read before the rows are: a part that comes in between is seen as a change the next time. The date, since with
    // several replicas one may tell its parts and another count its rows: no such difference outlives the day.
    const found = await database.rows<Record<'day' | 'parts', string>>(
      `SELECT partition_id AS day, concat(toString(today()), ' ', toString(count()), ' ', toString(sum(cityHash64(name)))) AS parts
       FROM system.parts WHERE database = {db:String} AND table = 'inferences' AND active GROUP BY day ORDER BY day`,
      { db },
    );
    const before = known;
    const changed = found.filter(({ day, parts }) => before.get(day)?.parts !== parts);
    const counted = await versionsOf(
      database,
      db,
      changed.map(({ day }) => day),
    );
    known = new Map(
      found.map(({ day, parts }) => {
        const same = before.get(day);
        return [day, same?.parts === parts ? same : { parts, versions: counted.get(day) ?? [] }];
      }),
    );
    return [...known.values()];
  };
}

async function versionsOf(
  database: Database,
  db: string,
  days: readonly string[],
): Promise<ReadonlyMap<string, readonly ModelVersion[]>> {
  if (days.length === 0) return new Map();
  const rows = await database.rows<
    Record<'day' | 'model' | 'environment' | 'version' | 'first' | 'last' | 'total', string>
  >(
    `SELECT _partition_id AS day, model, environment, version, toUnixTimestamp(min(bucket)) AS first,
       toUnixTimestamp(max(bucket)) AS last, count() AS total
     FROM ${db}.inferences FINAL WHERE _partition_id IN {days:Array(String)}
     GROUP BY day, model, environment, version ${finalSettings}`,
    { days },
  );
  const found = new Map<string, ModelVersion[]>();
  for (const row of rows) {
    const version = {
      model: row.model,
      environment: row.environment,
      version: row.version,
      firstBucket: Number(row.first),
      lastBucket: Number(row.last),
      rows: Number(row.total),
    };
    found.set(row.day, [...(found.get(row.day) ?? []), version]);
  }
  return found;
}

/** Of several days together, by name. */
function joined(parts: readonly ModelVersion[]): ModelVersion[] {
  const found = new Map<string, ModelVersion>();
  for (const part of parts) {
    const key = JSON.stringify([part.model, part.environment, part.version]);
    const other = found.get(key) ?? { ...part, rows: 0 };
    found.set(key, {
      ...part,
      firstBucket: Math.min(part.firstBucket, other.firstBucket),
      lastBucket: Math.max(part.lastBucket, other.lastBucket),
      rows: part.rows + other.rows,
    });
  }
  const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  return [...found.values()].sort(
    (a, b) =>
      compare(a.model, b.model) || compare(a.environment, b.environment) || compare(a.version, b.version),
  );
}
