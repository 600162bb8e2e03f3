import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingestRequest } from '../../../test/twins/ingest-request.ts';
import { ingestText } from '../../cli/ingest-text.ts';
import { loadConfig } from '../../config/load.ts';
import { createManualClock } from '../../lib/clock.ts';
import { contentHash } from '../../source/file-lines.ts';
import { createErasures } from '../../store/erasures.ts';
import { createFilePages } from '../../store/file-pages.ts';
import { createPositionStore } from '../../store/reingest.ts';
import { localDump } from './dump-source.ts';
import { type IngestRequest, ingestFiles } from './ingest.ts';
import { openInputs } from './inputs.ts';
import { openLocalDesk } from './local.ts';
import { lookAtFiles } from './look.ts';
import { removeFile } from './reingest-door.ts';

/** What a file that is given again counts as, in a real embedded store. */
const now = Date.UTC(2026, 10, 21, 12);
const clock = createManualClock(now);
const directory = mkdtempSync(join(tmpdir(), 'leeway-again-'));
let local: Awaited<ReturnType<typeof openLocalDesk>>;

beforeAll(async () => {
  const config = loadConfig(null, { data: join(directory, 'data') }, {});
  local = await openLocalDesk({ config, clock, say: () => undefined });
});
afterAll(async () => {
  await local.close();
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

async function withFile<T>(
  path: string,
  changes: Partial<IngestRequest>,
  work: (...of: Parameters<typeof ingestFiles>) => Promise<T>,
) {
  const inputs = await openInputs([path], { format: null, stdin: Readable.from([]) });
  const said: string[] = [];
  const request = { ...ingestRequest, again: true, ...changes };
  const deps = {
    desk: local.desk,
    tables: async () => createFilePages(local.storage.database),
    clock,
    random: () => 0,
    stop: new AbortController().signal,
    progress: () => undefined,
    say: (line: string) => void said.push(line),
  };
  try {
    return { result: await work(deps, inputs.files, request), said };
  } finally {
    inputs.remove();
  }
}

const ingest = (path: string, changes: Partial<IngestRequest> = {}) => withFile(path, changes, ingestFiles);
const linesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => `r${i},${new Date(now - i * 60_000).toISOString()},${i}`);

it('rows of erased ids are passed over, and are neither new nor there already', async () => {
  const path = write('erased.csv', `id,time,x\n${linesOf(20).join('\n')}\n`);
  const first = await ingest(path, { model: 'erased' });
  expect(first.result.tally).toMatchObject({ stored: 20, known: 0, ignored: 0 });
  const erasures = await createErasures(local.storage);
  const ids = ['r1', 'r2', 'r3', 'r4'].map(id => ({ stored: [id], coming: [id] }));
  await erasures.erase('erased', ids);
  for (let time = 0; time < 2; time++)
    expect((await ingest(path, { model: 'erased' })).result.tally).toMatchObject({
      read: 20,
      stored: 0,
      known: 16,
      ignored: 4,
    });
  const more = write('more.csv', `id,time,x\n${linesOf(22).join('\n')}\n`);
  expect((await ingest(more, { model: 'erased' })).result.tally).toMatchObject({
    stored: 2,
    known: 16,
    ignored: 4,
  });
});

it('of one model, what another has of the same file stays, and is named', async () => {
  const path = write('shared.csv', `id,time,x\n${linesOf(3).join('\n')}\n`);
  await ingest(path, { model: 'left' });
  await ingest(path, { model: 'right' });
  const positions = createPositionStore(local.storage);
  const deps = { positions, ages: { clock, rawDays: 30 } };
  const hash = await contentHash(path);
  const [left, right] = [
    { model: 'left', rows: 3 },
    { model: 'right', rows: 3 },
  ];
  expect(await removeFile(deps, hash, false)).toMatchObject({ rows: 6, models: [left, right], others: [] });
  const one = { rows: 3, models: [right], others: [left] };
  expect(await removeFile(deps, hash, true, 'right')).toMatchObject(one);
  expect(await removeFile(deps, hash, false)).toMatchObject({ rows: 3, models: [left], others: [] });
  expect(await removeFile(deps, hash, true)).toMatchObject({ rows: 3, models: [left] });
  expect(await removeFile(deps, hash, false)).toMatchObject({ rows: 0, models: [], others: [] });
});

it('times that lack an offset are counted, and the option that takes them is named', async () => {
  const path = write('utc.csv', 'id,time,x\na,2026-11-21 10:00:00,1\nb,2026-11-21T10:00,2\nc,yesterday,3\n');
  const { result } = await ingest(path, { model: 'utc' });
  expect(result.tally).toMatchObject({ refused: 3, withoutOffset: 2 });
  const terminal = { out: () => undefined, err: () => undefined, interactive: false, environment: {} };
  const end = { where: 'here', rawDays: 30, now, next: 'leeway start' };
  const text = (of: typeof result) => ingestText({ terminal } as never, of, end);
  expect(text(result)).toContain('2 rows have a time without an offset (Z or +01:00).');
  expect(text(result)).toContain('--utc');
  const taken = await ingest(path, { model: 'utc', utc: true });
  expect(taken.result.tally).toMatchObject({ stored: 2, refused: 1, withoutOffset: 0 });
  expect(text(taken.result)).not.toContain('--utc');
  await expect(withFile(path, { model: 'utc' }, lookAtFiles)).rejects.toThrow(/say so with --utc\.$/);
});

it('an empty file is a file of no rows in every format, and is said to be', async () => {
  for (const [name, text] of [
    ['none.csv', ''],
    ['none.ndjson', ''],
    ['header.csv', 'id,time,x\n'],
  ] as const) {
    const path = write(name, text);
    const { result, said } = await ingest(path);
    expect(result.files).toEqual([{ file: path, rows: 0, before: 0, outcome: 'done' }]);
    expect(said).toEqual([`${path} holds no rows: nothing is stored of it.`]);
  }
});

it('a directory without a store is not exported, nor made one', async () => {
  const data = join(directory, 'mistyped');
  const config = loadConfig(null, { data }, {});
  const deps = { config, clock, say: () => undefined };
  await expect(localDump(deps)).rejects.toMatchObject({
    code: 'LW_USAGE',
    message: expect.stringContaining(`There is no store in ${data}:`),
  });
  expect(existsSync(data)).toBe(false);
});
