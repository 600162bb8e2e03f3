/** Thrift's compact protocol, in which the footer of a Parquet file is written: what is read here is written back alike. */

/** A field of a struct. Booleans have their value in the type. */
export interface ThriftField {
  readonly id: number;
  readonly type: number;
  readonly value: ThriftValue;
}

export interface ThriftStruct {
  readonly fields: readonly ThriftField[];
}

export interface ThriftList {
  /** Type of the elements. */
  readonly of: number;
  readonly items: readonly ThriftValue[];
}

/** Bytes that are an encoded value already. */
export interface ThriftEncoded {
  readonly encoded: Uint8Array;
}

/** Integers are bigints; doubles, texts and whatever is not looked into stay bytes. */
export type ThriftValue = bigint | boolean | Uint8Array | ThriftList | ThriftStruct | ThriftEncoded;

export const thriftType = {
  yes: 1,
  no: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** Reads one struct from the beginning of `bytes`. @throws RangeError when they end too early or hold a map */
export function readStruct(bytes: Uint8Array): ThriftStruct {
  return structAt({ bytes, at: 0 });
}

function structAt(cursor: Cursor): ThriftStruct {
  const fields: ThriftField[] = [];
  let id = 0;
  for (;;) {
    const head = byteAt(cursor);
    if (head === 0) return { fields };
    const type = head & 15;
    id = head >> 4 === 0 ? Number(unzigzag(varintAt(cursor))) : id + (head >> 4);
    const isBoolean = type === thriftType.yes || type === thriftType.no;
    fields.push({ id, type, value: isBoolean ? type === thriftType.yes : valueAt(cursor, type) });
  }
}

function valueAt(cursor: Cursor, type: number): ThriftValue {
  switch (type) {
    case thriftType.yes:
    case thriftType.no:
      return byteAt(cursor) === thriftType.yes;
    case thriftType.byte:
      return bytesAt(cursor, 1);
    case thriftType.i16:
    case thriftType.i32:
    case thriftType.i64:
      return unzigzag(varintAt(cursor));
    case thriftType.double:
      return bytesAt(cursor, 8);
    case thriftType.binary:
      return bytesAt(cursor, Number(varintAt(cursor)));
    case thriftType.list:
    case thriftType.set:
      return listAt(cursor);
    case thriftType.struct:
      return structAt(cursor);
    default:
      throw new RangeError(`a Parquet footer holds type ${type}, which is not known here`);
  }
}

function listAt(cursor: Cursor): ThriftList {
  const head = byteAt(cursor);
  const of = head & 15;
  const size = head >> 4 === 15 ? Number(varintAt(cursor)) : head >> 4;
  return { of, items: Array.from({ length: size }, () => valueAt(cursor, of)) };
}

function byteAt(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new RangeError('a Parquet footer ends too early');
  return byte;
}

function bytesAt(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) throw new RangeError('a Parquet footer ends too early');
  const bytes = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}

function varintAt(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = byteAt(cursor);
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n);
}

/** The bytes of a struct. */
export function writeStruct(struct: ThriftStruct): Uint8Array {
  const out: Uint8Array[] = [];
  putStruct(out, struct);
  return Buffer.concat(out);
}

function putStruct(out: Uint8Array[], { fields }: ThriftStruct): void {
  let last = 0;
  for (const { id, type, value } of fields) {
    const step = id - last;
    if (step > 0 && step < 16) out.push(Uint8Array.of((step << 4) | type));
    else out.push(Uint8Array.of(type), varint(zigzag(BigInt(id))));
    last = id;
    if (typeof value !== 'boolean') putValue(out, value, type);
  }
  out.push(Uint8Array.of(0));
}

function putValue(out: Uint8Array[], value: ThriftValue, type: number): void {
  if (typeof value === 'bigint') out.push(varint(zigzag(value)));
  else if (typeof value === 'boolean') out.push(Uint8Array.of(value ? thriftType.yes : thriftType.no));
  else if (value instanceof Uint8Array) {
    if (type === thriftType.binary) out.push(varint(BigInt(value.length)));
    out.push(value);
  } else if ('encoded' in value) out.push(value.encoded);
  else if ('fields' in value) putStruct(out, value);
  else {
    const { of, items } = value;
    if (items.length < 15) out.push(Uint8Array.of((items.length << 4) | of));
    else out.push(Uint8Array.of(0xf0 | of), varint(BigInt(items.length)));
    for (const item of items) putValue(out, item, of);
  }
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -value * 2n - 1n : value * 2n;
}
