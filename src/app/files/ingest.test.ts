import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingestRequest } from '../../../test/twins/ingest-request.ts';
import { loadConfig } from '../../config/load.ts';
import { createManualClock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import { contentHash } from '../../source/file-lines.ts';
import { createErasures } from '../../store/erasures.ts';
import { createFilePages } from '../../store/file-pages.ts';
import { createPositionStore } from '../../store/reingest.ts';
import { type IngestRequest, ingestFiles } from './ingest.ts';
import { openInputs } from './inputs.ts';
import { openLocalDesk } from './local.ts';
import { lookAtFiles } from './look.ts';
import type { FileDesk } from './ports.ts';
import { removeFile } from './reingest-door.ts';

/** Files into a real embedded store. */
const now = Date.UTC(2026, 10, 21, 12);
const clock = createManualClock(now);
const directory = mkdtempSync(join(tmpdir(), 'leeway-ingest-'));
let local: Awaited<ReturnType<typeof openLocalDesk>>;

beforeAll(async () => {
  const mapping = { id: '/meta/id', time: '/meta/at', features: '/in', prediction: '/out' };
  const source = {
    name: 'orders',
    type: 'kafka',
    brokers: ['b:9092'],
    topics: ['t'],
    model: 'mapped',
    mapping,
  };
  const file = join(directory, 'leeway.yaml');
  writeFileSync(file, JSON.stringify({ sources: [source] }));
  const config = loadConfig(file, { data: join(directory, 'data') }, {});
  local = await openLocalDesk({ config, clock, say: () => undefined });
});
afterAll(async () => {
  await local.close();
  rmSync(directory, { recursive: true, force: true });
});

async function ingest(
  path: string,
  changes: Partial<IngestRequest> = {},
  desk: FileDesk = local.desk,
  stdin = '',
) {
  const inputs = await openInputs([path], { format: null, stdin: Readable.from([stdin]) });
  const said: string[] = [];
  const stop = new AbortController();
  const deps = {
    desk,
    tables: async () => createFilePages(local.storage.database),
    clock,
    random: () => 0,
    stop: stop.signal,
    batchRows: 500,
    progress: () => undefined,
    say: (line: string) => void said.push(line),
  };
  try {
    const result = await ingestFiles(deps, inputs.files, { ...ingestRequest, ...changes });
    return {
      ...result.tally,
      reasons: [...result.tally.reasons.values()],
      outcome: result.files[0]?.outcome,
      said,
    };
  } finally {
    inputs.remove();
  }
}

const write = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const rowsOf = (model: string) =>
  local.storage.database.rows<Record<string, unknown>>(
    `SELECT id, toUnixTimestamp64Milli(time) AS at, num, cat, prediction, source, position FROM leeway.inferences FINAL
     WHERE model = {model:String} ORDER BY position`,
    { model },
  );
const iso = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

describe('a CSV file', () => {
  it('is stored with its types, ids and times, and the second run finds every row there', async () => {
    const lines = Array.from(
      { length: 1200 },
      (_, i) => `${9007199254740993n + BigInt(i)},${iso(i / 10)},${i},"00${i % 3}",0.5`,
    );
    const path = write('a.csv', `id,time,age,code,prediction\n${lines.join('\n')}\n1,2\n`);
    const first = await ingest(path, { model: 'csv' });
    expect(first).toMatchObject({ read: 1201, stored: 1200, known: 0, refused: 1, nameless: 0 });
    expect(first.reasons).toEqual([
      {
        reason: 'broken-row',
        rows: 1,
        example: { file: path, line: 1202, row: 1200, detail: 'the row has 2 cells, the header 5' },
      },
    ]);
    const rows = await rowsOf('csv');
    expect(rows).toHaveLength(1200);
    expect(rows.find(row => row['id'] === '9007199254740994')).toMatchObject({
      at: String(now - 6000),
      num: { age: 1 },
      cat: { code: '001' },
      prediction: 0.5,
      source: 'file',
    });
    // One row was refused, so it is looked at again: what is there stays what it is.
    const second = await ingest(path, { model: 'csv' });
    expect(second).toMatchObject({ read: 1201, stored: 0, known: 1200, refused: 1, skipped: 0 });
    expect(second.said[0]).toContain('1 of its rows were refused');
    expect(await rowsOf('csv')).toHaveLength(1200);
  });

  it('without refused rows is not even read a second time, unless it is asked for', async () => {
    const path = write('b.csv', `id,time,age\na,${iso(1)},1\nb,${iso(1)},2\na,${iso(1)},1\n`);
    expect(await ingest(path, { model: 'again' })).toMatchObject({ stored: 2, known: 1, outcome: 'done' });
    expect(await ingest(path, { model: 'again' })).toMatchObject({ read: 0, skipped: 3, outcome: 'known' });
    expect(await ingest(path, { model: 'again', again: true })).toMatchObject({ stored: 0, known: 3 });
    // Read in another way it is another file.
    expect(await ingest(path, { model: 'again', text: ['age'] })).toMatchObject({ read: 3, skipped: 0 });
  });

  it('goes on after the last batch that was stored, and says so', async () => {
    const lines = Array.from({ length: 1100 }, (_, i) => `${iso(i / 100)},${i}`);
    const path = write('c.csv', `time,age\n${lines.join('\n')}\n`);
    let batches = 0;
    const failing: FileDesk = {
      ...local.desk,
      take: async batch => {
        if (++batches === 3) throw new LeewayError('LW_INTERNAL', 'killed here');
        return local.desk.take(batch);
      },
    };
    await expect(ingest(path, { model: 'resume' }, failing)).rejects.toThrow('killed here');
    const rest = await ingest(path, { model: 'resume' });
    expect(rest).toMatchObject({ read: 100, stored: 100, skipped: 1000, nameless: 100 });
    expect(rest.said).toEqual([`${path}: going on at row 1001 of 1100, where an earlier run ended.`]);
    expect(await rowsOf('resume')).toHaveLength(1100);
  });

  it('without a column of times is refused before anything is stored', async () => {
    const path = write('d.csv', 'when,age\n2026-11-21,1\n');
    await expect(ingest(path)).rejects.toMatchObject({
      code: 'LW_FILE_INVALID',
      message: expect.stringMatching(/d\.csv has no column "time".*when, age/),
    });
  });

  it('of rows without times is of the moment it was first given, in every run', async () => {
    const path = write('e.csv', 'id,age\na,1\nb,2\n');
    expect(await ingest(path, { model: 'now', now: true })).toMatchObject({ stored: 2 });
    clock.advance(3_600_000);
    expect(await ingest(path, { model: 'now', now: true, again: true })).toMatchObject({
      stored: 0,
      known: 2,
    });
    expect((await rowsOf('now')).map(row => row['at'])).toEqual([String(now), String(now)]);
    clock.set(now);
  });
});

describe('NDJSON', () => {
  it('from stdin is stored; broken, untimed and old rows are refused one by one', async () => {
    const lines = [
      `{"id":"a","time":"${iso(5)}","features":{"x":1},"label":1}`,
      `{"id":"b","time":"${iso(5)}","x":2}`,
      'not json',
      '{"id":"c","x":3}',
      `{"id":"d","time":"2026-09-01T00:00:00Z","x":3}`,
    ];
    const found = await ingest('-', { model: 'nd' }, local.desk, lines.join('\n'));
    expect(found).toMatchObject({ read: 5, stored: 2, labels: 1, refused: 3, oldest: Date.UTC(2026, 8, 1) });
    expect(found.reasons.map(({ reason, example }) => [reason, example.line])).toEqual([
      ['not-json', 3],
      ['bad-time', 4],
      ['bucket-sealed', 5],
    ]);
    expect((await rowsOf('nd')).map(row => row['num'])).toEqual([{ x: 1 }, { x: 2 }]);
  });

  it('is read by the mapping of a source', async () => {
    const path = write('m.ndjson', `{"meta":{"id":"q","at":"${iso(9)}"},"in":{"age":4},"out":0.25}\n`);
    expect(await ingest(path, { model: '', mapping: 'orders', mapped: true })).toMatchObject({ stored: 1 });
    expect(await rowsOf('mapped')).toMatchObject([{ id: 'q', num: { age: 4 }, prediction: 0.25 }]);
    await expect(ingest(path, { mapping: 'other', mapped: true })).rejects.toMatchObject({
      code: 'LW_USAGE',
    });
  });

  it('of which nothing can be used is left after the first batch', async () => {
    const path = write('u.ndjson', Array.from({ length: 600 }, (_, i) => `{"id":"${i}","x":1}`).join('\n'));
    expect(await ingest(path, { model: 'useless' })).toMatchObject({
      read: 500,
      refused: 500,
      outcome: 'all-refused',
    });
  });
});

it('Parquet is stored with every digit of its ids', async () => {
  const path = join(directory, 'p.parquet');
  await local.storage.database.command(
    `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT toUInt64(9007199254740993) + number AS id,
       toDateTime64('2026-11-21 11:00:00', 3, 'UTC') AS time, number / 2 AS age, if(number = 1, NULL, 'pro') AS plan
     FROM numbers(3)`,
  );
  expect(await ingest(path, { model: 'parquet' })).toMatchObject({ read: 3, stored: 3 });
  expect(await rowsOf('parquet')).toMatchObject([
    { id: '9007199254740993', at: String(now - 3_600_000), num: { age: 0 }, cat: { plan: 'pro' } },
    { id: '9007199254740994', num: { age: 0.5 }, cat: {} },
    { id: '9007199254740995', num: { age: 1 }, cat: { plan: 'pro' } },
  ]);
});

it('a service that takes fewer rows at a time gets them in halves, and one that is away is waited for', async () => {
  const path = write(
    'h.csv',
    `id,time,x\n${Array.from({ length: 10 }, (_, i) => `${i},${iso(1)},1`).join('\n')}\n`,
  );
  const sizes: number[] = [];
  let away = true;
  const narrow: FileDesk = {
    ...local.desk,
    take: async batch => {
      sizes.push(batch.rows.length);
      if (batch.rows.length > 3) throw new LeewayError('LW_BODY_TOO_LARGE', 'too many');
      if (away) {
        away = false;
        setImmediate(() => clock.advance(1000));
        throw new LeewayError('LW_STORE_AWAY', 'away');
      }
      return local.desk.take(batch);
    },
  };
  expect(await ingest(path, { model: 'halves' }, narrow)).toMatchObject({ stored: 10, refused: 0 });
  expect(sizes).toEqual([10, 5, 3, 3, 2, 5, 3, 2]);
  expect((await rowsOf('halves')).map(row => String(row['position']).split('/')[1]).sort()).toEqual(
    Array.from({ length: 10 }, (_, i) => String(i)),
  );
  clock.set(now);
});

it('files read again after a correction leave nothing of what they were, and erased ids stay out', async () => {
  const path = write('r.csv', `id,time,x,right\na,${iso(1)},1,5\nb,${iso(1)},2,6\nc,never,3,7\n`);
  await ingest(path, { model: 'again-wrong', columns: { prediction: 'x' } });
  const positions = createPositionStore(local.storage);
  const ages = { clock, rawDays: 30 };
  const inputs = await openInputs([path], { format: null, stdin: Readable.from([]) });
  const hash = await contentHash(inputs.files[0]!.path);
  inputs.remove();
  expect(await removeFile({ positions, ages }, hash, false)).toMatchObject({
    rows: 2,
    labels: 0,
    rejects: 1,
  });
  expect(await rowsOf('again-wrong')).toHaveLength(2);
  const erasures = await createErasures(local.storage);
  await erasures.erase('again-right', [{ stored: ['b'], coming: ['b'] }]);
  expect(await removeFile({ positions, ages }, hash, true)).toMatchObject({ rows: 2, labels: 0, rejects: 1 });
  expect(await rowsOf('again-wrong')).toEqual([]);
  expect(await removeFile({ positions, ages }, hash, true)).toMatchObject({ rows: 0, labels: 0, rejects: 0 });
  const found = await ingest(path, { model: 'again-right', columns: { prediction: 'right' }, again: true });
  expect(found).toMatchObject({ stored: 1, ignored: 1, refused: 1 });
  expect(await rowsOf('again-right')).toMatchObject([{ id: 'a', prediction: 5 }]);
});

it('a file with rows that would be refused when they are read again is not removed', async () => {
  const path = write('old.csv', `id,time,x\na,${iso(1)},1\nb,${iso(29 * 1440)},2\n`);
  await ingest(path, { model: 'aged' });
  const positions = createPositionStore(local.storage);
  const hash = await contentHash(path);
  const at = (days: number) => ({
    positions,
    ages: { clock: createManualClock(now + days * 86_400_000), rawDays: 30 },
  });
  expect(await removeFile(at(0), hash, false)).toMatchObject({ rows: 2 });
  for (const remove of [false, true])
    await expect(removeFile(at(2), hash, remove)).rejects.toMatchObject({
      code: 'LW_REINGEST_REFUSED',
      message: `Of the file 1 rows are older than retention.rawDays, 30 days (the oldest row is of ${new Date(now - 29 * 86_400_000).toISOString()}), and would be refused when they are read again. A file is removed and read whole: raise retention.rawDays first.`,
    });
  expect(await rowsOf('aged')).toHaveLength(2);
});

it('whether a file can be read is known before anything is removed, and looking stores nothing', async () => {
  const path = write('look.csv', `id,time,x\na,${iso(1)},1\nb,never,2\n`);
  const look = async (file: string, changes: Partial<IngestRequest>) => {
    const inputs = await openInputs([file], { format: null, stdin: Readable.from([]) });
    const deps = {
      desk: local.desk,
      tables: async () => createFilePages(local.storage.database),
      clock,
      random: () => 0,
      stop: new AbortController().signal,
      progress: () => undefined,
      say: () => undefined,
    };
    try {
      await lookAtFiles(deps, inputs.files, { ...ingestRequest, model: 'looked', ...changes });
    } finally {
      inputs.remove();
    }
  };
  await look(path, {});
  expect(await rowsOf('looked')).toEqual([]);
  expect(await local.storage.rejects.list({ source: 'file', limit: 100 })).not.toContainEqual(
    expect.objectContaining({ position: `${await contentHash(path)}/1` }),
  );
  await expect(look(path, { columns: { time: 'ts' } })).rejects.toMatchObject({ code: 'LW_FILE_INVALID' });
  await expect(look(path, { columns: { time: 'x' } })).rejects.toThrow(
    /^Of the first 2 rows of .*look\.csv all would be refused\. Line 2: no-content, none of/,
  );
});

it('of one model, rejects of the store stay where they are, for they may be of another', async () => {
  const positions = createPositionStore(local.storage);
  const reject = (offset: number, reason: 'too-many-models' | 'bad-time') => ({
    source: 'kept',
    position: `c/t/0/${offset}`,
    reason,
    detail: '',
    content: '',
    payload: '',
  });
  await local.storage.rejects.write([
    reject(1, 'too-many-models'),
    reject(2, 'bad-time'),
    reject(3, 'too-many-models'),
  ]);
  const left = async () =>
    (await local.storage.rejects.list({ source: 'kept', limit: 9 })).map(({ position }) => position).sort();
  const of = { source: 'kept', model: 'm', range: { prefix: 'c/t/0/', first: 0, last: 9 } };
  expect(await positions.count(of)).toMatchObject({ rejects: 1 });
  await positions.remove(of);
  expect(await left()).toEqual(['c/t/0/1', 'c/t/0/3']);
  expect([...(await positions.keptRejects(of))].sort()).toEqual(['c/t/0/1', 'c/t/0/3']);
  await positions.removeRejects('kept', ['c/t/0/1']);
  expect(await left()).toEqual(['c/t/0/3']);
  await positions.remove({ ...of, model: '' });
  expect(await left()).toEqual([]);
});
