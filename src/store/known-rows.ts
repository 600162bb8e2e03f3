import { bucketOf, type Inference } from '../domain/inference.ts';
import type { Database } from './database.ts';
import { keyOf } from './labels.ts';

/** Which of these rows are stored already, by what makes a row the same row. */
export interface KnownRows {
  /** How many different rows are given, and how many of them are there. */
  count(rows: readonly Inference[]): Promise<{ readonly distinct: number; readonly known: number }>;
}

export function createKnownRows({ database, db }: { database: Database; db: string }): KnownRows {
  return {
    count: async rows => {
      if (rows.length === 0) return { distinct: 0, known: 0 };
      const identities = new Set(rows.map(identityOf));
      const distinct = <T>(values: readonly T[]) => [...new Set(values)];
      // The table is sorted by these columns in this order, so that little is read.
      const found = await database.rows<Record<'model' | 'environment' | 'version' | 'hash' | 'at', string>>(
        `SELECT DISTINCT model, environment, version, hex(key) AS hash, toUnixTimestamp64Milli(time) AS at
         FROM ${db}.inferences
         WHERE model IN {models:Array(String)} AND environment IN {environments:Array(String)}
           AND bucket IN (SELECT toDateTime(arrayJoin({buckets:Array(UInt32)}), 'UTC'))
           AND key IN (SELECT toFixedString(unhex(arrayJoin({keys:Array(String)})), 16))`,
        {
          models: distinct(rows.map(row => row.model)),
          environments: distinct(rows.map(row => row.environment)),
          buckets: distinct(rows.map(row => bucketOf(row.time))),
          keys: distinct(rows.map(row => keyOf(row.id))),
        },
      );
      const known = found.filter(({ model, environment, version, hash, at }) =>
        identities.has(JSON.stringify([model, environment, version, hash, Number(at)])),
      ).length;
      return { distinct: identities.size, known };
    },
  };
}

function identityOf({ model, environment, version, id, time }: Inference): string {
  return JSON.stringify([model, environment, version, keyOf(id), Math.floor(time)]);
}
