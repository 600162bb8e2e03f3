import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { contentHash, fileLines, longestLine } from './file-lines.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-lines-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function read(content: string | Buffer, name = 'a.ndjson') {
  const path = join(directory, name);
  writeFileSync(path, content);
  const found: [number, string, boolean][] = [];
  for await (const { line, bytes, tooLong } of fileLines(path)) found.push([line, bytes.toString(), tooLong]);
  return found;
}

describe('lines of a file', () => {
  it('are those that hold something, with their numbers', async () => {
    expect(await read('\ufeff{"a":1}\r\n\n \t\r\n{"b":2}')).toEqual([
      [1, '{"a":1}\r', false],
      [4, '{"b":2}', false],
    ]);
    expect(await read('')).toEqual([]);
  });

  it('longer than a chunk are put together, and those that are too long are cut, not held', async () => {
    const long = `"${'x'.repeat(600_000)}"`;
    const found = await read(`1\n${long}\n"${'y'.repeat(3 * longestLine)}"\n2\n`);
    expect(found.map(([line, text, tooLong]) => [line, text.length, tooLong])).toEqual([
      [1, 1, false],
      [2, long.length, false],
      [3, 65_536, true],
      [4, 1, false],
    ]);
  });

  it('are unpacked, and a file that only says it is packed is refused', async () => {
    expect(await read(gzipSync('1\n2\n'), 'b.ndjson.gz')).toEqual([
      [1, '1', false],
      [2, '2', false],
    ]);
    await expect(read('plain', 'c.ndjson.gz')).rejects.toMatchObject({ code: 'LW_FILE_INVALID' });
  });
});

it('the same bytes have the same hash, whatever the name', async () => {
  for (const name of ['x', 'y']) writeFileSync(join(directory, name), 'rows');
  expect(await contentHash(join(directory, 'x'))).toBe(await contentHash(join(directory, 'y')));
  await expect(contentHash(join(directory, 'none'))).rejects.toMatchObject({ code: 'LW_FILE_INVALID' });
});
