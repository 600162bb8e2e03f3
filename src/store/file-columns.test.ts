import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { type FileFormat, openFileTable } from './file-columns.ts';

describe('columns of files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-columns-'));
  let database: Database;
  beforeAll(async () => {
    database = await openEmbedded(join(directory, 'data'));
  });
  afterAll(async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const open = (name: string, format: FileFormat, content?: string) => {
    const path = join(directory, name);
    if (content !== undefined) writeFileSync(path, content);
    return openFileTable(database, { path, shown: name, format });
  };

  it('CSV: numbers with not-a-number, text, booleans, times and missing cells', async () => {
    const table = await open(
      'a.csv',
      'CSVWithNames',
      'n,t,b,d,"od`d ""name"""\n1,x,true,2020-01-01,1\n,,false,2020-01-02,2\nnan,x,true,2020-01-03,-1e300\n',
    );
    expect(table.rows).toBe(3);
    expect(table.columns.map(c => c.type)).toEqual(['number', 'text', 'boolean', 'time', 'number']);
    const read = await table.read(['n', 't', 'b', 'od`d "name"']);
    expect(read.get('n')).toEqual({ kind: 'number', values: Float64Array.of(1, NaN), missing: 1 });
    expect(read.get('t')).toEqual({ kind: 'text', counts: new Map([['x', 2]]), missing: 1 });
    expect(read.get('b')).toMatchObject({
      counts: new Map([
        ['true', 2],
        ['false', 1],
      ]),
    });
    expect(read.get('od`d "name"')).toMatchObject({ values: Float64Array.of(1, 2, -1e300) });
    expect((await table.read([])).size).toBe(0);
  });

  it('NDJSON: members of objects at any depth, without the sizes the engine adds', async () => {
    const table = await open(
      'b.ndjson',
      'JSONEachRow',
      '{"a":1,"o":{"x":1,"in":{"y":"k"}},"l":[1]}\n{"a":2,"o":{"in":{"y":"k"}}}\n',
    );
    expect(Object.fromEntries(table.columns.map(c => [c.name, c.type]))).toEqual({
      a: 'number',
      'o.x': 'number',
      'o.in.y': 'text',
      l: 'nested',
    });
    const read = await table.read(['o.x', 'o.in.y']);
    expect(read.get('o.x')).toEqual({ kind: 'number', values: Float64Array.of(1), missing: 1 });
    expect(read.get('o.in.y')).toMatchObject({ counts: new Map([['k', 2]]) });
  });

  it('Parquet: many rows in the order of the file, categories of several blocks added up', async () => {
    const path = join(directory, 'c.parquet');
    await database.command(
      `INSERT INTO FUNCTION file('${path}', 'Parquet')
       SELECT toInt64(number) AS i, toDecimal64(number, 2) AS d, toDateTime64(number, 3) AS t,
              concat('k', toString(number % 3)) AS k FROM numbers(150000)`,
    );
    const table = await open('c.parquet', 'Parquet');
    const read = await table.read(['i', 'd', 'k']);
    const { values } = read.get('i') as { values: Float64Array };
    expect(values.length).toBe(150_000);
    expect(values.every((value, i) => value === i)).toBe(true);
    expect(read.get('d')).toEqual(read.get('i'));
    expect(read.get('k')).toMatchObject({
      counts: new Map([
        ['k0', 50_000],
        ['k1', 50_000],
        ['k2', 50_000],
      ]),
    });
  });

  it('a text below 100,000 numbers makes the column text, and the next file is read as ever', async () => {
    const table = await open('late.csv', 'CSVWithNames', `a,b\n${'1,2\n'.repeat(120_000)}x,2\n`);
    expect(table.columns[0]).toEqual({ name: 'a', type: 'number' });
    const read = await table.read(['a', 'b']);
    expect(read.get('a')).toMatchObject({
      kind: 'text',
      counts: new Map([
        ['1', 120_000],
        ['x', 1],
      ]),
    });
    expect(read.get('b')).toMatchObject({ kind: 'number', missing: 0 });
    const next = await open('next.csv', 'CSVWithNames', 'a\n5\n');
    expect((await next.read(['a'])).get('a')).toMatchObject({ values: Float64Array.of(5) });
  });

  it('says what is wrong by the name people gave, without the engine’s hints', async () => {
    await expect(open('d.csv', 'CSVWithNames', 'a,b\n1,2\n3\n')).rejects.toMatchObject({
      code: 'LW_FILE_INVALID',
      message: 'd.csv cannot be read: Rows have different amount of values.',
    });
    await expect(open('e.csv', 'CSVWithNames', '')).rejects.toMatchObject({
      message: 'e.csv holds no rows.',
    });
  });

  it('names with braces are not read', async () => {
    const table = await open('f.csv', 'CSVWithNames', 'a{b:c},b\n1,2\n');
    expect(table.columns.map(c => c.type)).toEqual(['nested', 'number']);
  });
});
