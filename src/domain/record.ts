/** One record as a source delivers it, before anything is known about its content. */
export interface RawRecord {
  /** Name of the configured source, e.g. `kafka` or `http`. */
  readonly source: string;
  /** Where it stood: `cluster/topic/partition/offset`, `file-hash/row`, `request/index`. Unique within the source. */
  readonly position: string;
  /** The payload bytes; null is a tombstone. */
  readonly body: Uint8Array | null;
  /** The transport's own time in epoch milliseconds, or null when it has none. */
  readonly time: number | null;
  /** The inference id to use when the payload has none (`source/position`, or `Idempotency-Key#index`). */
  readonly fallbackId: string;
  /** The model its transport says it is of (the topic's name); it goes before what the payload says. */
  readonly model?: string;
}

/** How far one partition of a source has been read. A window is judged only when every partition has passed it. */
export interface Progress {
  readonly source: string;
  /** `cluster/topic/number`, or `clock` for sources that are always read up to the clock. */
  readonly partition: string;
  /** Last position stored, as text. */
  readonly position: string;
  /** Highest event time stored so far, epoch milliseconds, capped at the clock. */
  readonly watermark: number;
  /** Records the source holds that were not read yet. */
  readonly lag: number;
}
