import { LeewayError } from '../lib/errors.ts';
import type { Database } from './database.ts';
import { type DdlOptions, fillDdl } from './ddl.ts';
import { migrations } from './migrations/index.ts';
import { applyRetention } from './retention.ts';

/**
 * Creates the database and runs the migrations that are not recorded yet, in order; then sets how long rows are kept.
 * Safe to run twice and after a crash in between: every statement is idempotent and a migration is recorded last.
 */
export async function migrate(database: Database, options: DdlOptions): Promise<void> {
  const fill = (sql: string) => fillDdl(sql, options);
  await database.command(fill('CREATE DATABASE IF NOT EXISTS {db}{cluster}'));
  await database.command(
    fill(
      `CREATE TABLE IF NOT EXISTS {db}.migrations{cluster} (number UInt32, name String, at DateTime64(3, 'UTC') DEFAULT now64(3))
       ENGINE = {replacing:at} ORDER BY number`,
    ),
  );
  const done = await database.rows<{ number: number; name: string }>(
    fill('SELECT number, name FROM {db}.migrations FINAL'),
  );
  const known = new Map(migrations.map(m => [m.number, m.name]));
  for (const row of done) {
    if (known.get(Number(row.number)) !== row.name)
      throw new LeewayError(
        'LW_MIGRATION_CHANGED',
        `migration ${row.number} "${row.name}" of this store is not known here`,
      );
  }
  const recorded = new Set(done.map(row => Number(row.number)));
  for (const migration of migrations) {
    if (recorded.has(migration.number)) continue;
    for (const statement of migration.statements) await database.command(fill(statement));
    await database.insertRows(fill('{db}.migrations'), [{ number: migration.number, name: migration.name }]);
  }
  await applyRetention(database, options);
}
