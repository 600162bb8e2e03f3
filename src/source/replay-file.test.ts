import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type FileRows, maxLineBytes, openReplayFile, type ReplayRow } from './replay-file.ts';

describe('file of a replay', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leeway-replay-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, content: string | Buffer) => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const none: FileRows = {
    read: () => {
      throw new Error('not asked for');
    },
    count: () => Promise.reject(new Error('not asked for')),
  };
  const all = async (rows: AsyncIterable<ReplayRow>) => {
    const list: ReplayRow[] = [];
    for await (const row of rows) list.push(row);
    return list;
  };

  it('numbers the rows of NDJSON from 0, passes over empty lines, and needs no newline at the end', async () => {
    const file = await openReplayFile(write('a.ndjson', '{"a":1}\n\n{"a":2}\r\n{"a":"ü"}'), none);
    expect(file.rowCount).toBe(3);
    expect((await all(file.rows())).map(r => [r.number, r.values['a'], r.file])).toEqual([
      [0, 1, file.hash],
      [1, 2, file.hash],
      [2, 'ü', file.hash],
    ]);
  });

  it('reads lines that span chunks, plain and gzipped, to the same rows', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({ i, text: 'é'.repeat(i % 50) }),
    ).join('\n');
    const plain = await openReplayFile(write('b.jsonl', text), none);
    const packed = await openReplayFile(write('b.jsonl.gz', gzipSync(text)), none);
    const rows = await all(plain.rows());
    expect(plain.rowCount).toBe(20_000);
    expect(rows.every((r, i) => r.values['i'] === i && r.values['text'] === 'é'.repeat(i % 50))).toBe(true);
    expect((await all(packed.rows())).map(r => r.values)).toEqual(rows.map(r => r.values));
  });

  it('knows a file by its content, not by its name', async () => {
    const one = await openReplayFile(write('c.ndjson', '{"a":1}'), none);
    const same = await openReplayFile(write('d.ndjson', '{"a":1}'), none);
    const other = await openReplayFile(write('e.ndjson', '{"a":2}'), none);
    expect(same.hash).toBe(one.hash);
    expect(other.hash).not.toBe(one.hash);
  });

  it('leaves CSV and Parquet to the engine', async () => {
    const files: FileRows = {
      count: async () => 2,
      read: async function* () {
        yield { a: 1 };
        yield { a: 2 };
      },
    };
    const file = await openReplayFile(write('f.csv', 'a\n1\n2\n'), files);
    expect(file.rowCount).toBe(2);
    expect((await all(file.rows())).map(r => r.number)).toEqual([0, 1]);
  });

  it.each([
    ['not JSON', '{"a":1}\n{"a":', /line 2: not JSON$/],
    ['no object', '[1]', /line 1: not a JSON object/],
    ['a number', '{}\n5', /line 2: not a JSON object/],
    ['an endless line', `{"a":"${'x'.repeat(maxLineBytes * 2)}"}`, /longer than/],
  ])('says which line is wrong: %s', async (_, content, message) => {
    const path = write('bad.ndjson', content);
    const read = async () => all((await openReplayFile(path, none)).rows());
    await expect(read()).rejects.toThrow(
      expect.objectContaining({ code: 'LW_FILE_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('says that a file is not there, or not gzip', async () => {
    await expect(openReplayFile(join(directory, 'none.ndjson'), none)).rejects.toMatchObject({
      code: 'LW_FILE_INVALID',
    });
    await expect(openReplayFile(write('g.ndjson.gz', 'no gzip'), none)).rejects.toThrow(/cannot be unpacked/);
  });
});
