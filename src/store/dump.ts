import { LeewayError } from '../lib/errors.ts';
import type { Database } from './database.ts';
import { checkedCopy, copyName, dropLeftCopies, newCopy } from './dump-copies.ts';

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
  /** Name of the copy: several exports at once have one each. */
  readonly copy: string;
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

/** What lets its holder report on orders belongs to this installation: another one makes its own. */
const leftOut: readonly string[] = ['token_secrets'];

/** Copies of the whole store, for moving it and for backups. */
export interface Dump {
  /** Copies every table but the secrets of tokens. What an export of long ago left is removed. */
  begin(): Promise<Snapshot>;
  fingerprint(of: CopiedTable): Promise<Fingerprint>;
  /**
   * A piece as Native blocks.
   *
   * @throws LeewayError LW_CONFLICT when the copy is gone, or holds other rows than it did.
   */
  read(of: CopiedTable, piece: DumpPiece): Promise<Uint8Array>;
  /** Drops the copy. */
  end(copy: string): Promise<void>;
}

export interface CopiedTable {
  readonly copy: string;
  readonly table: string;
}

export function createDump({ database, db }: { database: Database; db: string }): Dump {
  const inCopy = (copy: string) => copyName(db, 'export', checkedCopy(copy));
  const end = (copy: string) => database.command(`DROP DATABASE IF EXISTS ${inCopy(copy)} SYNC`);
  return {
    begin: async () => {
      await dropLeftCopies(database, db);
      const token = await newCopy(database);
      const copy = inCopy(token);
      await database.command(`CREATE DATABASE ${copy}`);
      const schema = await schemaOf(database, db);
      const [clock] = await database.rows<{ now: string }>('SELECT toUnixTimestamp64Milli(now64(3)) AS now');
      const names = (await tablesOf(database, db)).filter(name => !leftOut.includes(name));
      for (const name of sorted(names)) {
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
      return { copy: token, schema, at: Number(clock!.now), tables };
    },
    fingerprint: async ({ copy, table }) => {
      await copiedColumns(database, inCopy(copy), table);
      return fingerprintOf(database, inCopy(copy), table);
    },
    read: async ({ copy, table }, { part, from, to }) => {
      const columns = (await copiedColumns(database, inCopy(copy), table)).map(quoted).join(', ');
      const piece = `FROM ${inCopy(copy)}.${table}
         WHERE _part = {part:String} AND _part_offset >= {from:UInt64} AND _part_offset < {to:UInt64}`;
      const params = { part, from, to };
      const [found] = await database.rows<{ n: string }>(`SELECT count() AS n ${piece}`, params);
      if (Number(found!.n) !== to - from)
        throw new LeewayError(
          'LW_CONFLICT',
          `the copy of ${table} holds ${found!.n} rows of part ${part} from ${from} to ${to}, not ${to - from}: begin the export again`,
        );
      return database.native(`SELECT ${columns} ${piece}`, params);
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

/** Columns of a copied table; a table without any is not there. */
async function copiedColumns(database: Database, copy: string, table: string): Promise<string[]> {
  const columns = await columnsOf(database, copy, checked(table));
  if (columns.length === 0)
    throw new LeewayError(
      'LW_CONFLICT',
      `the copy of ${table} is gone, dropped by its export or because it was left for a day: begin the export again`,
    );
  return columns;
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
