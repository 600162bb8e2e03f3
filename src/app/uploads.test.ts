import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LeewayError } from '../lib/errors.ts';
import type { FileRows } from '../source/replay-file.ts';
import { createUploadReader } from './uploads.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-uploads-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A reader of files that finds fault with every one. */
const refusing: FileRows = {
  count: async () => 0,
  read: path => ({
    [Symbol.asyncIterator]: () => ({
      next: () =>
        Promise.reject(
          new LeewayError('LW_FILE_INVALID', `${path} cannot be read: the file is empty.\nTry SETTINGS x`),
        ),
    }),
  }),
};

describe('uploaded tables', () => {
  it('are refused without the path they were kept under or the hints of the engine', async () => {
    const folder = join(directory, 'not', 'there', 'yet');
    const read = createUploadReader({ directory: folder, files: refusing });
    const rows = read('csv', Buffer.from('a\n'));
    await expect(rows.next()).rejects.toMatchObject({
      code: 'LW_FILE_INVALID',
      message: 'The uploaded file cannot be read: the file is empty.',
    });
    expect(readdirSync(folder)).toEqual([]);
    await expect(read('csv', Buffer.from('')).next()).rejects.toThrow('the body holds nothing');
  });

  it('left by a process that was killed are removed, and nothing else', () => {
    const folder = mkdtempSync(join(directory, 'killed-'));
    writeFileSync(join(folder, 'upload-1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b.csv'), 'rows');
    writeFileSync(join(folder, 'upload-notes.csv'), 'mine');
    createUploadReader({ directory: folder, files: refusing });
    expect(readdirSync(folder)).toEqual(['upload-notes.csv']);
  });
});
