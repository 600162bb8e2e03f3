import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** Secrets that single-order tokens are made with: every process that serves a store takes the same ones. */
export interface TokenSecrets {
  /** Oldest first. */
  all(): Promise<readonly string[]>;
  /** Adds one; two processes that come up together may each add theirs, and both count. */
  add(secret: string): Promise<void>;
}

/** Secrets in ClickHouse. The hash is the key, so that no secret stands in an index. */
export function createTokenSecrets({
  database,
  db = 'leeway',
}: {
  database: Database;
  db?: string;
}): TokenSecrets {
  return {
    all: async () => {
      const rows = await database.rows<{ secret: string }>(
        `SELECT secret FROM ${db}.token_secrets FINAL ORDER BY at, id`,
        {},
      );
      return rows.map(row => row.secret);
    },
    add: secret => {
      const id = createHash('sha256').update(secret).digest('hex').slice(0, 16);
      return database.insertRows(`${db}.token_secrets`, [{ id, secret }]);
    },
  };
}
