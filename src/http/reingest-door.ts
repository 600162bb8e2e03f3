export interface ReingestOrder {
  readonly source: string;
  readonly model: string;
  readonly from: number;
  readonly to: number;
}

export interface ReingestPlanned {
  readonly ranges: readonly { readonly partition: string; readonly first: number; readonly last: number }[];
  readonly records: number;
  readonly rowsOfTime: number;
  readonly rows: number;
  readonly labels: number;
  readonly rejects: number;
  readonly unfinished: boolean;
  readonly missing: readonly MissingOffsets[];
}

/** Offsets that could not be read again; rows of them that are still stored. */
export interface MissingOffsets {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
}

/** How a reingest stands; one runs at a time. */
export interface ReingestState {
  readonly state: 'running' | 'done' | 'failed';
  readonly read: number;
  readonly of: number;
  readonly stored: number;
  readonly labels: number;
  readonly refused: number;
  readonly missing: readonly MissingOffsets[];
  readonly error: string;
}

/** Rows of a source removed and read again, while the service runs. */
export interface ReingestDoor {
  plan(order: ReingestOrder): Promise<ReingestPlanned>;
  /** Throws LW_CONFLICT while another one runs. */
  start(order: ReingestOrder): Promise<ReingestState>;
  state(): ReingestState | null;
  /** Removes what was stored of a file, of one model or ('') of all; returns what it was. */
  removeFile(file: string, remove: boolean, model: string): Promise<FileCounts>;
}

/** What is stored of a file. */
export interface FileCounts {
  readonly rows: number;
  readonly labels: number;
  readonly rejects: number;
  /** The rows by model. */
  readonly models: readonly { readonly model: string; readonly rows: number }[];
  /** Rows of models that were not asked for: they stay. */
  readonly others: readonly { readonly model: string; readonly rows: number }[];
}
