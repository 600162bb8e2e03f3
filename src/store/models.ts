import type { Database } from './database.ts';

/** What is stored of one version of a model in one environment. */
export interface ModelVersion {
  readonly model: string;
  readonly environment: string;
  readonly version: string;
  /** First and last bucket with rows, epoch seconds. */
  readonly firstBucket: number;
  readonly lastBucket: number;
  /** Stored rows; copies not yet merged away count. */
  readonly rows: number;
}

/** Which models there are. */
export interface ModelStore {
  /** Every model, environment and version with rows; one pass over four small columns. `model` narrows it to one. */
  list(model?: string): Promise<ModelVersion[]>;
  /** Names of all models that rows ever came in for; reads marks only. */
  names(): Promise<string[]>;
}

/** Models as the rows and marks of the store tell them. */
export function createModelStore(database: Database, db: string = 'leeway'): ModelStore {
  return {
    list: async model => {
      const rows = await database.rows<
        Record<'model' | 'environment' | 'version' | 'first' | 'last' | 'total', string>
      >(
        `SELECT model, environment, version, toUnixTimestamp(min(bucket)) AS first, toUnixTimestamp(max(bucket)) AS last,
           count() AS total
         FROM ${db}.inferences ${model === undefined ? '' : 'WHERE model = {model:String}'}
         GROUP BY model, environment, version ORDER BY model, environment, version`,
        model === undefined ? undefined : { model },
      );
      return rows.map(row => ({
        model: row.model,
        environment: row.environment,
        version: row.version,
        firstBucket: Number(row.first),
        lastBucket: Number(row.last),
        rows: Number(row.total),
      }));
    },
    names: async () => {
      const rows = await database.rows<{ model: string }>(
        `SELECT DISTINCT model FROM ${db}.touched ORDER BY model`,
      );
      return rows.map(row => row.model);
    },
  };
}
