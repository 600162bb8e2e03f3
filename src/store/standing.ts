import type { Database } from './database.ts';

interface Stream {
  readonly model: string;
  readonly environment: string;
}

/** An activation without what only its history is read for. */
interface StandingActivation {
  readonly model: string;
  readonly version: string;
  readonly baseline: number;
  /** Epoch milliseconds, like `at`. */
  readonly from: number;
  readonly at: number;
  readonly by: string;
}

/** Where all models stand, in one statement a question: a list of models must not cost a statement a model. */
export interface Standing {
  activations(): Promise<readonly StandingActivation[]>;
  /** Streams whose alert of this policy is firing. */
  firing(policy: string): Promise<readonly Stream[]>;
  armed(): Promise<readonly string[]>;
}

export function createStanding({ database, db }: { database: Database; db: string }): Standing {
  return {
    activations: async () => {
      const rows = await database.rows<
        Record<'model' | 'version' | 'number' | 'begins' | 'made' | 'who', string>
      >(
        `SELECT model, version, baseline AS number, toUnixTimestamp64Milli("from") AS begins,
           toUnixTimestamp64Milli(at) AS made, "by" AS who
         FROM ${db}.activations FINAL ORDER BY model, begins, made`,
      );
      return rows.map(row => ({
        model: row.model,
        version: row.version,
        baseline: Number(row.number),
        from: Number(row.begins),
        at: Number(row.made),
        by: row.who,
      }));
    },
    firing: policy =>
      database.rows<Stream>(
        `SELECT model, environment FROM ${db}.transitions FINAL WHERE policy = {policy:String}
         GROUP BY model, environment HAVING argMax("to", JSONExtractUInt(memory, 'step')) = 'firing'`,
        { policy },
      ),
    armed: async () => {
      const rows = await database.rows<{ model: string }>(
        `SELECT model FROM ${db}.arming FINAL WHERE armed = 1`,
      );
      return rows.map(row => row.model);
    },
  };
}
