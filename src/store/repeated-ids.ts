import type { Database } from './database.ts';

/** Rows that are grouped at once. */
const sliceRows = 500_000;

const within = `model = {model:String} AND environment = {environment:String}
  AND bucket >= toDateTime({from:UInt32}) AND bucket < toDateTime({to:UInt32})`;

export interface RepeatQuery {
  readonly stream: { readonly model: string; readonly environment: string };
  /** Buckets [from, to), epoch seconds. */
  readonly period: { readonly from: number; readonly to: number };
}

/**
 * Distinct raw rows of a period, the ids among them that came with several event times or versions, and their rows
 * beyond one for each. Copies of one row, merged away or not, count once.
 */
export async function readRepeatedIds(database: Database, db: string, { stream, period }: RepeatQuery) {
  const { model, environment } = stream;
  const params = { model, environment, ...period };
  const [counted] = await database.rows<{ rows: string }>(
    `SELECT count() AS rows FROM ${db}.inferences WHERE ${within}`,
    params,
  );
  const slices = Math.max(1, Math.ceil(Number(counted?.rows ?? 0) / sliceRows));
  const found = { rows: 0, ids: 0, extra: 0 };
  for (let slice = 0; slice < slices; slice++) {
    const [sums] = await database.rows<Record<'rows' | 'ids' | 'extra', string>>(
      `SELECT sum(times) AS rows, countIf(times > 1) AS ids, rows - count() AS extra FROM (
         SELECT uniqExact(version, time) AS times FROM ${db}.inferences
         WHERE ${within} AND cityHash64(key) % {slices:UInt32} = {slice:UInt32} GROUP BY key
       )`,
      { ...params, slices, slice },
    );
    found.rows += Number(sums?.rows ?? 0);
    found.ids += Number(sums?.ids ?? 0);
    found.extra += Number(sums?.extra ?? 0);
  }
  return found;
}
