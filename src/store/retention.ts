import type { Database } from './database.ts';
import { type DdlOptions, fillDdl } from './ddl.ts';
import { migrations } from './migrations/index.ts';

/** Name and TTL of every table that has one, as in its migration. */
const expiring = migrations
  .flatMap(({ statements }) => statements)
  .flatMap(statement => {
    const name = /\{db\}\.(\w+)/.exec(statement)?.[1];
    const ttl = /\{ttl:[^}]+\}/.exec(statement)?.[0];
    return name === undefined || ttl === undefined ? [] : [{ name, ttl }];
  });

/**
 * Brings the TTL of existing tables to what is configured now: what is sealed is decided by the configuration, so rows
 * must live as long as it says. Changes nothing where they agree; without retention (tests) nothing at all.
 */
export async function applyRetention(database: Database, options: DdlOptions): Promise<void> {
  if (options.retention === null) return;
  const fill = (sql: string) => fillDdl(sql, options);
  const stored = await database.rows<{ name: string; engine: string }>(
    'SELECT name, engine_full AS engine FROM system.tables WHERE database = {database:String}',
    { database: options.database },
  );
  const engines = new Map(stored.map(({ name, engine }) => [name, engine]));
  for (const { name, ttl } of expiring) {
    // The expressions are written the way ClickHouse prints them.
    if (engines.get(name)?.includes(` ${fill(ttl)} `) === true) continue;
    await database.command(fill(`ALTER TABLE {db}.${name}{cluster} MODIFY ${ttl}`));
  }
}
