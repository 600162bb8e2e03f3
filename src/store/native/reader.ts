import type { Block, Column, LowColumn, TextColumn } from './columns.ts';
import { type NativeType, numberStores, parseType } from './types.ts';

/**
 * Reads the blocks of a Native result one after another (what `Database.native` returns), as typed arrays.
 *
 * @throws RangeError when the bytes end too soon or hold something that Leeway does not use.
 * @example
 * for (const { rows, columns } of readBlocks(await database.native('SELECT time, num FROM ...'))) {
 *   const time = columns.get('time') as NumberColumn;
 *   const num = columns.get('num') as MapColumn;
 * }
 */
export function* readBlocks(bytes: Uint8Array): Generator<Block> {
  const input = createInput(bytes);
  while (input.left() > 0) {
    const count = input.varint();
    const rows = input.varint();
    const columns = new Map<string, Column>();
    for (let i = 0; i < count; i++) {
      const name = input.text();
      const type = parseType(input.text());
      if (rows > 0) readPrefix(input, type);
      columns.set(name, readColumn(input, type, rows));
    }
    yield { rows, columns };
  }
}

type Input = ReturnType<typeof createInput>;

function createInput(source: Uint8Array) {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let at = 0;
  const take = (size: number): number => {
    if (size > bytes.length - at)
      throw new RangeError(`Native block ends ${size - bytes.length + at} bytes too soon`);
    const start = at;
    at += size;
    return start;
  };
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[take(1)]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (factor > 2 ** 49) throw new RangeError('Native block holds a length beyond 2^53');
    }
  };
  return {
    bytes,
    left: () => bytes.length - at,
    varint,
    take,
    u64: (): number => {
      const start = take(8);
      return bytes.readUInt32LE(start) + bytes.readUInt32LE(start + 4) * 2 ** 32;
    },
    text: (): string => {
      const size = varint();
      const start = take(size);
      return bytes.toString('utf8', start, start + size);
    },
    /** A copy of the next bytes, aligned for any typed array. */
    copy: (size: number): ArrayBuffer => {
      const start = bytes.byteOffset + take(size);
      return bytes.buffer.slice(start, start + size) as ArrayBuffer;
    },
  };
}

function readPrefix(input: Input, type: NativeType): void {
  if (type.kind === 'low' && input.u64() !== 1)
    throw new RangeError('unknown LowCardinality version in a block');
  if (type.kind === 'array') readPrefix(input, type.items);
  if (type.kind === 'map') {
    readPrefix(input, type.keys);
    readPrefix(input, type.values);
  }
}

function readColumn(input: Input, type: NativeType, rows: number): Column {
  switch (type.kind) {
    case 'number': {
      const store = numberStores[type.store];
      return { kind: 'number', values: new store(input.copy(rows * store.BYTES_PER_ELEMENT)) };
    }
    case 'wide': {
      const store = type.signed ? BigInt64Array : BigUint64Array;
      return { kind: 'wide', values: new store(input.copy(rows * 8)) };
    }
    case 'time':
      return { kind: 'number', values: readTimes(input, rows) };
    case 'string':
      return readTexts(input, rows);
    case 'low':
      return readLow(input, rows);
    case 'fixed': {
      const start = input.take(rows * type.size);
      return { kind: 'fixed', size: type.size, bytes: input.bytes.subarray(start, start + rows * type.size) };
    }
    case 'array': {
      const offsets = readOffsets(input, rows);
      return { kind: 'array', offsets, items: readColumn(input, type.items, offsets[rows]!) };
    }
    case 'map': {
      const offsets = readOffsets(input, rows);
      const keys = readColumn(input, type.keys, offsets[rows]!);
      return { kind: 'map', offsets, keys, values: readColumn(input, type.values, offsets[rows]!) };
    }
  }
}

function readTimes(input: Input, rows: number): Float64Array {
  const words = new Uint32Array(input.copy(rows * 8));
  const times = new Float64Array(rows);
  for (let i = 0; i < rows; i++) times[i] = (words[i * 2 + 1]! | 0) * 2 ** 32 + words[i * 2]!;
  return times;
}

function readOffsets(input: Input, rows: number): Uint32Array {
  const words = new Uint32Array(input.copy(rows * 8));
  const offsets = new Uint32Array(rows + 1);
  for (let i = 0; i < rows; i++) {
    if (words[i * 2 + 1] !== 0) throw new RangeError('a block holds more than 2^32 nested values');
    offsets[i + 1] = words[i * 2]!;
  }
  return offsets;
}

function readTexts(input: Input, rows: number): TextColumn {
  const starts = new Uint32Array(rows);
  const ends = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const size = input.varint();
    const start = input.take(size);
    starts[i] = start;
    ends[i] = start + size;
  }
  return { kind: 'text', starts, ends, bytes: input.bytes };
}

/** Keys belong to the block ("has its own keys", 0x200); a dictionary shared between blocks (0x100) is never asked for. */
function readLow(input: Input, rows: number): LowColumn {
  if (rows === 0) return { kind: 'low', keys: [''], indexes: new Uint8Array(0) };
  const flags = input.u64();
  if ((flags & 0x100) !== 0 || (flags & 0x200) === 0)
    throw new RangeError('a block refers to a dictionary outside it');
  const keys = Array.from({ length: input.u64() }, () => input.text());
  const count = input.u64();
  if (count !== rows) throw new RangeError(`a LowCardinality column holds ${count} rows, not ${rows}`);
  const width = flags & 0xff;
  const store = [Uint8Array, Uint16Array, Uint32Array][width];
  if (store === undefined) throw new RangeError('a LowCardinality column holds more than 2^32 keys');
  return { kind: 'low', keys, indexes: new store(input.copy(rows * store.BYTES_PER_ELEMENT)) };
}
