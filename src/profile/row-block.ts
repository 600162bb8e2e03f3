import { createHash } from 'node:crypto';
import type { Inference } from '../domain/inference.ts';
import { bucketOf } from '../domain/inference.ts';
import type { Label } from '../domain/label.ts';

/** Texts with few different values: row i is `keys[indexes[i]]`. */
export interface Texts {
  readonly indexes: Uint32Array;
  readonly keys: readonly string[];
}

/** Named values of each row: row i holds the entries from `offsets[i]` to `offsets[i + 1]`. */
export interface NumberEntries {
  /** One longer than the rows. */
  readonly offsets: Uint32Array;
  readonly names: Texts;
  readonly values: Float64Array;
}

export interface TextEntries {
  readonly offsets: Uint32Array;
  readonly names: Texts;
  readonly values: Texts;
}

/** Rows of one model and environment as columns, the form in which they are profiled. A number not known is NaN. */
export interface RowBlock {
  readonly rows: number;
  /** Epoch seconds. */
  readonly bucket: Uint32Array;
  /** Event time, epoch milliseconds. */
  readonly time: Float64Array;
  /** 64-bit hash of each row's key as two halves, low first: what the auditor adds up. */
  readonly keyHash: Uint32Array;
  readonly version: Texts;
  readonly num: NumberEntries;
  readonly cat: TextEntries;
  readonly prediction: Float64Array;
  readonly predicted: Texts;
  readonly scores: NumberEntries;
  readonly latency: Float64Array;
  readonly status: Uint16Array;
  /** 1 where the row has an error text. */
  readonly failed: Uint8Array;
  readonly requestBytes: Float64Array;
  readonly responseBytes: Float64Array;
  readonly segment: TextEntries;
  /** 1 where the truth is known. */
  readonly labelKnown: Uint8Array;
  readonly label: Float64Array;
  readonly labelled: Texts;
}

/** An inference with its truth, if that is known. */
export interface LabelledRow {
  readonly inference: Inference;
  readonly label: Pick<Label, 'label' | 'labelled'> | null;
}

/** First 64 bits of MD5(id), as two halves: the key hash of rows that are not in the store. */
export function keyHashOf(id: string): readonly [low: number, high: number] {
  const digest = createHash('md5').update(id).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** Puts rows into columns (for uploads and tests; the store reads its own rows into columns directly). */
export function blockOfRows(rows: readonly LabelledRow[]): RowBlock {
  const of = <T>(pick: (row: Inference) => T) => rows.map(row => pick(row.inference));
  return {
    rows: rows.length,
    bucket: Uint32Array.from(of(row => bucketOf(row.time))),
    time: Float64Array.from(of(row => row.time)),
    keyHash: Uint32Array.from(of(row => keyHashOf(row.id)).flat()),
    version: texts(of(row => row.version)),
    num: numberEntries(of(row => [row.numNames, row.numValues])),
    cat: textEntries(of(row => [row.catNames, row.catValues])),
    prediction: Float64Array.from(of(row => row.prediction)),
    predicted: texts(of(row => row.predicted)),
    scores: numberEntries(of(row => [row.scoreNames, row.scoreValues])),
    latency: Float64Array.from(of(row => row.latencySeconds)),
    status: Uint16Array.from(of(row => row.status)),
    failed: Uint8Array.from(of(row => (row.error === '' ? 0 : 1))),
    requestBytes: Float64Array.from(of(row => row.requestBytes)),
    responseBytes: Float64Array.from(of(row => row.responseBytes)),
    segment: textEntries(of(row => [row.segmentNames, row.segmentValues])),
    labelKnown: Uint8Array.from(rows, row => (row.label === null ? 0 : 1)),
    label: Float64Array.from(rows, row => row.label?.label ?? NaN),
    labelled: texts(rows.map(row => row.label?.labelled ?? '')),
  };
}

function texts(values: readonly string[]): Texts {
  const keys: string[] = [];
  const known = new Map<string, number>();
  const indexes = Uint32Array.from(values, value => {
    const at = known.get(value) ?? keys.length;
    if (at === keys.length) {
      keys.push(value);
      known.set(value, at);
    }
    return at;
  });
  return { indexes, keys };
}

function offsetsOf(lists: readonly (readonly unknown[])[]): Uint32Array {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) offsets[i + 1] = offsets[i]! + list.length;
  return offsets;
}

function numberEntries(rows: readonly (readonly [readonly string[], readonly number[]])[]): NumberEntries {
  return {
    offsets: offsetsOf(rows.map(([names]) => names)),
    names: texts(rows.flatMap(([names]) => names)),
    values: Float64Array.from(rows.flatMap(([, values]) => values)),
  };
}

function textEntries(rows: readonly (readonly [readonly string[], readonly string[]])[]): TextEntries {
  return {
    offsets: offsetsOf(rows.map(([names]) => names)),
    names: texts(rows.flatMap(([names]) => names)),
    values: texts(rows.flatMap(([, values]) => values)),
  };
}
