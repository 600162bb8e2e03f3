import { createHash } from 'node:crypto';
import { createSealer, type Sealer } from '../lib/seal.ts';
import type { Database } from './database.ts';

/** Secrets that single-order tokens are made with: every process that serves a store takes the same ones. */
export interface TokenSecrets {
  /** Oldest first; those that no key opens are left out. */
  all(): Promise<readonly string[]>;
  /** Adds one; two processes that come up together may each add theirs, and both count. */
  add(secret: string): Promise<void>;
}

/**
 * Secrets in ClickHouse, sealed where there is a key. The hash is the table's key, so that no secret stands in an index.
 * What was kept without a key, or sealed with an older one, is sealed anew when it is read.
 */
export function createTokenSecrets({
  database,
  db = 'leeway',
  sealer = createSealer([]),
}: {
  database: Database;
  db?: string;
  sealer?: Sealer;
}): TokenSecrets {
  const table = `${db}.token_secrets`;
  const kept = (id: string, secret: string) => (sealer.able ? sealer.seal(secret, contextOf(id)) : secret);
  return {
    all: async () => {
      const rows = await database.rows<{ id: string; secret: string; at_ms: string }>(
        `SELECT id, secret, toUnixTimestamp64Milli(at) AS at_ms FROM ${table} FINAL ORDER BY at, id`,
        {},
      );
      const opened = rows.flatMap(row => {
        const found = open(sealer, row);
        return found === null ? [] : [{ ...row, ...found }];
      });
      const stale = opened.filter(row => row.stale);
      // Of the rows of an id the latest counts; nearly the same time keeps their order.
      if (stale.length > 0)
        await database.insertRows(
          table,
          stale.map(({ id, text, at_ms }) => ({ id, secret: kept(id, text), at: Number(at_ms) + 1 })),
        );
      return opened.map(row => row.text);
    },
    add: secret => {
      const id = createHash('sha256').update(secret).digest('hex').slice(0, 16);
      return database.insertRows(table, [{ id, secret: kept(id, secret) }]);
    },
  };
}

/** A secret is made of base64url alone; a sealed text has full stops. */
function open(
  sealer: Sealer,
  { id, secret }: { readonly id: string; readonly secret: string },
): { readonly text: string; readonly stale: boolean } | null {
  if (secret.includes('.')) return sealer.open(secret, contextOf(id));
  return { text: secret, stale: sealer.able };
}

function contextOf(id: string): string {
  return `callback tokens ${id}`;
}
