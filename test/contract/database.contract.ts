import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LeewayError } from '../../src/lib/errors.ts';
import type { Database } from '../../src/store/database.ts';
import { classOfCode, failureCodes, StoreError } from '../../src/store/failures.ts';
import { encodeInferences, inferenceColumns } from '../../src/store/inferences.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { LowColumn, MapColumn, NumberColumn, WideColumn } from '../../src/store/native/columns.ts';
import { valueAt } from '../../src/store/native/columns.ts';
import { readBlocks } from '../../src/store/native/reader.ts';
import { encodeBlock } from '../../src/store/native/writer.ts';
import { makeInference } from '../rig/rows.ts';

const awkward = [
  'plain',
  '',
  "it's",
  '\\',
  "\\'",
  '\\\\n',
  'two\n\nnewlines',
  'tab\tcr\rnul\0bell\u0007',
  '😀 é ü 漢字',
  '[1]',
  "['a','b']",
  '{a:String}',
  '`tick` "quote" ; -- comment /* x */',
  "'); DROP TABLE store.t; --",
  "\\'); CREATE TABLE pwned (a Int8) ENGINE = Memory; --",
  'x'.repeat(10_000),
];

/** What every `Database` must do, whatever carries it. */
export function databaseContract(
  transport: string,
  open: () => Promise<{ database: Database; close(): Promise<void> }>,
) {
  describe(`${transport} database`, () => {
    let database: Database;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ database, close } = await open());
      await migrate(database, { database: 'store', cluster: '', retention: null });
      await database.command(
        `CREATE TABLE store.t (n UInt32, s String, f Float64, u UInt64, i Int64, t DateTime64(3, 'UTC'), d DateTime('UTC'),
         a Array(UInt16), x FixedString(3), m Map(LowCardinality(String), Float64), c Map(LowCardinality(String), LowCardinality(String)),
         e Map(String, UInt32), z String DEFAULT concat('<', s, '>')) ENGINE = MergeTree ORDER BY n`,
      );
    });
    afterAll(() => close());

    test('a result as a file of a format, with parameters and settings', async () => {
      const sql = "SELECT {s:String} AS s, NULL AS n SETTINGS format_csv_null_representation = ''";
      const csv = await database.formatted(sql, 'CSV', { s: 'two "x"' });
      expect(Buffer.from(csv).toString()).toBe('"two ""x""",\n');
      const parquet = Buffer.from(await database.formatted('SELECT 1 AS n', 'Parquet'));
      expect([parquet.subarray(0, 4), parquet.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1']);
      await expect(database.formatted('SELECT throwIf(1)', 'CSV')).rejects.toMatchObject({ code: 395 });
    });

    test('rows with parameters give back any text, and text is never SQL', async () => {
      for (const s of awkward)
        expect(await database.rows('SELECT {s:String} AS s, {n:Int64} AS n', { s, n: 7 })).toEqual([
          { s, n: '7' },
        ]);
      expect(
        await database.rows(
          'SELECT {a:Array(String)} AS a, {b:Array(Float64)} AS b, {e:Array(String)} AS e',
          {
            a: awkward,
            b: [1.5, -2e-7],
            e: [],
          },
        ),
      ).toEqual([{ a: awkward, b: [1.5, -2e-7], e: [] }]);
      expect(await database.rows("SELECT count() AS n FROM system.tables WHERE name = 'pwned'")).toEqual([
        { n: '0' },
      ]);
    });

    test('a parameter of many thousand texts fits', async () => {
      const a = Array.from({ length: 5000 }, (_, i) => i.toString(16).padStart(32, '0'));
      expect(await database.rows('SELECT length({a:Array(String)}) AS n', { a })).toEqual([{ n: '5000' }]);
    });

    test('64-bit integers come as decimal text and NaN as null', async () => {
      const sql =
        'SELECT toUInt64(18446744073709551615) AS u, toInt64(-5) AS i, toFloat64(nan) AS f, toFloat64(inf) AS g';
      expect(await database.rows(sql)).toEqual([{ u: '18446744073709551615', i: '-5', f: null, g: null }]);
    });

    test('inserted rows keep awkward text, bigints, NaN and infinities', async () => {
      const rows = awkward.map((s, n) => ({
        n,
        s,
        f: [Number.NaN, Infinity, -Infinity, 0.1][n % 4],
        u: 2n ** 64n - 1n,
        t: 1,
      }));
      await database.insertRows('store.t', [
        ...rows,
        { n: 99, s: 'lone\ud800!', f: -0, u: 0n, t: 1763719200123 },
      ]);
      const read = await database.rows<{ n: number; s: string; f: string; u: string; z: string; t: string }>(
        'SELECT n, s, toString(f) AS f, u, z, toUnixTimestamp64Milli(t) AS t FROM store.t ORDER BY n',
      );
      expect(read.slice(0, -1).map(r => r.s)).toEqual(awkward);
      expect(read.slice(0, 4).map(r => r.f)).toEqual(['nan', 'inf', '-inf', '0.1']);
      expect(read[0]).toMatchObject({ u: '18446744073709551615', z: '<plain>', t: '1' });
      expect(read.at(-1)).toMatchObject({ s: 'lone\ufffd!', u: '0', t: '1763719200123' });
      await database.insertRows('store.t', []);
      await database.command('TRUNCATE TABLE store.t');
    });

    test('Native blocks: every type both ways, byte for byte', async () => {
      const rows = awkward.length;
      const of = <T>(f: (i: number) => T) => Array.from({ length: rows }, (_, i) => f(i));
      const columns = [
        { name: 'n', type: 'UInt32', values: of(i => i) },
        { name: 's', type: 'String', values: awkward },
        { name: 'f', type: 'Float64', values: of(i => [Number.NaN, Infinity, -0, 1 / 3][i % 4]!) },
        { name: 'u', type: 'UInt64', values: of(i => 2n ** 64n - 1n - BigInt(i)) },
        { name: 'i', type: 'Int64', values: of(i => -i) },
        { name: 't', type: 'DateTime64(3)', values: of(i => 1_763_719_200_000 + i) },
        { name: 'd', type: 'DateTime', values: of(i => 1_763_719_200 + i) },
        { name: 'a', type: 'Array(UInt16)', values: of(i => of(j => j).slice(0, i % 3)) },
        { name: 'x', type: 'FixedString(3)', values: Buffer.alloc(rows * 3, '\n\n\0') },
        {
          name: 'm',
          type: 'Map(LowCardinality(String), Float64)',
          values: {
            keys: of(i => ['a', 'b'].slice(0, i % 3)),
            values: of(i => [i, Number.NaN].slice(0, i % 3)),
          },
        },
        {
          name: 'c',
          type: 'Map(LowCardinality(String), LowCardinality(String))',
          values: { keys: of(() => ['k']), values: of(i => [awkward[i]!]) },
        },
        {
          name: 'e',
          type: 'Map(String, UInt32)',
          values: { keys: of(() => [] as string[]), values: of(() => []) },
        },
      ];
      const names = columns.map(c => c.name);
      await database.insertNative('store.t', names, encodeBlock(columns, rows));
      const [sent] = readBlocks(encodeBlock(columns, rows));
      const got = [
        ...readBlocks(await database.native(`SELECT ${names.join(', ')} FROM store.t ORDER BY n`)),
      ];
      expect(got.map(b => b.rows)).toEqual([rows]);
      for (const name of names)
        for (let row = 0; row < rows; row++)
          expect([name, row, valueAt(got[0]!.columns.get(name)!, row)]).toEqual([
            name,
            row,
            valueAt(sent!.columns.get(name)!, row),
          ]);
      expect(await database.rows('SELECT z FROM store.t WHERE n = 2')).toEqual([{ z: "<it's>" }]);
      await database.command('TRUNCATE TABLE store.t');
    });

    test('a large block arrives whole: counts, sums of values and of bytes', async () => {
      const rows = 30_000;
      const of = <T>(f: (i: number) => T) => Array.from({ length: rows }, (_, i) => f(i));
      const texts = of(i => '\n\n\0é😀'.repeat(i % 5) + i);
      const keys = of(() => Array.from({ length: 10 }, (_, j) => `feature_${j}`));
      const values = keys.map((row, i) => row.map((_, j) => i * 16 + j));
      await database.insertNative(
        'store.t',
        ['n', 's', 'm'],
        encodeBlock(
          [
            { name: 'n', type: 'UInt32', values: of(i => i) },
            { name: 's', type: 'String', values: texts },
            { name: 'm', type: 'Map(LowCardinality(String), Float64)', values: { keys, values } },
          ],
          rows,
        ),
      );
      const bytes = texts.reduce((sum, t) => sum + Buffer.byteLength(t), 0);
      const total = values.flat().reduce((a, b) => a + b, 0);
      expect(
        await database.rows(
          'SELECT count() AS n, sum(length(s)) AS bytes, sum(arraySum(mapValues(m))) AS total FROM store.t',
        ),
      ).toEqual([{ n: String(rows), bytes: String(bytes), total }]);
      let sum = 0;
      let read = 0;
      for (const block of readBlocks(
        await database.native('SELECT n, m, u FROM store.t WHERE n >= {from:UInt32}', { from: 0 }),
      )) {
        const m = block.columns.get('m') as MapColumn;
        expect((m.keys as LowColumn).keys).toContain('feature_9');
        expect((block.columns.get('u') as WideColumn).values[0]).toBe(0n);
        for (const value of (m.values as NumberColumn).values) sum += value;
        read += block.rows;
      }
      expect([read, sum]).toEqual([rows, total]);
      await database.command('TRUNCATE TABLE store.t');
    });

    test('an empty result is no block', async () => {
      expect([...readBlocks(await database.native('SELECT n, m FROM store.t WHERE n = 1'))]).toEqual([]);
    });

    test('failures carry the numeric code and its class', async () => {
      const failures: [string, () => Promise<unknown>, number][] = [
        ['unknown table', () => database.rows('SELECT * FROM store.nowhere'), 60],
        ['unknown name', () => database.rows('SELECT nothing'), 47],
        ['syntax', () => database.command('SELECT (1'), 62],
        ['bad row', () => database.insertRows('store.t', [{ n: 'abc' }]), 27],
        [
          'memory',
          () =>
            database.rows(
              'SELECT groupArray(number) FROM numbers(10000000) SETTINGS max_memory_usage = 1000000',
            ),
          241,
        ],
        [
          'too many partitions',
          async () => {
            await database.command(
              'CREATE TABLE store.p (n UInt32) ENGINE = MergeTree PARTITION BY n ORDER BY n SETTINGS index_granularity = 8192',
            );
            const values = Array.from({ length: 150 }, (_, i) => i);
            await database.insertNative(
              'store.p',
              ['n'],
              encodeBlock([{ name: 'n', type: 'UInt32', values }], 150),
            );
          },
          252,
        ],
      ];
      for (const [what, run, code] of failures) {
        const error = await run().catch((e: unknown) => e);
        expect([what, error instanceof StoreError]).toEqual([what, true]);
        expect([what, (error as StoreError).code, (error as StoreError).failure]).toEqual([
          what,
          code,
          classOfCode(code),
        ]);
      }
      expect(await database.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    test('the names in the failure table are the engine’s', async () => {
      for (const [code, [codeName]] of Object.entries(failureCodes))
        expect(
          await database.rows('SELECT errorCodeToName({code:UInt32}) AS name', { code: Number(code) }),
        ).toEqual([{ name: codeName }]);
    });

    test('statements run at the same time do not mix', async () => {
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          database.rows<{ n: string; s: string }>('SELECT {n:Int64} AS n, {s:String} AS s', {
            n,
            s: `s${n}`,
          }),
        ),
      );
      expect(answers.map(rows => rows[0])).toEqual(
        Array.from({ length: 24 }, (_, n) => ({ n: String(n), s: `s${n}` })),
      );
    });

    test('migrations run twice change nothing, and an unknown recorded one is refused', async () => {
      const options = { database: 'twice', cluster: '', retention: null };
      const tables = () =>
        database.rows(
          "SELECT name, create_table_query FROM system.tables WHERE database = 'twice' ORDER BY name",
        );
      await migrate(database, options);
      const first = await tables();
      expect(first.length).toBeGreaterThan(20);
      await database.insertRows('twice.rejects', [{ source: 's', position: 'p', reason: 'empty' }]);
      await migrate(database, options);
      expect(await tables()).toEqual(first);
      expect(await database.rows('SELECT count() AS n FROM twice.rejects')).toEqual([{ n: '1' }]);
      await database.insertRows('twice.migrations', [{ number: 9999, name: 'of the future' }]);
      const error = await migrate(database, options).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(LeewayError);
      expect((error as LeewayError).code).toBe('LW_MIGRATION_CHANGED');
    });

    test('FINAL collapses copies of a row, before and after merges', async () => {
      const row = (id: string, latency: number) => ({
        model: 'm',
        bucket: 600,
        id,
        time: 600_000,
        latency_seconds: latency,
      });
      for (let i = 0; i < 3; i++) await database.insertRows('store.inferences', [row('a', 1), row('b', 2)]);
      const count = () =>
        database.rows<{ n: string }>("SELECT count() AS n FROM store.inferences FINAL WHERE model = 'm'");
      expect(await count()).toEqual([{ n: '2' }]);
      await database.command('OPTIMIZE TABLE store.inferences FINAL');
      expect(await count()).toEqual([{ n: '2' }]);
      expect(
        await database.rows("SELECT hex(key) AS key, revision > 0 AS r FROM store.inferences WHERE id = 'a'"),
      ).toEqual([{ key: '0CC175B9C0F1B6A831C399E269772661', r: 1 }]);
    });

    test('FINAL collapses copies inside one insert and across inserts, without any merge', async () => {
      await database.command('SYSTEM STOP MERGES store.inferences');
      for (const [round, size] of [50, 9000, 50].entries()) {
        const distinct = new Set<string>();
        for (let part = 0; part < 3; part++) {
          const ids = Array.from({ length: size }, (_, i) => String((i * 7919 + part * 31) % (size - 7)));
          for (const id of ids) distinct.add(id);
          const rows = ids.map(id =>
            makeInference({ id, model: `f${round}`, time: 600_000 + (Number(id) % 5) * 300_000 }),
          );
          await database.insertNative('store.inferences', inferenceColumns, encodeInferences(rows));
        }
        const [row] = await database.rows<{ n: string; ids: string }>(
          'SELECT count() AS n, uniqExact(id) AS ids FROM store.inferences FINAL WHERE model = {model:String}',
          { model: `f${round}` },
        );
        expect([row!.n, row!.ids]).toEqual([String(distinct.size), String(distinct.size)]);
      }
      await database.command('SYSTEM START MERGES store.inferences');
    });

    test('migrations with every retention are accepted', async () => {
      const retention = { raw: 30, fiveMinute: 30, hourly: 90, daily: 400, labels: 400 };
      await migrate(database, { database: 'kept', cluster: '', retention });
      expect(
        await database.rows(
          "SELECT count() > 8 AS many FROM system.tables WHERE database = 'kept' AND create_table_query LIKE '%TTL%'",
        ),
      ).toEqual([{ many: 1 }]);
    });
  });
}
