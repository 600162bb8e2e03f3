/** Where a row came from: what its record knows besides the payload. */
export interface Place {
  readonly source: string;
  /** Position of the row: the record's, with `#index` when the record holds several rows. */
  readonly position: string;
  /** Id of a row whose payload has none. */
  readonly fallbackId: string;
  /** The transport's time, epoch milliseconds, or null. */
  readonly time: number | null;
  /** The model the transport says, or undefined. */
  readonly model?: string | undefined;
  /** The clock when the record is decoded, epoch milliseconds. */
  readonly now: number;
}
