import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSink } from './dump-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-dump-files-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('says in words where an export cannot be written', async () => {
  const to = join(directory, 'nope', 'y.tar');
  await expect(createSink(to)).rejects.toMatchObject({
    code: 'LW_USAGE',
    message: `Cannot write ${to}: there is no such file or directory. Give --to a path in a directory that is there and may be written.`,
  });
  writeFileSync(join(directory, 'file'), '');
  await expect(createSink(join(directory, 'file', 'y.tar'))).rejects.toThrow(/is a file, not a directory/);
});
