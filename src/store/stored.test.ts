import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeInference, makeLabel, outcomeOf } from '../../test/rig/rows.ts';
import type { Outcome, Reject } from '../domain/reject.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createStoreClock } from './clock.ts';
import type { Database } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { createErasures } from './erasures.ts';
import { createExportReader } from './export.ts';
import { createIntake, type IntakeDeps } from './intake.ts';
import { createJobRunStore } from './job-runs.ts';
import { migrate } from './migrate.ts';
import { createProgressStore } from './progress.ts';
import { createRejectStore } from './rejects.ts';
import { createRequestStore } from './requests.ts';

const db = 'stored';
const directory = mkdtempSync(join(tmpdir(), 'leeway-'));
let database: Database;
beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: db, cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const openIntake = (more: Partial<IntakeDeps> = {}) =>
  createIntake({
    database,
    db,
    storeClock: createStoreClock(database),
    clock: createManualClock(0),
    events: createRecordedEvents(),
    random: () => 0,
    limits: { autoModels: 1000, batchRows: 20_000, lingerMs: 1000, maxWaitingRows: 100_000 },
    ...more,
  });
const write = async (outcomes: readonly Outcome[]) => (await openIntake()).write({ outcomes, progress: [] });
const marks = async (model: string) =>
  (
    await database.rows<{ bucket: number; at: string }>(
      `SELECT toUnixTimestamp(bucket) AS bucket, toUnixTimestamp64Milli(t.at) AS at FROM ${db}.touched AS t FINAL
       WHERE model = {model:String} ORDER BY bucket`,
      { model },
    )
  ).map(row => [row.bucket, Number(row.at)] as const);

describe('rows', () => {
  test('every column arrives as it was', async () => {
    const row = makeInference({
      id: 'two\n\nlines 😀',
      model: 'columns',
      numNames: ['a', 'b', 'c'],
      numValues: [1.5, Number.NaN, Infinity],
      catNames: ['p'],
      catValues: ["it's"],
      segmentNames: ['country'],
      segmentValues: ['NL'],
      prediction: 0.25,
      error: 'oops',
      time: 1_763_719_200_123,
    });
    await write([{ kind: 'inference', inference: row, label: null }]);
    const [read] = await database.rows<Record<string, unknown>>(
      `SELECT model, toUnixTimestamp(bucket) AS bucket, hex(key) = hex(MD5(id)) AS keyed, version, id,
         toUnixTimestamp64Milli(time) AS time, mapApply((k, v) -> (k, toString(v)), num) AS num, cat, prediction, predicted, scores,
         latency_seconds, status, error, request_bytes, response_bytes, segment, environment, time_source, source, position,
         bitShiftRight(revision, 56) AS high, abs(now64(3) - received) < 60 AS fresh
       FROM ${db}.inferences WHERE model = 'columns'`,
    );
    expect(read).toEqual({
      model: 'columns',
      bucket: 1_763_719_200,
      keyed: 1,
      version: '1',
      id: 'two\n\nlines 😀',
      time: '1763719200123',
      num: { a: '1.5', b: 'nan', c: 'inf' },
      cat: { p: "it's" },
      prediction: 0.25,
      predicted: 'yes',
      scores: { yes: 0.71, no: 0.29 },
      latency_seconds: 0.0124,
      status: 200,
      error: 'oops',
      request_bytes: 512,
      response_bytes: 64,
      segment: { country: 'NL' },
      environment: 'prod',
      time_source: 'payload',
      source: 'kafka',
      position: 'c/t/0/two\n\nlines 😀',
      high: '1',
      fresh: 1,
    });
  });

  test('the same batch again gives the same rows, labels and rejects under FINAL', async () => {
    const reject: Reject = {
      source: 'again',
      position: 'p',
      reason: 'not-json',
      detail: 'd',
      content: 'c',
      payload: '',
    };
    const outcomes: Outcome[] = [
      ...Array.from({ length: 50 }, (_, i) =>
        outcomeOf(
          { id: `${i}`, model: 'again', time: 600_000 + i * 20_000 },
          makeLabel({ id: `${i}`, model: 'again' }),
        ),
      ),
      { kind: 'rejected', reject },
    ];
    const state = async () => [
      await database.rows(
        `SELECT count() AS n, uniqExact(id) AS ids, sum(cityHash64(key, version, time, content, revision)) AS content FROM ${db}.inferences FINAL WHERE model = 'again'`,
      ),
      await database.rows(
        `SELECT count() AS n, sum(precedence) AS p FROM ${db}.labels FINAL WHERE model = 'again'`,
      ),
      await database.rows(`SELECT count() AS n FROM ${db}.rejects FINAL WHERE source = 'again'`),
    ];
    await write(outcomes);
    const once = await state();
    expect(once[0]).toMatchObject([{ n: '50', ids: '50' }]);
    await write(outcomes);
    await Promise.all([write(outcomes.slice(0, 30)), write(outcomes.slice(20))]);
    expect(await state()).toEqual(once);
  });

  test('of several labels of an id the latest truth counts, in whatever order they come', async () => {
    const label = (labelled: string, time: number): Outcome => ({
      kind: 'label',
      label: makeLabel({ id: 'x', model: 'relabelled', labelled, time }),
    });
    await write([label('new', 2000)]);
    await write([label('old', 1000)]);
    expect(await database.rows(`SELECT labelled FROM ${db}.labels FINAL WHERE model = 'relabelled'`)).toEqual(
      [{ labelled: 'new' }],
    );
  });

  test('sixty days in one batch are taken by the real engine', async () => {
    // A database of its own: hundreds of partitions make every deletion in the same table slow.
    const own = 'stored_days';
    await migrate(database, { database: own, cluster: '', retention: null });
    const outcomes = Array.from({ length: 600 }, (_, i) =>
      outcomeOf({ id: `${i}`, model: 'days', time: (i % 60) * 86_400_000 }),
    );
    const more = Array.from({ length: 240 }, (_, i) =>
      outcomeOf({ id: `m${i}`, model: 'days', time: i * 86_400_000 }),
    );
    const intake = await openIntake({ db: own });
    expect(await intake.write({ outcomes: [...outcomes, ...more], progress: [] })).toMatchObject({
      stored: 840,
      refused: [],
    });
    for (const [table, n] of [
      ['inferences', '840'],
      ['touched', '240'],
    ])
      expect(await database.rows(`SELECT count() AS n FROM ${own}.${table}`)).toEqual([{ n }]);
  });
});

