import type { RegistryRecord } from '../../domain/registry.ts';

/** Events of the registry, and what became of them. */
export interface RegistryStore {
  append(record: RegistryRecord): Promise<void>;
  find(delivery: string): Promise<RegistryRecord | null>;
  /** Newest first. */
  recent(limit: number): Promise<readonly RegistryRecord[]>;
}

export type BaselineFormat = 'json' | 'ndjson' | 'csv' | 'parquet';

/** Makes and activates baselines. */
export interface RegistryBaselines {
  list(model: string): Promise<readonly MadeBaseline[]>;
  /** Throws LeewayError with a status below 500 for rows that cannot be used. */
  upload(upload: {
    readonly model: string;
    readonly format: BaselineFormat;
    readonly body: Uint8Array;
    readonly activate: boolean;
    readonly note: string;
  }): Promise<MadeBaseline>;
  activate(order: {
    readonly model: string;
    readonly version: string;
    readonly baseline: number;
    readonly from: number | null;
    readonly by: string;
  }): Promise<unknown>;
}

export interface MadeBaseline {
  readonly baseline: number;
  readonly note: string;
  readonly active: boolean;
}

/** A file of a run. */
export interface RunFile {
  readonly path: string;
  readonly bytes: number | null;
}

/** What is asked of MLflow. Throws RegistryFailure where it does not answer as it should. */
export interface Registry {
  /** Id of the run a version came from; '' when it came from none, null when the version is not there. */
  runOf(name: string, version: string): Promise<string | null>;
  /** Version that an alias points to now; null when it points to none. */
  versionOf(name: string, alias: string): Promise<string | null>;
  /** Files in a folder of a run's artifacts. */
  files(run: string, folder: string): Promise<readonly RunFile[]>;
  /** A file, or null when it is larger than `most` bytes. */
  fetch(run: string, path: string, most: number): Promise<Uint8Array | null>;
  close(): Promise<void>;
}
