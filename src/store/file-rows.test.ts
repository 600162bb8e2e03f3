import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { createFileRows, formatOf } from './file-rows.ts';

describe('rows of files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-files-'));
  let database: Database;
  beforeAll(async () => {
    database = await openEmbedded(join(directory, 'data'));
  });
  afterAll(async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const write = (name: string, content: string | Buffer) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const all = async (path: string, columns?: readonly string[], text?: readonly string[]) => {
    const rows: Readonly<Record<string, unknown>>[] = [];
    for await (const row of createFileRows(database).read(path, columns, text)) rows.push(row);
    return rows;
  };

  it('reads CSV with its header: numbers with exponents, text, missing cells, times as text', async () => {
    const path = write(
      'a.csv',
      'a,b c,time,n\n1.5,x,2020-01-01T00:00:00Z,1\n2.6e-05,,2020-01-02T00:00:00Z,2\n',
    );
    expect(await all(path)).toEqual([
      { a: 1.5, 'b c': 'x', time: '2020-01-01T00:00:00Z', n: 1 },
      { a: 0.000026, 'b c': null, time: '2020-01-02T00:00:00Z', n: 2 },
    ]);
    expect(await createFileRows(database).count(path)).toBe(2);
  });

  it('keeps columns as text that are said to be text, every character of them', async () => {
    const lines = 'code,zip `\\,x\n0123,007,1\n1e3,,2\n';
    const path = write('text.csv', lines);
    expect(await all(path)).toEqual([
      { code: 123, 'zip `\\': 7, x: 1 },
      { code: 1000, 'zip `\\': null, x: 2 },
    ]);
    expect(await all(path, undefined, ['code', 'zip `\\'])).toEqual([
      { code: '0123', 'zip `\\': '007', x: 1 },
      { code: '1e3', 'zip `\\': null, x: 2 },
    ]);
    await expect(all(path, undefined, ['cod'])).rejects.toThrow('has no column cod; it has code');
    const parquet = join(directory, 'text.parquet');
    await database.command(
      `INSERT INTO FUNCTION file('${parquet}', 'Parquet') SELECT toUInt64(9007199254740993) AS id, 2 AS x`,
    );
    expect(await all(parquet, undefined, ['id'])).toEqual([{ id: '9007199254740993', x: 2 }]);
  });

  it('keeps the order of the file over several pages, and reads gzip', async () => {
    const lines = Array.from({ length: 45_000 }, (_, i) => `${i},v${i}`);
    const rows = await all(write('b.csv.gz', gzipSync(`i,v\n${lines.join('\n')}\n`)), ['i']);
    expect(rows).toHaveLength(45_000);
    expect(rows.every((row, i) => row['i'] === i && Object.keys(row).length === 1)).toBe(true);
  });

  it('reads Parquet: integers as numbers, times as RFC 3339, NaN as null, in order', async () => {
    const path = join(directory, 'c.parquet');
    await database.command(
      `INSERT INTO FUNCTION file('${path}', 'Parquet')
       SELECT toInt64(number) AS i, toDateTime64(number + 0.25, 3, 'UTC') AS t, if(number = 1, nan, number / 2) AS f,
              number % 2 = 0 AS even, toDecimal64(number, 2) AS d FROM numbers(30000)`,
    );
    const rows = await all(path);
    expect(rows.slice(0, 2)).toEqual([
      { i: 0, t: '1970-01-01T00:00:00.250000Z', f: 0, even: expect.anything(), d: 0 },
      { i: 1, t: '1970-01-01T00:00:01.250000Z', f: null, even: expect.anything(), d: 1 },
    ]);
    expect(rows.every((row, i) => row['i'] === i)).toBe(true);
    expect(await createFileRows(database).count(path)).toBe(30_000);
  });

  it('takes hostile names for what they are: text', async () => {
    const name = `x'); DROP TABLE y; --.csv`;
    const header = '"a`b","c\\d"';
    expect(await all(write(name, `${header}\n1,2\n`))).toEqual([{ 'a`b': 1, 'c\\d': 2 }]);
  });

  it('says which column is missing, and which there are', async () => {
    await expect(all(write('d.csv', 'a,b\n1,2\n'), ['c'])).rejects.toThrow(/has no column c; it has a, b/);
  });

  it.each(['/x/*.csv', '/x/{1..2}.csv', '/x/a?.parquet', '/x/a.zip :: b.csv', '/x/a.txt', '/x/a'])(
    'refuses %s',
    path => {
      expect(() => formatOf(path)).toThrow(expect.objectContaining({ code: 'LW_FILE_INVALID' }));
    },
  );

  it('says that a file is not there, or not what its name says', async () => {
    await expect(all(join(directory, 'none.csv'))).rejects.toMatchObject({ code: 'LW_FILE_INVALID' });
    await expect(all(write('e.parquet', 'no parquet'))).rejects.toMatchObject({ code: 'LW_FILE_INVALID' });
  });

  it('refuses to send a local path to a server', () => {
    const server = { ...database, kind: 'server' as const };
    expect(() => createFileRows(server).read('/x/a.csv')).toThrow(/embedded engine/);
  });
});
