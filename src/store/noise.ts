import type { Database } from './database.ts';

/** A stream seen through one baseline. */
export interface StreamBaseline {
  readonly model: string;
  readonly environment: string;
  readonly baseline: number;
}

/** The fitted noise of one stream: JSON by subject. */
export interface StoredNoise {
  readonly version: number;
  readonly hours: number;
  readonly inherited: number;
  readonly subjects: ReadonlyMap<string, string>;
}

const ofBaseline =
  'model = {model:String} AND environment = {environment:String} AND baseline = {baseline:UInt32}';

/** Fitted noise by version. A fit is one insert, so it is there as a whole or not at all. */
export function createNoiseStore(database: Database, db: string = 'leeway') {
  return {
    read: async (of: StreamBaseline, version: number): Promise<StoredNoise | null> => {
      const { model, environment, baseline } = of;
      const rows = await database.rows<{
        number: number;
        subject: string;
        hours: number;
        inherited: number;
        body: string;
      }>(
        `SELECT version AS number, subject, hours, inherited, body FROM ${db}.noise FINAL
         WHERE ${ofBaseline} AND version = (
           SELECT max(version) FROM ${db}.noise WHERE ${ofBaseline} AND version <= {version:UInt32})
         ORDER BY subject`,
        { model, environment, baseline, version },
      );
      const first = rows[0];
      if (first === undefined) return null;
      return {
        version: Number(first.number),
        hours: Number(first.hours),
        inherited: Number(first.inherited),
        subjects: new Map(rows.map(({ subject, body }) => [subject, body])),
      };
    },
    write: (of: StreamBaseline, noise: StoredNoise): Promise<void> => {
      const { model, environment, baseline } = of;
      const { version, hours, inherited } = noise;
      return database.insertRows(
        `${db}.noise`,
        [...noise.subjects].map(([subject, body]) => ({
          model,
          environment,
          baseline,
          version,
          subject,
          hours,
          inherited,
          body,
        })),
      );
    },
  };
}
