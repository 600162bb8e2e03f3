import { createHash } from 'node:crypto';
import type { Label } from '../domain/label.ts';
import type { Database } from './database.ts';
import { chunks } from './inferences.ts';
import { encodeBlock } from './native/writer.ts';

/** Columns written; `key`, `precedence` and `received` are computed by the store. */
export const labelColumns: readonly string[] = [
  'model',
  'id',
  'label',
  'labelled',
  'time',
  'source',
  'position',
];

/** Labels as one Native block of `labelColumns`. */
export function encodeLabels(rows: readonly Label[]): Uint8Array {
  const low = 'LowCardinality(String)';
  return encodeBlock(
    [
      { name: 'model', type: low, values: rows.map(r => r.model) },
      { name: 'id', type: 'String', values: rows.map(r => r.id) },
      { name: 'label', type: 'Float64', values: rows.map(r => r.label) },
      { name: 'labelled', type: low, values: rows.map(r => r.labelled) },
      { name: 'time', type: 'DateTime64(3)', values: rows.map(r => r.time) },
      { name: 'source', type: low, values: rows.map(r => r.source) },
      { name: 'position', type: 'String', values: rows.map(r => r.position) },
    ],
    rows.length,
  );
}

/** `key` of an id, as the store computes it: MD5 in upper-case hex. It identifies, it protects nothing. */
export function keyOf(id: string): string {
  return createHash('md5').update(id).digest('hex').toUpperCase();
}

/** A bucket of a model and environment: what is marked and profiled. */
export interface TouchedBucket {
  readonly model: string;
  readonly environment: string;
  /** Epoch seconds. */
  readonly bucket: number;
}

/** Keys asked for in one statement: each costs a pass over the model's `key` column, each key 35 bytes of address. */
const keysPerLookup = 5000;

/** Buckets that hold the inferences of these ids (several environments and times are possible). */
export async function bucketsOfIds(
  database: Database,
  db: string,
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<TouchedBucket[]> {
  const found: TouchedBucket[] = [];
  for (const [model, of] of ids)
    for (const keys of chunks([...of].map(keyOf), keysPerLookup))
      found.push(
        ...(await database.rows<TouchedBucket>(
          `SELECT DISTINCT model, environment, toUnixTimestamp(bucket) AS bucket FROM ${db}.inferences
           WHERE model = {model:String} AND key IN (SELECT toFixedString(unhex(arrayJoin({keys:Array(String)})), 16))`,
          { model, keys },
        )),
      );
  return found;
}
