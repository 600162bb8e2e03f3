import type { Database } from './database.ts';

/** How many labels came for a model, by their own time. */
export interface LabelCounts {
  /** Labels with a time in [from, to), epoch milliseconds; one for each id. They know no environment. */
  between(model: string, from: number, to: number): Promise<number>;
}

export function createLabelCounts({
  database,
  db = 'leeway',
}: {
  database: Database;
  db?: string;
}): LabelCounts {
  return {
    between: async (model, from, to) => {
      const rows = await database.rows<{ labels: string }>(
        `SELECT count() AS labels FROM ${db}.labels FINAL WHERE model = {model:String}
           AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})`,
        { model, from: Math.round(from), to: Math.round(to) },
      );
      return Number(rows[0]?.labels ?? 0);
    },
  };
}
