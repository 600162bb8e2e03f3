import {
  type Block,
  type Column,
  type LowColumn,
  type MapColumn,
  type NumberColumn,
  textAt,
} from './native/columns.ts';
import { readBlocks } from './native/reader.ts';

/** What a slice of `inferences` is read for: these columns, in the shape that src/profile/ reads rows in. */
export const rowColumns = `i.bucket AS bucket, i.time AS time, sipHash64(i.key) AS key_hash, i.version AS version,
  i.num AS num, i.cat AS cat, i.prediction AS prediction, i.predicted AS predicted, i.scores AS scores,
  i.latency_seconds AS latency, i.status AS status, CAST(i.error != '' AS UInt8) AS failed,
  i.request_bytes AS request_bytes, i.response_bytes AS response_bytes, i.segment AS segment`;

export interface Texts {
  readonly indexes: Uint32Array;
  readonly keys: readonly string[];
}

/**
 * Turns a Native result over `rowColumns` (and the label columns) into blocks of typed columns, one at a time: who
 * drops each block before the next holds one in memory, not the whole result twice.
 */
export function* toRowBlocks(bytes: Uint8Array) {
  for (const block of readBlocks(bytes)) if (block.rows > 0) yield toRowBlock(block);
}

function toRowBlock({ rows, columns }: Block) {
  const column = (name: string): Column => columns.get(name)!;
  const floats = (name: string) => (column(name) as NumberColumn).values as Float64Array;
  const words = column('key_hash') as Extract<Column, { kind: 'wide' }>;
  return {
    rows,
    bucket: (column('bucket') as NumberColumn).values as Uint32Array,
    time: floats('time'),
    keyHash: new Uint32Array(words.values.buffer, words.values.byteOffset, rows * 2),
    version: texts(column('version'), rows),
    num: numberEntries(column('num')),
    cat: textEntries(column('cat')),
    prediction: floats('prediction'),
    predicted: texts(column('predicted'), rows),
    scores: numberEntries(column('scores')),
    latency: floats('latency'),
    status: (column('status') as NumberColumn).values as Uint16Array,
    failed: (column('failed') as NumberColumn).values as Uint8Array,
    requestBytes: floats('request_bytes'),
    responseBytes: floats('response_bytes'),
    segment: textEntries(column('segment')),
    labelKnown: (column('label_known') as NumberColumn).values as Uint8Array,
    label: floats('label'),
    labelled: texts(column('labelled'), rows),
  };
}

/** Indexes of one width keep the loops that count them fast. */
function texts(column: Column, rows: number): Texts {
  if (column.kind === 'low') return { indexes: new Uint32Array(column.indexes), keys: column.keys };
  if (column.kind !== 'text') throw new RangeError(`a text column came as ${column.kind}`);
  const keys = Array.from({ length: rows }, (_, row) => textAt(column, row));
  return { indexes: Uint32Array.from(keys.keys()), keys };
}

function lowTexts(column: Column): Texts {
  const low = column as LowColumn;
  return { indexes: new Uint32Array(low.indexes), keys: low.keys };
}

function numberEntries(column: Column) {
  const map = column as MapColumn;
  return {
    offsets: map.offsets,
    names: lowTexts(map.keys),
    values: (map.values as NumberColumn).values as Float64Array,
  };
}

function textEntries(column: Column) {
  const map = column as MapColumn;
  return { offsets: map.offsets, names: lowTexts(map.keys), values: lowTexts(map.values) };
}
