/** A batch of rows of a file. */
export interface FileRows {
  readonly file: string;
  readonly layout: string;
  readonly model: string;
  readonly environment: string;
  readonly mapping: string;
  readonly from: number;
  readonly rows: readonly Uint8Array[];
  readonly left: number;
  readonly time: number | null;
  /** Only decoded: the answer says what would be refused. */
  readonly dry?: boolean | undefined;
}

/** What became of them. */
export interface FileRowsAnswer {
  readonly stored: number;
  readonly known: number;
  readonly labels: number;
  readonly ignored: number;
  readonly nameless: number;
  readonly refused: readonly { readonly row: number; readonly reason: string; readonly detail: string }[];
}

/** Takes rows of files in; answers when they are stored and marked. */
export interface FileDoor {
  limits(): Promise<{ readonly rawDays: number }>;
  open(file: { readonly file: string; readonly layout: string; readonly now: boolean }): Promise<{
    readonly rows: number;
    readonly rejected: number;
    readonly time: number | null;
  }>;
  /** `body` holds one row a line. Throws LW_BODY_INVALID when there are not `expected` of them. */
  take(batch: Omit<FileRows, 'rows'>, body: Uint8Array, expected: number): Promise<FileRowsAnswer>;
}
