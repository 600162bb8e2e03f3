/** Rows of a model as one table; times are epoch milliseconds, half-open. */
export interface TableQuery {
  readonly model: string;
  /** Null: the one seen last. */
  readonly environment: string | null;
  /** Null: every version. */
  readonly version: string | null;
  readonly from: number | null;
  readonly to: number | null;
  /** Only rows that have a label. */
  readonly labelled: boolean;
  readonly format: 'csv' | 'parquet';
}

export interface ExportDoor {
  /**
   * The file in pieces, each read when it is asked for.
   *
   * @throws LeewayError LW_NOT_FOUND for a model or environment that is not known, LW_REQUEST_INVALID
   */
  table(query: TableQuery): AsyncGenerator<Uint8Array>;
}
