import type { Database } from './database.ts';

/** Rejects that are kept of a source whose positions begin with `prefix`. */
export function createRejectedRows({ database, db }: { database: Database; db: string }) {
  return async (source: string, prefix: string): Promise<number> => {
    const [row] = await database.rows<{ n: string }>(
      `SELECT count() AS n FROM ${db}.rejects FINAL WHERE source = {source:String} AND startsWith(position, {prefix:String})`,
      { source, prefix },
    );
    return Number(row!.n);
  };
}
