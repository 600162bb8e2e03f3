/**
 * One column of a block as read from ClickHouse: typed arrays, no objects per row. All arrays are copies that own
 * their memory, except `bytes`, which looks into the block it was read from.
 */
export type Column =
  | NumberColumn
  | WideColumn
  | TextColumn
  | LowColumn
  | FixedColumn
  | ArrayColumn
  | MapColumn;

/**
 * Numbers, one a row: UInt8..UInt32, Int8..Int32, Float32, Float64, Bool (0 and 1), DateTime (epoch seconds) in their
 * own width; DateTime64(3) as a Float64Array of epoch milliseconds.
 */
export interface NumberColumn {
  readonly kind: 'number';
  readonly values:
    | Uint8Array
    | Uint16Array
    | Uint32Array
    | Int8Array
    | Int16Array
    | Int32Array
    | Float32Array
    | Float64Array;
}

/** UInt64 and Int64. */
export interface WideColumn {
  readonly kind: 'wide';
  readonly values: BigUint64Array | BigInt64Array;
}

/** String: row i is UTF-8 in `bytes` from `starts[i]` to `ends[i]`; `textAt` decodes it. */
export interface TextColumn {
  readonly kind: 'text';
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly bytes: Uint8Array;
}

/** LowCardinality(String): row i is `keys[indexes[i]]`. `keys` may hold texts that no row uses; keys[0] is ''. */
export interface LowColumn {
  readonly kind: 'low';
  readonly keys: readonly string[];
  readonly indexes: Uint8Array | Uint16Array | Uint32Array;
}

/** FixedString(size): row i is `bytes` from `i * size`. */
export interface FixedColumn {
  readonly kind: 'fixed';
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** Array(T): row i holds `items` from `offsets[i]` to `offsets[i + 1]`. */
export interface ArrayColumn {
  readonly kind: 'array';
  /** One longer than the rows; the first is 0. */
  readonly offsets: Uint32Array;
  readonly items: Column;
}

/**
 * Map(K, V): row i holds the pairs from `offsets[i]` to `offsets[i + 1]` of `keys` and `values`. For the features of
 * `inferences` keys is a LowColumn: count with `indexes`, name with `keys`.
 */
export interface MapColumn {
  readonly kind: 'map';
  /** One longer than the rows; the first is 0. */
  readonly offsets: Uint32Array;
  readonly keys: Column;
  readonly values: Column;
}

/** Some rows of a result; a result comes in one or more blocks of at most 65,409 rows or so. */
export interface Block {
  readonly rows: number;
  /** Columns by name, in the order of the SELECT. */
  readonly columns: ReadonlyMap<string, Column>;
}

/** The text of row `row`. */
export function textAt(column: TextColumn, row: number): string {
  const { bytes } = column;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'utf8',
    column.starts[row],
    column.ends[row],
  );
}

/** A plain value of one row: number, bigint, text, bytes, array, or a Map. For low volume and for tests. */
export function valueAt(column: Column, row: number): unknown {
  switch (column.kind) {
    case 'number':
    case 'wide':
      return column.values[row];
    case 'text':
      return textAt(column, row);
    case 'low':
      return column.keys[column.indexes[row]!];
    case 'fixed':
      return new Uint8Array(column.bytes.subarray(row * column.size, (row + 1) * column.size));
    case 'array':
      return valuesBetween(column.items, column.offsets[row]!, column.offsets[row + 1]!);
    case 'map': {
      const from = column.offsets[row]!;
      const to = column.offsets[row + 1]!;
      const values = valuesBetween(column.values, from, to);
      return new Map(valuesBetween(column.keys, from, to).map((key, i) => [key, values[i]]));
    }
  }
}

function valuesBetween(column: Column, from: number, to: number): unknown[] {
  return Array.from({ length: to - from }, (_, i) => valueAt(column, from + i));
}
