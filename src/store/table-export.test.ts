import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLabel, outcomeOf } from '../../test/rig/rows.ts';
import type { Outcome } from '../domain/reject.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createStoreClock } from './clock.ts';
import type { Database, FileFormat } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { createErasures } from './erasures.ts';
import { StoreError } from './failures.ts';
import { createIntake } from './intake.ts';
import { migrate } from './migrate.ts';
import { createTableExport, type TableRequest } from './table-export.ts';

const db = 'tables';
const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
let database: Database;
beforeAll(async () => {
  database = await openEmbedded(join(directory, 'data'));
  await migrate(database, { database: db, cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const storeClock = { now: async () => 0 };
const write = async (outcomes: readonly Outcome[]) => {
  const limits = { autoModels: 1000, batchRows: 20_000, lingerMs: 1000, maxWaitingRows: 100_000 };
  const deps = { database, db, clock: createManualClock(0), events: createRecordedEvents(), random: () => 0 };
  const intake = await createIntake({ ...deps, storeClock: createStoreClock(database), limits });
  return intake.write({ outcomes, progress: [] });
};

const base = { environment: 'prod', from: 0, to: 2e12, labelledOnly: false };
const read = async (
  request: Partial<TableRequest> & { readonly model: string },
  format: FileFormat = 'CSV',
  over: { readonly sliceRows?: number; readonly database?: Database } = {},
) => {
  const clock = createManualClock(0);
  const tables = createTableExport({ database, db, clock, random: () => 0, ...over });
  const pieces: Uint8Array[] = [];
  for await (const piece of tables.read({ ...base, ...request }, format)) pieces.push(piece);
  return Buffer.concat(pieces);
};

let files = 0;
/** What the engine itself reads out of a Parquet file. */
const fromParquet = (bytes: Uint8Array, sql: string) => {
  const file = join(directory, `${++files}.parquet`);
  writeFileSync(file, bytes);
  return database.rows<Record<string, unknown>>(sql.replace('TABLE', `file('${file}', 'Parquet')`));
};

/** One row of each kind: two labels, another version, numbers only, names that would be SQL. */
async function writeMixed(): Promise<void> {
  const one = {
    id: 'a',
    model: 'mixed',
    time: 600_123,
    numNames: ['age', 'odd'],
    numValues: [41, Number.NaN],
  };
  await write([outcomeOf(one, makeLabel({ id: 'a', model: 'mixed', labelled: 'no', time: 1 }))]);
  await write([outcomeOf(one, makeLabel({ id: 'a', model: 'mixed', labelled: 'yes', time: 2 }))]);
  await write([
    outcomeOf(
      {
        id: 'b',
        model: 'mixed',
        version: '2',
        time: 900_000,
        prediction: 7.5,
        predicted: '',
        scoreNames: [],
        scoreValues: [],
      },
      makeLabel({ id: 'b', model: 'mixed', label: 8, labelled: '' }),
    ),
    outcomeOf({
      id: 'c,"d"',
      model: 'mixed',
      time: 1_200_000,
      numNames: ['`; DROP', 'plan'],
      numValues: [1, 3],
      catNames: ['age', 'it\'s \\\\ "x"'],
      catValues: ['old\nlines', ''],
      status: 0,
    }),
    outcomeOf({ id: 'd', model: 'mixed', environment: 'test' }),
  ]);
}

describe('a table of rows', () => {
  test('CSV: a column for each feature, copies and older labels collapsed', async () => {
    await writeMixed();
    const [head, ...lines] = (await read({ model: 'mixed' }))
      .toString()
      .trimEnd()
      .split(/\n(?=")/);
    expect(head).toBe(
      '"id","time","version","environment","feature:`; DROP","feature:age","feature:age:text",' +
        '"feature:it\'s \\\\ ""x""","feature:odd","feature:plan","feature:plan:text","status","error",' +
        '"prediction","score:no","score:yes","label","label_time"',
    );
    expect(lines).toEqual([
      '"a","1970-01-01T00:10:00.123Z","1","prod",,41,,,nan,,"pro",200,,"yes",0.29,0.71,"yes","1970-01-01T00:00:00.002Z"',
      expect.stringMatching(/^"b",.*,"7.5",,,"8",/),
      '"c,""d""","1970-01-01T00:20:00.000Z","1","prod",1,,"old\nlines","",,3,,,,"yes",0.29,0.71,,',
    ]);
  });

  test('the same order and the same bytes, however it is sliced; filters', async () => {
    const whole = await read({ model: 'mixed' });
    expect(await read({ model: 'mixed' }, 'CSV', { sliceRows: 1 })).toEqual(whole);
    const ids = async (more: Partial<TableRequest>) =>
      [...(await read({ model: 'mixed', ...more })).toString().matchAll(/^"([abcd])[",]/gm)].map(m => m[1]);
    expect(await ids({})).toEqual(['a', 'b', 'c']);
    expect(await ids({ labelledOnly: true })).toEqual(['a', 'b']);
    expect(await ids({ version: '2' })).toEqual(['b']);
    expect(await ids({ from: 600_124, to: 1_200_000 })).toEqual(['b']);
    expect(await ids({ environment: 'test' })).toEqual(['d']);
  });

  test('Parquet: types, names, missing values', async () => {
    const rows = await fromParquet(
      await read({ model: 'mixed' }, 'Parquet', { sliceRows: 1 }),
      'SELECT id, toTypeName(time) AS type, `feature:age` AS age, `feature:age:text` AS text, label FROM TABLE ORDER BY id',
    );
    expect(rows).toEqual([
      { id: 'a', type: "DateTime64(3, 'UTC')", age: 41, text: null, label: 'yes' },
      { id: 'b', type: "DateTime64(3, 'UTC')", age: 41, text: null, label: '8' },
      { id: 'c,"d"', type: "DateTime64(3, 'UTC')", age: null, text: 'old\nlines', label: null },
    ]);
  });

  test('Parquet of many slices, of several in one bucket: each row once', async () => {
    const outcomes = Array.from({ length: 5000 }, (_, i) =>
      outcomeOf({
        id: `${i}`,
        model: 'pages',
        time: i < 3000 ? 600_000 : 900_000 + i * 100,
        numNames: ['x'],
        numValues: [i],
        prediction: i,
        predicted: '',
      }),
    );
    await write(outcomes);
    await write(outcomes.slice(0, 100));
    const bytes = await read({ model: 'pages' }, 'Parquet', { sliceRows: 700 });
    expect(
      await fromParquet(
        bytes,
        'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(id)) AS ids, sum(`feature:x`) AS x, toTypeName(any(prediction)) AS type FROM TABLE',
      ),
    ).toEqual([{ n: 5000, ids: 5000, x: (5000 * 4999) / 2, type: 'Nullable(Float64)' }]);
  });

  test('without rows it is still a table', async () => {
    expect((await read({ model: 'nobody' })).toString()).toMatch(/^"id","time",.*"label_time"\n$/);
    const bytes = await read({ model: 'nobody' }, 'Parquet');
    expect(await fromParquet(bytes, 'SELECT toUInt32(count()) AS n FROM TABLE')).toEqual([{ n: 0 }]);
  });

  test('erased ids are left out from the moment they are known, before their rows are gone', async () => {
    await write(['e', 'e#4', 'ef'].map(id => outcomeOf({ id, model: 'erased' })));
    const gone: string[] = [];
    const slow: Database = {
      ...database,
      command: async (sql, params) => {
        if (sql.startsWith('DELETE')) gone.push((await read({ model: 'erased' })).toString());
        return database.command(sql, params);
      },
    };
    const erasures = await createErasures({ database: slow, db, storeClock });
    await erasures.erase('erased', [{ stored: ['e'], coming: ['e'] }]);
    expect(gone[0]).toContain('"ef"');
    for (const text of [...gone, (await read({ model: 'erased' })).toString()])
      expect(text).not.toMatch(/"e(#4)?"/);
  });

  test('a store that is away for a moment is waited for, a refusal is not', async () => {
    const failing = (failures: StoreError[]): Database => ({
      ...database,
      formatted: async (...of) => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        return database.formatted(...of);
      },
    });
    const away = new StoreError(210, 'retry', 'away');
    const clock = { now: () => 0, sleep: async () => undefined };
    const through = (over: Database) =>
      createTableExport({ database: over, db, clock, random: () => 0 }).read(
        { ...base, model: 'mixed' },
        'CSV',
      );
    const collect = async (over: Database) => {
      let bytes = 0;
      for await (const piece of through(over)) bytes += piece.length;
      return bytes;
    };
    expect(await collect(failing([away, away, away, away]))).toBe((await read({ model: 'mixed' })).length);
    await expect(collect(failing([away, away, away, away, away]))).rejects.toBe(away);
    const refused = new StoreError(62, 'refuse', 'no');
    await expect(collect(failing([refused]))).rejects.toBe(refused);
  });

  test('nothing is read that is not asked for, and nothing more after the asking has stopped', async () => {
    let statements = 0;
    const counting: Database = {
      ...database,
      formatted: async (...of) => {
        statements++;
        return database.formatted(...of);
      },
    };
    const tables = createTableExport({
      database: counting,
      db,
      clock: createManualClock(0),
      random: () => 0,
      sliceRows: 700,
    });
    const pieces = tables.read({ ...base, model: 'pages' }, 'CSV');
    await pieces.next();
    expect(statements).toBe(1);
    await pieces.return(undefined);
    expect((await pieces.next()).done).toBe(true);
    expect(statements).toBe(1);
  });

  test('more columns than a table takes are refused', async () => {
    const names = Array.from({ length: 2001 }, (_, i) => `f${i}`);
    await write([outcomeOf({ id: 'w', model: 'wide', numNames: names, numValues: names.map(() => 1) })]);
    await expect(read({ model: 'wide' })).rejects.toMatchObject({ code: 'LW_REQUEST_INVALID' });
    const most = names.slice(0, 1900);
    await write([outcomeOf({ id: 'w', model: 'most', numNames: most, numValues: most.map(() => 1) })]);
    expect((await read({ model: 'most' }, 'Parquet')).length).toBeGreaterThan(10_000);
  });
});
