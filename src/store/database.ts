/** Values bound to `{name:Type}` placeholders. User text reaches SQL only this way. */
export type Params = Readonly<Record<string, string | number | readonly string[] | readonly number[]>>;

/** Formats in which tables are given away; CSV without a line of names. */
export type FileFormat = 'CSV' | 'Parquet';

/**
 * ClickHouse as the rest of store/ sees it: chDB in this process, or a server over HTTP. Settings go into the SQL
 * text, never into client settings (chDB makes those sticky). Failures are thrown as `StoreError` (failures.ts).
 */
export interface Database {
  readonly kind: 'embedded' | 'server';
  /** A statement without a result. */
  command(sql: string, params?: Params): Promise<void>;
  /**
   * Rows of a SELECT (without a FORMAT clause) as objects. 64-bit integers are decimal text, NaN is null,
   * DateTime64 is text: select `toUnixTimestamp64Milli(time)` and convert in SQL.
   */
  rows<T>(sql: string, params?: Params): Promise<T[]>;
  /** Result of a SELECT (without a FORMAT clause) as ClickHouse Native blocks. */
  native(sql: string, params?: Params): Promise<Uint8Array>;
  /** Result of a SELECT (without a FORMAT clause) as a file of this format, whole. */
  formatted(sql: string, format: FileFormat, params?: Params): Promise<Uint8Array>;
  /** Inserts Native blocks; columns are named, so that later migrations may add some. */
  insertNative(table: string, columns: readonly string[], blocks: Uint8Array): Promise<void>;
  /** Inserts plain rows (for low volume); NaN and infinities survive. Bigints are written as integers. */
  insertRows(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  close(): Promise<void>;
}

/** The store's own clock: the only one that `received`, marks and run starts may come from. Tests inject theirs. */
export interface StoreClock {
  /** Epoch milliseconds. */
  now(): Promise<number>;
}
