import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { csvRecords } from './file-csv.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-csv-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function read(text: string | Buffer, name = 'a.csv') {
  const path = join(directory, name);
  writeFileSync(path, text);
  const found = [];
  for await (const record of csvRecords(path)) found.push(record);
  return found;
}
const cells = async (text: string | Buffer, name?: string) => (await read(text, name)).map(r => r.cells);

describe('a CSV file', () => {
  it.each([
    [
      'line ends of every kind, and a last line without one',
      'a,b\r\n1,2\n3,4',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    [
      'separators, line ends and quotes in quotes',
      'a,b\n"x,\n""y""",2\n',
      [
        ['a', 'b'],
        ['x,\n"y"', '2'],
      ],
    ],
    [
      'empty cells, and quotes that hold nothing',
      'a,b,c\n,"",\n',
      [
        ['a', 'b', 'c'],
        ['', '', ''],
      ],
    ],
    ['empty lines', 'a\n\n1\n  \n', [['a'], ['1']]],
    [
      'text behind an end quote',
      'a,b\n"x"yz,2\n',
      [
        ['a', 'b'],
        ['xyz', '2'],
      ],
    ],
    [
      'quotes in the middle of a cell',
      'a,b\n5" pipe,2\n',
      [
        ['a', 'b'],
        ['5" pipe', '2'],
      ],
    ],
    [
      'semicolons',
      'a;b\n1,5;2\n',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'tabs',
      'a\tb\n1\t\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      'a byte order mark',
      '\ufeffa,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
  ])('is read with %s', async (_, text, wanted) => {
    expect(await cells(text)).toEqual(wanted);
  });

  it('says where each record begins and which cells stood in quotes', async () => {
    expect(await read('a,b\n"1\n2",x\n3,"4"\n')).toEqual([
      { line: 1, cells: ['a', 'b'], quoted: [false, false] },
      { line: 2, cells: ['1\n2', 'x'], quoted: [true, false] },
      { line: 4, cells: ['3', '4'], quoted: [false, true] },
    ]);
  });

  it('is unpacked when its name says so', async () => {
    expect(await cells(gzipSync('a,b\n1,2\n'), 'a.csv.gz')).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]);
  });

  it('is refused when a quote does not end, or when it is not UTF-8', async () => {
    await expect(read('a,b\n1,"2\n3,4\n')).rejects.toMatchObject({
      code: 'LW_FILE_INVALID',
      message: expect.stringContaining('line 2: a quoted cell that begins here does not end'),
    });
    await expect(read(Buffer.from([0x61, 0x0a, 0xe9, 0x0a]))).rejects.toThrow('is not UTF-8');
  });

  it('gives back whatever was written, however it falls into chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', ';'), maxLength: 6 });
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(table, fc.nat(300_000), async (rows, padding) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const wide = 'x'.repeat(padding);
        const text = [['head,', wide], ...rows].map(row => row.map(quote).join(',')).join('\r\n');
        expect(await cells(text)).toEqual([['head,', wide], ...rows]);
      }),
      { numRuns: 40 },
    );
  });
});
