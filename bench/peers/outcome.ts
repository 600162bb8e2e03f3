/** What one tool's process wrote: Leeway's and each peer's have the same shape. */
export interface Outcome {
  readonly tool: string;
  readonly version: string;
  readonly notes?: readonly string[];
  /** Empty or absent when time was measured. */
  readonly cells?: readonly PeerCell[];
  /** CPU seconds, one a run: of all verdicts, or of one comparison when time was measured. */
  readonly seconds: readonly number[];
  /** Of that comparison, CPU seconds for another window against the same reference. */
  readonly again?: readonly number[];
  /** Largest resident size of the process. */
  readonly megabytes: number;
}

/** Windows flagged in one cell of the comparison, one number a repeat. */
export interface PeerCell {
  readonly setting: string;
  /** Rows of the reference. */
  readonly reference: number;
  /** Rows of a window. */
  readonly rows: number;
  readonly column: string;
  readonly flagged: number[];
  readonly windows: number[];
}

/** A share with its standard error. */
export interface Share {
  readonly share: number;
  readonly error: number;
  readonly windows: number;
}

/**
 * Share of windows flagged over some cells. The windows of a repeat have their reference in common, so the standard
 * error is that of the mean over repeats.
 */
export function shareFlagged(cells: readonly PeerCell[]): Share {
  const repeats = cells[0]?.flagged.length ?? 0;
  const total = (of: 'flagged' | 'windows', repeat: number) =>
    cells.reduce((sum, cell) => sum + cell[of][repeat]!, 0);
  const shares = Array.from({ length: repeats }, (_, i) => total('flagged', i) / total('windows', i));
  const windows = Array.from({ length: repeats }, (_, i) => total('windows', i)).reduce((a, b) => a + b, 0);
  const share = shares.reduce((sum, each) => sum + each, 0) / repeats;
  const squares = shares.reduce((sum, each) => sum + (each - share) ** 2, 0);
  const error = repeats > 1 ? Math.sqrt(squares / (repeats - 1) / repeats) : Number.NaN;
  return { share, error, windows };
}