describe('marks', () => {
  test('ended between rows and marks: the rows are in, unmarked; the redelivery marks them', async () => {
    const outcomes = [outcomeOf({ id: 'a', model: 'torn' })];
    const torn = await openIntake({
      failpoint: name => {
        if (name === 'rows-inserted') throw new Error('ended here');
      },
    });
    await expect(torn.write({ outcomes, progress: [] })).rejects.toThrow('ended here');
    expect(await database.rows(`SELECT count() AS n FROM ${db}.inferences WHERE model = 'torn'`)).toEqual([
      { n: '1' },
    ]);
    expect(await marks('torn')).toEqual([]);
    await write(outcomes);
    expect((await marks('torn')).map(([bucket]) => bucket)).toEqual([600]);
    expect(
      await database.rows(`SELECT count() AS n FROM ${db}.inferences FINAL WHERE model = 'torn'`),
    ).toEqual([{ n: '1' }]);
  });

  test('ended between marks and progress: nothing claims to have been read', async () => {
    const torn = await openIntake({
      failpoint: name => {
        if (name === 'marked') throw new Error('ended here');
      },
    });
    const progress = [{ source: 'torn', partition: '0', position: '9', watermark: 1, lag: 0 }];
    await expect(
      torn.write({ outcomes: [outcomeOf({ id: 'a', model: 'torn2' })], progress }),
    ).rejects.toThrow();
    expect((await marks('torn2')).length).toBe(1);
    expect((await createProgressStore({ database, db }).all()).filter(p => p.source === 'torn')).toEqual([]);
  });

  test('a mark is not older than the rows it stands for', async () => {
    await write([outcomeOf({ id: 'a', model: 'younger' })]);
    const [[, at]] = (await marks('younger')) as [readonly [number, number]];
    const [row] = await database.rows<{ received: string }>(
      `SELECT toUnixTimestamp64Milli(received) AS received FROM ${db}.inferences WHERE model = 'younger'`,
    );
    expect(at).toBeGreaterThanOrEqual(Number(row!.received));
  });

  test('with a clock that stepped back the mark still lies after the last run', async () => {
    const started = Date.parse('2090-01-01T00:00:00Z');
    await database.insertRows(`${db}.profile_runs`, [
      {
        model: 'back',
        environment: 'prod',
        baseline: 1,
        grain: 300,
        bucket: 600,
        generation: 1n,
        started,
        rows: 1n,
        key_sum: 1n,
      },
    ]);
    await write([outcomeOf({ id: 'a', model: 'back' })]);
    expect(await marks('back')).toEqual([[600, started + 1]]);
  });

  test('a label after its inference marks the inference’s bucket, in every environment and time it has', async () => {
    await write([
      outcomeOf({ id: 'a', model: 'late', time: 600_000 }),
      outcomeOf({ id: 'a', model: 'late', time: 1_500_000, environment: 'test' }),
      outcomeOf({ id: 'b', model: 'late', time: 3_000_000 }),
    ]);
    const before = new Map(await marks('late'));
    await database.command('SELECT sleep(0.01)');
    await write([{ kind: 'label', label: makeLabel({ id: 'a', model: 'late' }) }]);
    const after = new Map(await marks('late'));
    expect([...after].filter(([bucket, at]) => at > before.get(bucket)!).map(([bucket]) => bucket)).toEqual([
      600, 1500,
    ]);
  });

  test('a label before its inference marks nothing; the inference marks its own bucket', async () => {
    await write([{ kind: 'label', label: makeLabel({ id: 'a', model: 'early' }) }]);
    expect(await marks('early')).toEqual([]);
    await write([outcomeOf({ id: 'a', model: 'early' })]);
    expect((await marks('early')).map(([bucket]) => bucket)).toEqual([600]);
  });
});

