import { type ByteSink, createSink } from './sink.ts';
import { type NativeType, numberStores, parseType } from './types.ts';

/** Values of one column of a block, one entry a row. Times are epoch seconds (DateTime) or milliseconds (DateTime64). */
export type ColumnValues =
  | readonly string[]
  | ArrayLike<number>
  | ArrayLike<bigint>
  /** FixedString: the rows' bytes end to end. */
  | Uint8Array
  /** Array(T): the values of each row. */
  | readonly (readonly string[] | ArrayLike<number> | ArrayLike<bigint>)[]
  | MapRows;

/** Map(K, V): keys and values of each row, in parallel. */
export interface MapRows {
  readonly keys: readonly (readonly string[])[];
  readonly values: readonly (readonly string[] | ArrayLike<number>)[];
}

export interface BlockColumn {
  readonly name: string;
  /** ClickHouse type, e.g. `LowCardinality(String)`. */
  readonly type: string;
  readonly values: ColumnValues;
}

/**
 * One block of ClickHouse's Native format. Text that is not well-formed UTF-16 gets U+FFFD in place of lone surrogates.
 *
 * @throws RangeError when a column does not hold exactly `rows` rows, or has an unsupported type.
 * @example
 * encodeBlock([{ name: 'model', type: 'LowCardinality(String)', values: ['churn', 'churn'] }], 2);
 */
export function encodeBlock(columns: readonly BlockColumn[], rows: number): Uint8Array {
  const sink = createSink(rows * columns.length * 16 + 1024);
  sink.varint(columns.length);
  sink.varint(rows);
  for (const column of columns) {
    const type = parseType(column.type);
    checkRows(column, type, rows);
    sink.text(column.name);
    sink.text(column.type);
    if (rows === 0) continue;
    writePrefix(sink, type);
    writeValues(sink, type, column.values);
  }
  return sink.finish();
}

function checkRows(column: BlockColumn, type: NativeType, rows: number): void {
  const { values } = column;
  let length: number;
  if (type.kind === 'map') {
    const map = values as MapRows;
    length = map.keys.length === map.values.length ? map.keys.length : -1;
  } else length = (values as ArrayLike<unknown>).length / (type.kind === 'fixed' ? type.size : 1);
  if (length !== rows) throw new RangeError(`column ${column.name} holds ${length} rows, not ${rows}`);
}

/** The state of LowCardinality parts comes first, once, outermost first. */
function writePrefix(sink: ByteSink, type: NativeType): void {
  if (type.kind === 'low') sink.u64(1);
  if (type.kind === 'array') writePrefix(sink, type.items);
  if (type.kind === 'map') {
    writePrefix(sink, type.keys);
    writePrefix(sink, type.values);
  }
}

function writeValues(sink: ByteSink, type: NativeType, values: ColumnValues): void {
  switch (type.kind) {
    case 'string':
      for (const text of values as readonly string[]) sink.text(text);
      break;
    case 'low':
      writeLow(sink, [values as readonly string[]]);
      break;
    case 'fixed':
      sink.raw(values as Uint8Array);
      break;
    case 'array':
      writeNested(sink, type.items, values as readonly ArrayLike<unknown>[]);
      break;
    case 'map': {
      const map = values as MapRows;
      writeOffsets(sink, map.keys);
      writeLists(sink, type.keys, map.keys);
      writeLists(sink, type.values, map.values);
      break;
    }
    default:
      writeLists(sink, type, [values as ArrayLike<number>]);
  }
}

function writeNested(sink: ByteSink, items: NativeType, lists: readonly ArrayLike<unknown>[]): void {
  writeOffsets(sink, lists);
  writeLists(sink, items, lists);
}

/** Cumulative ends of the rows' lists, u64 each. */
function writeOffsets(sink: ByteSink, lists: readonly ArrayLike<unknown>[]): void {
  const words = new Uint32Array(lists.length * 2);
  let end = 0;
  for (let row = 0; row < lists.length; row++) {
    end += lists[row]!.length;
    words[row * 2] = end;
  }
  sink.raw(words);
}

/** Lists joined end to end; a nested part without any value writes nothing. */
function writeLists(sink: ByteSink, type: NativeType, lists: readonly ArrayLike<unknown>[]): void {
  let total = 0;
  for (const list of lists) total += list.length;
  if (total === 0) return;
  if (type.kind === 'low') return writeLow(sink, lists as readonly (readonly string[])[]);
  if (type.kind === 'string') {
    for (const list of lists as readonly (readonly string[])[]) for (const text of list) sink.text(text);
    return;
  }
  if (type.kind === 'number') {
    const joined = new numberStores[type.store](total);
    return sink.raw(joinNumbers(joined, lists as readonly ArrayLike<number>[]));
  }
  if (type.kind === 'wide' || type.kind === 'time')
    return sink.raw(joinWide(total, lists as readonly ArrayLike<number | bigint>[]));
  throw new RangeError('arrays and maps hold numbers and texts only');
}

function joinNumbers<T extends { [index: number]: number } & ArrayBufferView>(
  joined: T,
  lists: readonly ArrayLike<number>[],
): T {
  let at = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) joined[at++] = list[i]!;
  return joined;
}

/** 64-bit integers as two halves, which spares a BigInt for each ordinary number. */
function joinWide(total: number, lists: readonly ArrayLike<number | bigint>[]): Uint32Array {
  const words = new Uint32Array(total * 2);
  let at = 0;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      const big = typeof value === 'bigint';
      words[at++] = big ? Number(value & 0xffffffffn) : value;
      words[at++] = big ? Number(BigInt.asUintN(32, value >> 32n)) : Math.floor(value / 2 ** 32);
    }
  return words;
}

/** Index width (1, 2, 4 bytes) with the flags "has its own keys" and "dictionary changes". */
const lowFlags = 0x600;

/**
 * A dictionary and the index of each text in it. Rows of one model repeat names at the same place, so the text above
 * is compared before the dictionary is asked.
 */
function writeLow(sink: ByteSink, lists: readonly (readonly string[])[]): void {
  let total = 0;
  for (const list of lists) total += list.length;
  const { indexes, keys } = indexTexts(lists, total);
  const width = keys.length <= 2 ** 8 ? 0 : keys.length <= 2 ** 16 ? 1 : 2;
  sink.u64(lowFlags | width);
  sink.u64(keys.length);
  for (const key of keys) sink.text(key);
  sink.u64(total);
  sink.raw(width === 0 ? new Uint8Array(indexes) : width === 1 ? new Uint16Array(indexes) : indexes);
}

function indexTexts(lists: readonly (readonly string[])[], total: number) {
  const indexes = new Uint32Array(total);
  const keys = [''];
  const known = new Map<string, number>([['', 0]]);
  let above: readonly string[] = [];
  let aboveAt = 0;
  let at = 0;
  for (const list of lists) {
    const start = at;
    for (let i = 0; i < list.length; i++) {
      const text = list[i]!;
      if (i < above.length && above[i] === text) {
        indexes[at++] = indexes[aboveAt + i]!;
        continue;
      }
      let index = known.get(text);
      if (index === undefined) {
        index = keys.length;
        known.set(text, index);
        keys.push(text);
      }
      indexes[at++] = index;
    }
    above = list;
    aboveAt = start;
  }
  return { indexes, keys };
}
