import type { Database } from './database.ts';

export interface ReceiversDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** A receiver that is kept here: where it is and its secrets are sealed before they come. */
export interface StoredReceiver {
  readonly name: string;
  readonly type: string;
  readonly takes: 'alerts' | 'orders';
  readonly sealed: string;
  readonly by: string;
  readonly removed: boolean;
  /** Wall clock, epoch milliseconds; of several rows of a name the latest counts. */
  readonly at: number;
}

export interface Receivers {
  put(receiver: StoredReceiver): Promise<void>;
  /** Those that are not removed, by name. */
  list(): Promise<readonly StoredReceiver[]>;
}

/** Receivers in ClickHouse. */
export function createReceivers({ database, db = 'leeway' }: ReceiversDeps): Receivers {
  return {
    put: ({ removed, at, ...same }) =>
      database.insertRows(`${db}.receivers`, [{ ...same, removed: removed ? 1 : 0, at: Math.round(at) }]),
    list: async () => {
      const rows = await database.rows<Omit<StoredReceiver, 'removed' | 'at'> & { at_ms: string }>(
        `SELECT name, type, takes, sealed, by, toUnixTimestamp64Milli(at) AS at_ms FROM ${db}.receivers FINAL
         WHERE removed = 0 ORDER BY name`,
      );
      return rows.map(({ at_ms, ...same }) => ({ ...same, removed: false, at: Number(at_ms) }));
    },
  };
}