describe('bookkeeping', () => {
  test('progress: the last word of each partition, also with a clock that stands still', async () => {
    const store = createProgressStore({ database, db });
    const of = (partition: string, position: string) => ({
      source: 'p',
      partition,
      position,
      watermark: 1_763_719_200_123,
      lag: 3,
    });
    await store.write([of('0', '1'), of('1', '1'), of('0', '2')], 1000);
    await store.write([of('0', '3')], 1000);
    await store.write([of('1', '2')], 500);
    const read = (await store.all()).filter(p => p.source === 'p');
    expect(read).toMatchObject([of('0', '3'), of('1', '2')]);
  });

  test('rejects: newest first, filtered, counted', async () => {
    const store = createRejectStore({ database, db });
    const of = (source: string, position: string, reason: Reject['reason']): Reject => ({
      source,
      position,
      reason,
      detail: "it's",
      content: 'ff',
      payload: '',
    });
    await store.write([of('r1', '1', 'not-json'), of('r1', '2', 'bad-time'), of('r1', '1', 'not-json')]);
    await database.command('SELECT sleep(0.01)');
    await store.write([of('r1', '3', 'bad-time'), of('r2', '1', 'bad-time')]);
    const list = (filter: object) =>
      store.list({ limit: 10, ...filter }).then(rows => rows.map(r => `${r.source}/${r.position}`));
    expect(await list({ source: 'r1' })).toEqual(['r1/3', 'r1/1', 'r1/2']);
    expect(await list({ source: 'r1', reason: 'bad-time' })).toEqual(['r1/3', 'r1/2']);
    expect(await list({ source: 'r1', limit: 1 })).toEqual(['r1/3']);
    expect(await list({ source: "r1' OR 1 --" })).toEqual([]);
    expect(await store.counts('r1')).toEqual([
      { reason: 'bad-time', n: 2 },
      { reason: 'not-json', n: 1 },
    ]);
    expect((await store.list({ source: 'r2', limit: 1 }))[0]).toMatchObject({
      ...of('r2', '1', 'bad-time'),
      at: expect.any(Number),
    });
  });

  test('requests: time first, then the answer, for 24 hours', async () => {
    let now = 1_763_719_200_000;
    const store = createRequestStore({ database, db, storeClock: { now: async () => now } });
    expect(await store.get('k')).toBeNull();
    await store.put('k', { time: now, answer: '' });
    expect(await store.get('k')).toEqual({ time: now, answer: '' });
    await store.put('k', { time: now, answer: '{"stored":1}' });
    await database.command(`OPTIMIZE TABLE ${db}.requests FINAL`);
    expect(await store.get('k')).toEqual({ time: now, answer: '{"stored":1}' });
    now += 24 * 3_600_000;
    expect(await store.get('k')).toBeNull();
  });

  test('job runs: the latest of each job and model, and its last success', async () => {
    const store = createJobRunStore({ database, db });
    const of = (job: string, started: number, outcome: 'done' | 'failed') => ({
      job,
      model: 'm',
      started,
      finished: started + 5,
      outcome,
      detail: `${outcome} ${started}`,
    });
    await store.append([
      of('profile', 1000, 'done'),
      of('profile', 2000, 'failed'),
      of('detect', 1500, 'failed'),
    ]);
    expect(await store.latest()).toEqual([
      { ...of('detect', 1500, 'failed'), lastSuccess: 0 },
      { ...of('profile', 2000, 'failed'), lastSuccess: 1005 },
    ]);
  });

  test('an erasure removes rows and labels, marks their buckets, and keeps the id out', async () => {
    const storeClock = createStoreClock(database);
    await write(
      ['e', 'e#0', 'e#1', 'e#x', 'f'].map((id, i) =>
        outcomeOf({ id, model: 'erase', time: 600_000 + i * 300_000 }, makeLabel({ id, model: 'erase' })),
      ),
    );
    const before = new Map(await marks('erase'));
    const erasures = await createErasures({ database, db, storeClock });
    expect(await erasures.erase('erase', [{ stored: ['e'], coming: ['e'] }])).toEqual({
      rows: 3,
      labels: 3,
      rejects: 0,
    });
    for (const table of ['inferences', 'labels'])
      expect(
        await database.rows(`SELECT id FROM ${db}.${table} FINAL WHERE model = 'erase' ORDER BY id`),
      ).toEqual([{ id: 'e#x' }, { id: 'f' }]);
    const after = (await marks('erase')).filter(([bucket, at]) => at > before.get(bucket)!);
    expect(after.map(([bucket]) => bucket)).toEqual([600, 900, 1200]);
    expect([
      erasures.has('erase', 'e'),
      erasures.has('erase', 'e#4'),
      erasures.has('erase', 'e#x'),
      erasures.has('m', 'e'),
    ]).toEqual([true, true, false, false]);
    expect(
      (await write([outcomeOf({ id: 'e#1', model: 'erase' }), outcomeOf({ id: 'g', model: 'erase' })]))
        .stored,
    ).toBe(1);
  });
});

