import type { Database } from './database.ts';

/** The newest bucket of a model in an environment; `bucket` in epoch seconds. */
export interface NewestBucket {
  readonly model: string;
  readonly environment: string;
  readonly bucket: number;
}

/** The time of the last row in each of these buckets, epoch milliseconds; reads the rows of these buckets alone. */
export async function lastRows(
  { database, db }: { readonly database: Database; readonly db: string },
  newest: readonly NewestBucket[],
): Promise<{ readonly model: string; readonly environment: string; readonly last: number }[]> {
  if (newest.length === 0) return [];
  const rows = await database.rows<Record<'model' | 'environment' | 'last', string>>(
    `SELECT model, environment, toUnixTimestamp64Milli(max(time)) AS last FROM ${db}.inferences
     WHERE (model, environment, bucket) IN (
       SELECT one.1, one.2, toDateTime(one.3, 'UTC') FROM (SELECT arrayJoin(arrayZip(
         {models:Array(String)}, {environments:Array(String)}, {buckets:Array(UInt32)})) AS one))
     GROUP BY model, environment`,
    {
      models: newest.map(({ model }) => model),
      environments: newest.map(({ environment }) => environment),
      buckets: newest.map(({ bucket }) => bucket),
    },
  );
  return rows.map(({ model, environment, last }) => ({ model, environment, last: Number(last) }));
}
