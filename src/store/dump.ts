import type { Database } from './database.ts';

/** A migration as it is recorded: two stores of the same list have the same tables. */
export interface SchemaStep {
  readonly number: number;
  readonly name: string;
}

/** A piece of a table that is read, and inserted, at once: part of one partition. */
export interface DumpPiece {
  readonly part: string;
  readonly partition: string;
  /** Rows of the part from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
}

export interface DumpTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly pieces: readonly DumpPiece[];
}

/** Rows of a table that count (copies collapsed), and a sum over their content that does not know order. */
export interface Fingerprint {
  readonly rows: number;
  readonly checksum: string;
}

/** A copy of all tables as they were, made of links: nothing is read or written for it. */
export interface Snapshot {
  readonly schema: readonly SchemaStep[];
  /** The store's clock when it was begun, epoch milliseconds. */
  readonly at: number;
  readonly tables: readonly DumpTable[];
}

/** Rows read at a time. */
const pieceRows = 100_000;

/**
 * The order in which tables are copied while a service goes on writing: whatever is made from something else comes
 * before it, so that everything a row of the copy speaks of is in the copy too. Marks come last, for then every row of
 * the copy whose bucket is not profiled yet is marked. Tables that are not named stand alone and come first.
 */
const order: readonly string[] = [
  'deliveries',
  'orders',
  'callbacks',
  'transitions',
  'findings',
  'noise',
  'profile_runs',
  'profiles',
  'activations',
  'baselines',
  'baseline_subjects',
  'progress',
  'requests',
  'rejects',
  'labels',
  'inferences',
  'erasures',
  'touched',
];

const snapshotOf = (db: string) => `${db}_export`;

/** Copies of the whole store, for moving it and for backups. One at a time. */
export interface Dump {
  /** Copies every table. What an earlier export left is removed. */
  begin(): Promise<Snapshot>;
  fingerprint(table: string): Promise<Fingerprint>;
  /** A piece as Native blocks, and how many rows it holds. */
  read(table: string, piece: DumpPiece): Promise<Uint8Array>;
  end(): Promise<void>;
}

export function createDump({ database, db }: { database: Database; db: string }): Dump {
  const copy = snapshotOf(db);
  const end = () => database.command(`DROP DATABASE IF EXISTS ${copy} SYNC`);
  return {
    begin: async () => {
      await end();
      await database.command(`CREATE DATABASE ${copy}`);
      const schema = await schemaOf(database, db);
      const [clock] = await database.rows<{ now: string }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
      for (const name of sorted(await tablesOf(database, db))) {
        await database.command(`CREATE TABLE ${copy}.${name} AS ${db}.${name}`);
        // What is read in pieces must stay as it is.
        await database.command(`SYSTEM STOP MERGES ${copy}.${name}`);
        await database.command(`ALTER TABLE ${copy}.${name} ATTACH PARTITION ALL FROM ${db}.${name}`);
      }
      const tables: DumpTable[] = [];
      for (const name of await tablesOf(database, copy))
        tables.push({
          name,
          columns: await columnsOf(database, copy, name),
          pieces: await piecesOf(database, copy, name),
        });
      return { schema, at: Number(clock!.now), tables };
    },
    fingerprint: table => fingerprintOf(database, copy, table),
    read: async (table, { part, from, to }) => {
      const columns = (await columnsOf(database, copy, checked(table))).map(quoted).join(', ');
      return database.native(
        `SELECT ${columns} FROM ${copy}.${table}
         WHERE _part = {part:String} AND _part_offset >= {from:UInt64} AND _part_offset < {to:UInt64}`,
        { part, from, to },
      );
    },
    end,
  };
}

/** The migrations a store has. */
export async function schemaOf(database: Database, db: string): Promise<SchemaStep[]> {
  const rows = await database.rows<SchemaStep>(
    `SELECT number, name FROM ${db}.migrations FINAL ORDER BY number`,
  );
  return rows.map(({ number, name }) => ({ number: Number(number), name }));
}

/** Tables that hold rows. */
export async function tablesOf(database: Database, db: string): Promise<string[]> {
  const rows = await database.rows<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = {db:String} AND endsWith(engine, 'MergeTree') ORDER BY name`,
    { db },
  );
  return rows.map(({ name }) => checked(name));
}

export async function fingerprintOf(database: Database, db: string, table: string): Promise<Fingerprint> {
  const [engine] = await database.rows<{ collapses: number }>(
    `SELECT position(engine, 'Replacing') > 0 AS collapses FROM system.tables WHERE database = {db:String} AND name = {table:String}`,
    { db, table },
  );
  const final = Number(engine?.collapses ?? 0) === 1 ? 'FINAL' : '';
  const columns = (await columnsOf(database, db, table)).map(quoted).join(', ');
  const [found] = await database.rows<{ all_rows: string; all_content: string }>(
    `SELECT count() AS all_rows, sum(cityHash64(${columns})) AS all_content FROM ${db}.${checked(table)} ${final}`,
  );
  return { rows: Number(found!.all_rows), checksum: String(found!.all_content) };
}

async function columnsOf(database: Database, db: string, table: string): Promise<string[]> {
  const rows = await database.rows<{ name: string }>(
    'SELECT name FROM system.columns WHERE database = {db:String} AND table = {table:String} ORDER BY position',
    { db, table },
  );
  return rows.map(({ name }) => checked(name));
}

async function piecesOf(database: Database, db: string, table: string): Promise<DumpPiece[]> {
  const parts = await database.rows<{ name: string; partition: string; rows: string }>(
    `SELECT name, partition_id AS partition, rows FROM system.parts
     WHERE database = {db:String} AND table = {table:String} AND active ORDER BY partition_id, name`,
    { db, table },
  );
  return parts.flatMap(({ name: part, partition, rows }) =>
    Array.from({ length: Math.ceil(Number(rows) / pieceRows) }, (_, i) => ({
      part,
      partition,
      from: i * pieceRows,
      to: Math.min(Number(rows), (i + 1) * pieceRows),
    })),
  );
}

function sorted(tables: readonly string[]): string[] {
  return [...tables].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

export function quoted(name: string): string {
  return `\`${checked(name)}\``;
}

/** Names of tables and columns come from the engine or from a manifest: nothing but a plain word goes into SQL. */
export function checked(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} is no name of a table`);
  return name;
}
