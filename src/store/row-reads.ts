import type { Database } from './database.ts';
import { rowColumns, toRowBlocks } from './profile-rows.ts';

/** Which rows to read: a condition on `inferences` (no user text in it), and one of `slices` parts of the key. */
export interface RowRead {
  readonly model: string;
  readonly environment: string;
  readonly where: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly slice: number;
  readonly slices: number;
}

/** Copies of a row share their bucket, hence their partition. */
export const finalSettings = 'SETTINGS do_not_merge_across_partitions_select_final = 1';

/** Condition for buckets given as numbers, with the range that the primary key can use. */
export function bucketsIn(buckets: readonly number[]): string {
  if (buckets.length === 0) return '0';
  // Not Math.min(...): a list may be longer than an argument list.
  const low = buckets.reduce((a, b) => Math.min(a, b), Infinity);
  const high = buckets.reduce((a, b) => Math.max(a, b), 0);
  return `bucket >= ${seconds(low)} AND bucket <= ${seconds(high)} AND bucket IN (${buckets.map(seconds).join(', ')})`;
}

/** A time as SQL literal text; refuses anything but whole seconds. */
export function seconds(value: number): string {
  if (!Number.isInteger(value) || value < 0) throw new RangeError(`${value} is not a time in whole seconds`);
  return String(value);
}

/** Distinct rows with their labels: the newest revision of a row, the label of highest precedence. */
export async function readLabelledRows(database: Database, db: string, read: RowRead) {
  const where = `model = {model:String} AND environment = {environment:String} AND ${read.where}${sliceOf(read)}`;
  const params = { model: read.model, environment: read.environment, ...read.params };
  const labels = await database.rows(
    `SELECT 1 AS one FROM ${db}.labels WHERE model = {model:String} LIMIT 1`,
    {
      model: read.model,
    },
  );
  const sql = labels.length > 0 ? withLabels(db, where) : withoutLabels(db, where);
  return toRowBlocks(await database.native(`${sql} ${finalSettings}`, params));
}

function withLabels(db: string, where: string): string {
  return `SELECT ${rowColumns}, l.known AS label_known, l.label AS label, CAST(l.labelled, 'LowCardinality(String)') AS labelled
    FROM (SELECT * FROM ${db}.inferences FINAL WHERE ${where}) AS i
    LEFT ANY JOIN (
      SELECT key, label, labelled, toUInt8(1) AS known FROM ${db}.labels FINAL
      WHERE model = {model:String} AND key IN (SELECT key FROM ${db}.inferences WHERE ${where})
    ) AS l ON i.key = l.key`;
}

/** A model without any label is spared the join, a third of the cost of reading. */
function withoutLabels(db: string, where: string): string {
  return `SELECT ${rowColumns}, toUInt8(0) AS label_known, CAST(nan, 'Float64') AS label,
      CAST('', 'LowCardinality(String)') AS labelled
    FROM ${db}.inferences AS i FINAL WHERE ${where}`;
}

/** Equal parts of the key's range: keys are MD5, so the parts are alike in size, and a row's copies stay together. */
function sliceOf({ slice, slices }: RowRead): string {
  if (slices === 1) return '';
  const bound = (part: number) => Math.floor((part / slices) * 65536);
  const hex = (value: number) => `unhex('${value.toString(16).padStart(4, '0').padEnd(32, '0')}')`;
  const above = ` AND key >= ${hex(bound(slice))}`;
  return slice === slices - 1 ? above : `${above} AND key < ${hex(bound(slice + 1))}`;
}
