import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { LeewayError } from '../../src/lib/errors.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createSpool } from '../../src/store/spool.ts';
import { databaseContract } from './database.contract.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
const data = join(directory, 'data');
const opened = openEmbedded(data);
afterAll(async () => {
  await (await opened).close();
  rmSync(directory, { recursive: true, force: true });
});

databaseContract('embedded', async () => ({ database: await opened, close: async () => {} }));

test('the data directory is the owner’s alone', () => {
  for (const path of [data, join(data, 'chdb'), join(data, 'spool')])
    expect((statSync(path).mode & 0o777).toString(8)).toBe('700');
});

test('a second process on the directory is told so', () => {
  const module = fileURLToPath(new URL('../../src/store/embedded.ts', import.meta.url));
  const script = `import(${JSON.stringify(module)}).then(m => m.openEmbedded(${JSON.stringify(data)}))
    .then(() => console.log('opened'), e => console.log(e.code, e.message)).then(() => process.exit(0));`;
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], { encoding: 'utf8' });
  expect(stdout).toContain('LW_DATA_LOCKED');
  expect(stdout).toContain(`process ${process.pid}`);
});

test('another directory in the same process is refused, not opened over the first', async () => {
  const error = await openEmbedded(join(directory, 'other')).catch((e: unknown) => e);
  expect((error as LeewayError).code).toBe('LW_DATA_LOCKED');
});

test('spool files can be read by their owner only, are gone after use, and leftovers are removed', async () => {
  const path = join(directory, 'spool-test');
  const spool = createSpool(path);
  let file = '';
  await spool.with(Buffer.from('\n\n\0'), async name => {
    file = name;
    expect((statSync(name).mode & 0o777).toString(8)).toBe('600');
    expect(readFileSync(name)).toEqual(Buffer.from('\n\n\0'));
  });
  expect(existsSync(file)).toBe(false);
  await expect(spool.with(Buffer.from('x'), async () => Promise.reject(new Error('no')))).rejects.toThrow(
    'no',
  );
  writeFileSync(join(path, 'left.native'), 'x');
  const note = join(path, 'shared-memory');
  const memory = existsSync(note) ? readFileSync(note, 'utf8') : null;
  const next = createSpool(path);
  expect(readdirSync(path).filter(name => name.endsWith('.native'))).toEqual([]);
  if (memory !== null) expect(existsSync(memory)).toBe(false);
  next.close();
  expect(existsSync(path)).toBe(false);
});
