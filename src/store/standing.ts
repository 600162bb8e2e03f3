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
  /** Streams of which an alert is firing, of whatever policy. */
  firing(): Promise<readonly Stream[]>;
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
    firing: () =>
      database.rows<Stream>(
        `SELECT DISTINCT model, environment FROM (SELECT model, environment, policy FROM ${db}.transitions FINAL
         GROUP BY model, environment, policy HAVING argMax("to", JSONExtractUInt(memory, 'step')) = 'firing')
         ORDER BY model, environment`,
      ),
    armed: async () => {
      const rows = await database.rows<{ model: string }>(
        `SELECT model FROM ${db}.switches FINAL WHERE name = 'armed'
         GROUP BY model HAVING argMax(turned, at) = 1 ORDER BY model`,
      );
      return rows.map(row => row.model);
    },
  };
}
