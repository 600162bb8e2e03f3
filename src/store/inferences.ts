import { bucketOf, type Inference } from '../domain/inference.ts';
import { type BlockColumn, type ColumnValues, encodeBlock } from './native/writer.ts';

const low = 'LowCardinality(String)';
const numbers = `Map(${low}, Float64)`;
const texts = `Map(${low}, ${low})`;

/** Columns written, in order; `key`, `content`, `revision` and `received` are computed by the store. */
const columns: readonly { name: string; type: string; of: (rows: readonly Inference[]) => ColumnValues }[] = [
  { name: 'model', type: low, of: rows => rows.map(r => r.model) },
  { name: 'bucket', type: 'DateTime', of: rows => rows.map(r => bucketOf(r.time)) },
  { name: 'version', type: low, of: rows => rows.map(r => r.version) },
  { name: 'id', type: 'String', of: rows => rows.map(r => r.id) },
  { name: 'time', type: 'DateTime64(3)', of: rows => rows.map(r => r.time) },
  {
    name: 'num',
    type: numbers,
    of: rows => ({ keys: rows.map(r => r.numNames), values: rows.map(r => r.numValues) }),
  },
  {
    name: 'cat',
    type: texts,
    of: rows => ({ keys: rows.map(r => r.catNames), values: rows.map(r => r.catValues) }),
  },
  { name: 'prediction', type: 'Float64', of: rows => rows.map(r => r.prediction) },
  { name: 'predicted', type: low, of: rows => rows.map(r => r.predicted) },
  {
    name: 'scores',
    type: numbers,
    of: rows => ({ keys: rows.map(r => r.scoreNames), values: rows.map(r => r.scoreValues) }),
  },
  { name: 'latency_seconds', type: 'Float64', of: rows => rows.map(r => r.latencySeconds) },
  { name: 'status', type: 'UInt16', of: rows => rows.map(r => r.status) },
  { name: 'error', type: low, of: rows => rows.map(r => r.error) },
  { name: 'request_bytes', type: 'Float64', of: rows => rows.map(r => r.requestBytes) },
  { name: 'response_bytes', type: 'Float64', of: rows => rows.map(r => r.responseBytes) },
  {
    name: 'segment',
    type: texts,
    of: rows => ({ keys: rows.map(r => r.segmentNames), values: rows.map(r => r.segmentValues) }),
  },
  { name: 'environment', type: low, of: rows => rows.map(r => r.environment) },
  { name: 'time_source', type: low, of: rows => rows.map(r => r.timeSource) },
  { name: 'source', type: low, of: rows => rows.map(r => r.source) },
  { name: 'position', type: 'String', of: rows => rows.map(r => r.position) },
];

export const inferenceColumns: readonly string[] = columns.map(c => c.name);

/** Inferences as one Native block of `inferenceColumns`. */
export function encodeInferences(rows: readonly Inference[]): Uint8Array {
  const block: BlockColumn[] = columns.map(({ name, type, of }) => ({ name, type, values: of(rows) }));
  return encodeBlock(block, rows.length);
}

/** An insert into more than 100 partitions (days) is refused by ClickHouse; half of that leaves room. */
const partitionsPerInsert = 50;

/**
 * Cuts rows into inserts of at most `batchRows` rows that touch at most 50 days each. Order is kept where everything
 * lies within 50 days, which is nearly always.
 */
export function splitForInsert(rows: readonly Inference[], batchRows: number): Inference[][] {
  const days = new Map<number, Inference[]>();
  for (const row of rows) {
    const day = Math.floor(row.time / 86_400_000);
    const list = days.get(day);
    if (list === undefined) days.set(day, [row]);
    else list.push(row);
  }
  if (days.size <= partitionsPerInsert) return chunks(rows, batchRows);
  const sorted = [...days].sort(([a], [b]) => a - b).map(([, list]) => list);
  return chunks(sorted, partitionsPerInsert).flatMap(group => chunks(group.flat(), batchRows));
}

/** `list` in pieces of at most `size`. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < list.length; at += size) pieces.push(list.slice(at, at + size));
  return pieces;
}
