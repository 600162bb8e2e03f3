/** What an erasure has removed. */
export interface ErasureSummary {
  readonly model: string;
  /** Ids asked for; they are kept out from now on, whether anything was stored of them or not. */
  readonly ids: number;
  readonly rows: number;
  readonly labels: number;
  /** Rejects whose kept payload was cleared, of whichever id. */
  readonly rejects: number;
  /** Partitions rewritten so that the files hold the rows no longer; null: that is left to the nightly run. */
  readonly purged: number | null;
}

/** Removes the rows of ids and keeps them out. Throws LeewayError: LW_NOT_FOUND for a model that was never heard of. */
export interface ErasureDesk {
  erase(request: {
    readonly model: string;
    readonly ids: readonly string[];
    /** Whether to rewrite the files at once. */
    readonly purge: boolean;
  }): Promise<ErasureSummary>;
}
