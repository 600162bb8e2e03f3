import type { RejectReason } from '../../domain/reject.ts';

/** Name of ingested files in `source` columns. */
export const fileSource = 'file';

/** A file as the service knows it: the same content read with the same options. */
export interface FileKey {
  /** Hash of the content, 16 hex digits. */
  readonly file: string;
  /** Hash of the options that decide what a row becomes, 8 hex digits. */
  readonly layout: string;
}

/** What makes a row of a file, besides its content. */
export interface FileRules {
  /** Model of every row; '' reads it from the rows. */
  readonly model: string;
  /** Environment of rows that name none; '' is the service's own default. */
  readonly environment: string;
  /** A configured source whose mapping reads the rows; '' for payload version 1. */
  readonly mapping: string;
}

/** What is known of a file before it is read. */
export interface FileState {
  /** Rows at its start that are stored or refused already. */
  readonly rows: number;
  /** Rows of it that were refused and are listed as rejects. */
  readonly rejected: number;
  /** Time of rows that have none (--now), fixed when the file was first seen; null: they are refused. */
  readonly time: number | null;
}

export interface FileBatch extends FileKey, FileRules {
  /** Number of the first row. */
  readonly from: number;
  /** One row each, JSON. */
  readonly rows: readonly Uint8Array[];
  /** Rows of the file behind this batch. */
  readonly left: number;
  readonly time: number | null;
  /** Only decoded: the answer says what would be refused. */
  readonly dry?: boolean | undefined;
}

export interface FileRefusal {
  /** Number of the row in the file. */
  readonly row: number;
  readonly reason: RejectReason;
  readonly detail: string;
}

/** What became of a batch; given after it is stored. */
export interface FileAnswer {
  /** Inferences that were not there before. */
  readonly stored: number;
  /** Inferences that were there already, stored again as the same rows. */
  readonly known: number;
  readonly labels: number;
  /** Rows passed over: erased ids. */
  readonly ignored: number;
  /** Rows that got an id from the file's content, having none of their own. */
  readonly nameless: number;
  readonly refused: readonly FileRefusal[];
}

/** Takes rows of files in: the running service over HTTP, or the store opened here. */
export interface FileDesk {
  /** Where it stores, for people. */
  readonly where: string;
  open(file: FileKey & { readonly now: boolean }): Promise<FileState>;
  take(batch: FileBatch): Promise<FileAnswer>;
  /** Settings that explain refusals. */
  limits(): Promise<FileLimits>;
}

export interface FileLimits {
  /** Days that rows are kept; older ones are refused. */
  readonly rawDays: number;
}