describe('export', () => {
  const collect = async (rows: AsyncIterable<object>) => {
    const all: Record<string, unknown>[] = [];
    for await (const row of rows) all.push(row as Record<string, unknown>);
    return all;
  };
  const range = { environment: 'prod', from: 0, to: 2e12, labelledOnly: false, limit: 1e6 };

  test('payload version 1 with the label; copies and older labels collapsed', async () => {
    const row = {
      id: 'a',
      model: 'exported',
      time: 600_123,
      numNames: ['age', 'odd'],
      numValues: [41, Number.NaN],
      segmentNames: ['c'],
      segmentValues: ['NL'],
    };
    await write([outcomeOf(row, makeLabel({ id: 'a', model: 'exported', labelled: 'no', time: 1 }))]);
    await write([outcomeOf(row, makeLabel({ id: 'a', model: 'exported', labelled: 'yes', time: 2 }))]);
    await write([
      outcomeOf(
        {
          id: 'b',
          model: 'exported',
          version: '2',
          time: 900_000,
          prediction: 7.5,
          predicted: '',
          scoreNames: [],
          scoreValues: [],
          latencySeconds: Number.NaN,
          status: 0,
        },
        makeLabel({ id: 'b', model: 'exported', label: 8, labelled: '' }),
      ),
      outcomeOf({ id: 'c', model: 'exported', version: '2', time: 901_000 }),
      outcomeOf({ id: 'd', model: 'exported', environment: 'test' }),
    ]);
    const reader = createExportReader({ database, db });
    const rows = await collect(reader.exportRows({ ...range, model: 'exported' }));
    expect(rows[0]).toEqual({
      id: 'a',
      time: '1970-01-01T00:10:00.123Z',
      model: 'exported',
      version: '1',
      environment: 'prod',
      features: { age: 41, odd: null, plan: 'pro' },
      prediction: { label: 'yes', probabilities: { yes: 0.71, no: 0.29 } },
      label: 'yes',
      latency_ms: 12.4,
      status: 200,
      error: null,
      request_bytes: 512,
      response_bytes: 64,
      segment: { c: 'NL' },
    });
    expect(
      rows
        .slice(1)
        .map(r => r.id)
        .sort(),
    ).toEqual(['b', 'c']);
    expect(rows.find(r => r.id === 'b')).toMatchObject({ prediction: 7.5, label: 8 });
    const some = async (more: object) =>
      (await collect(reader.exportRows({ ...range, model: 'exported', ...more }))).map(r => r.id).sort();
    expect(await some({ labelledOnly: true })).toEqual(['a', 'b']);
    expect(await some({ version: '2' })).toEqual(['b', 'c']);
    expect(await some({ from: 600_124, to: 901_000 })).toEqual(['b']);
    expect(await some({ limit: 1 })).toEqual(['a']);
    expect(await reader.labelledCounts({ ...range, model: 'exported' })).toEqual([
      { version: '1', rows: 1, labelled: 1, correct: 1, meanAbsoluteError: Number.NaN },
      { version: '2', rows: 2, labelled: 1, correct: 0, meanAbsoluteError: 0.5 },
    ]);
  });

  test('many pages and a bucket larger than a page: each row once', async () => {
    const outcomes = Array.from({ length: 34_000 }, (_, i) =>
      outcomeOf({
        id: `${i}`,
        model: 'pages',
        time: i < 23_000 ? 600_000 : 900_000 + i * 100,
        numNames: [],
        numValues: [],
      }),
    );
    await write(outcomes);
    const reader = createExportReader({ database, db });
    const rows = await collect(reader.exportRows({ ...range, model: 'pages' }));
    expect([rows.length, new Set(rows.map(r => r.id)).size]).toEqual([34_000, 34_000]);
    expect((await collect(reader.exportRows({ ...range, model: 'pages', limit: 25_001 }))).length).toBe(
      25_001,
    );
  });
});
