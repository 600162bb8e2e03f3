import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';

/** An export's copy of the tables, and the tables that an import fills before they take their place. */
export type CopyKind = 'export' | 'import';

/** A copy that is not dropped by whoever made it counts as left after this, seconds. */
const leftAfter = 86_400;

/** When it was made by the store's clock, epoch seconds, and who holds it: of many at once each drops its own. */
export async function newCopy(database: Database): Promise<string> {
  const [clock] = await database.rows<{ now: string }>('SELECT toUnixTimestamp(now()) AS now');
  return `${clock!.now}_${randomBytes(4).toString('hex')}`;
}

/** A copy's name comes back from outside: nothing but what `newCopy` makes goes into SQL. */
export function checkedCopy(copy: string): string {
  if (!/^\d{1,12}_[0-9a-f]{8}$/.test(copy))
    throw new TypeError(`${JSON.stringify(copy)} is no name of a copy`);
  return copy;
}

export const copyName = (db: string, kind: CopyKind, copy: string) => `${db}_${kind}_${copy}`;

/** What an import puts the empty tables aside as. */
export const asideName = (db: string, copy: string) => `${copyName(db, 'import', copy)}_before`;

/**
 * Drops the copies that killed exports and imports have left: their files are links to parts of long ago, in which
 * rows that were erased since are still to be read. Tables that were put aside stay when they hold rows.
 *
 * @param held whether somebody may be using one: then only those of a day ago are dropped
 * @returns how many were dropped
 */
export async function dropLeftCopies(
  database: Database,
  db: string,
  held: 'maybe' | 'by-nobody' = 'maybe',
): Promise<number> {
  const found = await database.rows<{ name: string; now: string }>(
    'SELECT name, toUnixTimestamp(now()) AS now FROM system.databases WHERE startsWith(name, {prefix:String}) ORDER BY name',
    { prefix: `${db}_` },
  );
  let dropped = 0;
  for (const { name, now } of found) {
    const [, made, aside] =
      /^(?:export|import)_(\d{1,12})_[0-9a-f]{8}(_before)?$/.exec(name.slice(db.length + 1)) ?? [];
    if (made === undefined || (held === 'maybe' && Number(now) - Number(made) < leftAfter)) continue;
    if (aside !== undefined && (await holdsRows(database, name))) continue;
    await database.command(`DROP DATABASE IF EXISTS ${name} SYNC`);
    dropped++;
  }
  return dropped;
}

async function holdsRows(database: Database, name: string): Promise<boolean> {
  const [found] = await database.rows<{ n: string }>(
    `SELECT sum(rows) AS n FROM system.parts WHERE database = {name:String} AND active
       AND table NOT IN ('migrations', 'job_runs', 'progress')`,
    { name },
  );
  return Number(found!.n) > 0;
}
