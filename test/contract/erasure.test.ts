import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createErasureKeeper } from '../../src/app/erasure-desk.ts';
import { type App, loadConfig, startApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createErasures } from '../../src/store/erasures.ts';
import { purgeDeleted } from '../../src/store/purge.ts';
import { filesWith, storeUncompressed } from './no-trace/scan.ts';

/** Erasures of a running service: what is removed, what stays out, and what profiles and findings say afterwards. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-erasure-'));
const data = join(directory, 'data');
const hourMs = 3_600_000;
const end = Math.floor(systemClock.now() / hourMs) * hourMs;
let now = end - 8 * hourMs;
const file = join(directory, 'leeway.yaml');
let app: App;

beforeAll(async () => {
  mkdirSync(data);
  writeFileSync(
    file,
    `data: ${data}
listen: {port: 0}
latenessSeconds: 0
limits: {rejectPayloadBytes: 1000}
privacy: {hashKey: "${'k'.repeat(32)}"}
models:
  hashed:
    fields: {hash: [id]}
`,
  );
  const start = () =>
    startApp(loadConfig(file), {
      logs: 'silent',
      scheduled: false,
      // By event time nothing waits: in service an old bucket is profiled again after ten minutes.
      runClock: { kind: 'event', now: () => now },
    });
  app = await start();
  await storeUncompressed(app.storage.database, app.storage.db);
  await dropOldPartsQuickly();
  await app.stop();
  app = await start();
}, 60_000);
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** The engine looks for parts to drop every half minute at best; the setting holds from the next start on. */
async function dropOldPartsQuickly(): Promise<void> {
  for (const table of ['inferences', 'labels', 'rejects'])
    await app.storage.database.command(
      `ALTER TABLE ${app.storage.db}.${table} MODIFY SETTING cleanup_delay_period = 1, max_cleanup_delay_period = 1,
         cleanup_delay_period_random_add = 0`,
    );
}

const row = (id: string, more: object = {}) => ({
  id,
  model: 'churn',
  time: new Date(end - 2 * hourMs + 60_000).toISOString(),
  features: { age: 20 + (id.length % 7), plan: 'pro' },
  prediction: 0.5,
  ...more,
});
const send = async (path: string, rows: readonly unknown[], init: RequestInit = {}) => {
  const body = rows.map(each => (typeof each === 'string' ? each : JSON.stringify(each))).join('\n');
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
    ...init,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
/** An id whose MD5, the key of its rows, ends in a zero byte: fixed strings lose such bytes when they are careless. */
function idWithZeroKey(prefix: string): string {
  for (let n = 0; ; n++) {
    const id = `${prefix}-${n}`;
    if (createHash('md5').update(id).digest()[15] === 0) return id;
  }
}
const erase = async (id: string, model = 'churn') => {
  const response = await fetch(`${app.url}/v1/models/${model}/inferences/${encodeURIComponent(id)}`, {
    method: 'DELETE',
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const ids = async (table: string, model = 'churn') =>
  (
    await app.storage.database.rows<{ id: string }>(
      `SELECT DISTINCT id FROM ${app.storage.db}.${table} WHERE model = {model:String} ORDER BY id`,
      { model },
    )
  ).map(({ id }) => id);
const rowsOf = async () => {
  const { findings } = (await (
    await fetch(`${app.url}/v1/models/churn/findings?check=drift&subject=feature:age&limit=1000`)
  ).json()) as { findings: { n: number; windowSeconds: number; windowStart: number }[] };
  const last = findings.find(f => f.windowSeconds === 3600 && f.windowStart * 1000 === end - 2 * hourMs);
  const profiled = await app.storage.database.rows<{ grain: number; rows: string }>(
    `SELECT grain, argMax(rows, generation) AS rows FROM ${app.storage.db}.profile_runs
     WHERE model = 'churn' AND bucket = toDateTime({at:Int64}) GROUP BY grain, bucket ORDER BY grain`,
    { at: (end - 2 * hourMs) / 1000 },
  );
  return { finding: last?.n, profiles: profiled.filter(p => p.grain < 86_400).map(p => Number(p.rows)) };
};

describe('an erasure', () => {
  it('lowers the profiles and the findings by the rows it removes', async () => {
    await send(
      '/v1/models/churn/baselines?activate=true',
      Array.from({ length: 600 }, (_, i) => row(`train-${'x'.repeat(i % 9)}${i}`)),
    );
    const rows = Array.from({ length: 120 }, (_, i) => row(`r-${i}`));
    await send('/v1/inferences', [
      ...rows,
      row('gone'),
      row('gone#0'),
      row('gone#1'),
      row('gone#x'),
      row('gone2'),
    ]);
    await send(
      '/v1/labels',
      ['gone', 'gone#1', 'r-1'].map(id => ({ id, model: 'churn', label: 1 })),
    );
    now = end + 1000;
    await app.round();
    expect(await rowsOf()).toEqual({ finding: 125, profiles: [125, 125] });
    expect(await erase('gone')).toEqual({
      status: 200,
      body: { model: 'churn', ids: 1, rows: 3, labels: 2, rejects: 0, purged: null },
    });
    await app.round();
    expect(await rowsOf()).toEqual({ finding: 122, profiles: [122, 122] });
  });

  it('leaves every other row, and is the same when it is asked for again', async () => {
    const stored = await ids('inferences');
    expect(stored).toHaveLength(122);
    expect(stored.filter(id => id.startsWith('gone'))).toEqual(['gone#x', 'gone2']);
    expect(await ids('labels')).toEqual(['r-1']);
    expect((await erase('gone')).body).toMatchObject({ rows: 0, labels: 0 });
    expect((await erase('never-seen')).body).toMatchObject({ ids: 1, rows: 0, labels: 0 });
    expect(await erase('gone', 'no-such-model')).toMatchObject({
      status: 404,
      body: { code: 'LW_NOT_FOUND' },
    });
  });

  it('keeps out what comes again: rows, rows of a record, labels, under any time', async () => {
    const again = [
      row('gone'),
      row('gone#7'),
      row('never-seen'),
      row('gone', { time: new Date(end).toISOString() }),
    ];
    expect((await send('/v1/inferences', again)).body).toMatchObject({ stored: 0 });
    expect((await send('/v1/labels', [{ id: 'gone', model: 'churn', label: 1 }])).body).toMatchObject({
      labels: 0,
    });
    expect((await send('/v1/inferences', [row('gone', { model: 'other' })])).body).toMatchObject({
      stored: 1,
    });
  });

  it('finds ids whose key ends in a zero byte, as does a late label', async () => {
    const id = idWithZeroKey('zero');
    const marked = async () => {
      const [found] = await app.storage.database.rows<{ at: string }>(
        `SELECT toString(max(at)) AS at FROM ${app.storage.db}.touched WHERE model = 'zero'`,
      );
      return found!.at;
    };
    await send('/v1/inferences', [row(id, { model: 'zero' })]);
    const before = await marked();
    await send('/v1/labels', [{ id, model: 'zero', label: 1 }]);
    expect((await marked()) > before).toBe(true);
    expect((await erase(id, 'zero')).body).toMatchObject({ ids: 1, rows: 1, labels: 1 });
  });

  it('takes a list: one a line, or NDJSON; a bad line refuses it as a whole', async () => {
    expect((await send('/v1/models/churn/erasures', ['r-2', '{"id":"r-3"}', '', 'r-2'])).body).toMatchObject({
      ids: 2,
      rows: 2,
    });
    const bad = await send('/v1/models/churn/erasures', ['r-4', '{"id":']);
    expect(bad).toMatchObject({ status: 400, body: { code: 'LW_BODY_INVALID' } });
    expect((await send('/v1/models/churn/erasures', [''])).status).toBe(400);
    expect(await ids('inferences')).toContain('r-4');
  });

  it('is asked for by the id that people know, where ids are hashed', async () => {
    const hashed = { model: 'hashed' };
    await send('/v1/inferences', [row('known', hashed), row('other', hashed)]);
    await send('/v1/labels', [{ id: 'known', model: 'hashed', label: 2 }]);
    expect((await erase('known', 'hashed')).body).toMatchObject({ rows: 1, labels: 1 });
    expect((await send('/v1/inferences', [row('known', hashed), row('other', hashed)])).body).toMatchObject({
      stored: 1,
    });
  });

  it.each([
    '{"id":123 ,"model":"churn","time":"never"}',
    '{"model":"churn","time":"never","id" : 123\t}',
    '[{"id":123]',
    '{"id":"\\u0031\\u0032\\u0033","model":"churn","time":"never"}',
    `{"a":"${'x'.repeat(940)}","id":"123"}`.slice(0, 960),
  ])('leaves no payload kept of a reject, however it spells the id: %s', async spelled => {
    // As they are kept where no rules hold: the bytes as they came, cut.
    const reject = { source: 'kafka', reason: 'not-json', detail: '', content: '' } as const;
    const payloads = [spelled, '{"id":"r-55"'];
    const rejects = payloads.map((payload, n) => ({ ...reject, position: `t/0/${n}`, payload }));
    await app.storage.rejects.write(rejects);
    const before = await app.storage.rejects.list({ source: 'kafka', limit: 100 });
    expect((await erase('123')).body).toMatchObject({ rejects: 2 });
    const after = await app.storage.rejects.list({ source: 'kafka', limit: 100 });
    expect(after.map(({ payload }) => payload)).toEqual(['', '']);
    // What was wrong with them is known still.
    expect(after.map(({ reason }) => reason)).toEqual(before.map(({ reason }) => reason));
  });
});

describe('an erasure made by another process', () => {
  it('holds here for the very next row, and what slipped in before is removed by the nightly run', async () => {
    const { database, db, storeClock } = app.storage;
    const elsewhere = await createErasures({ database, db, storeClock });
    await elsewhere.erase('churn', [{ stored: ['far'], coming: ['far'] }]);
    expect((await send('/v1/inferences', [row('far'), row('far#2')])).body).toMatchObject({ stored: 0 });
    // As a process would that was about to insert when the erasure was made.
    const copy = `INSERT INTO ${db}.inferences (model, bucket, version, id, time, prediction, environment)`;
    await database.command(
      `${copy} SELECT 'churn', toDateTime({at:Int64}), '', 'far#3', toDateTime64({at:Int64}, 3), 1, 'prod'`,
      { at: end / 1000 - 3600 },
    );
    expect(await elsewhere.sweep((await storeClock.now()) - 60_000)).toMatchObject({ rows: 1 });
    expect(await ids('inferences')).not.toContain('far#3');
  });
});

describe('the nightly run', () => {
  const keeper = () => {
    const events = createRecordedEvents();
    const { storage } = app;
    const deps = { config: loadConfig(file), storage, intake: null, clock: systemClock, events };
    return { events, keeper: createErasureKeeper({ ...deps, gate: { isOpen: true } }) };
  };

  it('ends an erasure that was broken off, however long ago, and is on record', async () => {
    const { database, db, jobRuns } = app.storage;
    await send('/v1/inferences', [row('broken-off'), row('stays')]);
    const old = (systemClock.now() - 9 * 24 * hourMs) / 1000;
    await database.command(
      `INSERT INTO ${db}.erasures (model, key, at) SELECT 'churn', MD5('broken-off'), toDateTime64({old:Float64}, 3)`,
      { old },
    );
    await database.command(
      `INSERT INTO ${db}.rejects (source, position, at, payload) SELECT 's', 'p', toDateTime64({old:Float64}, 3), 'broken-off'`,
      { old },
    );
    const { events, keeper: night } = keeper();
    await night.nightly();
    expect(await ids('inferences')).not.toContain('broken-off');
    expect(await ids('inferences')).toContain('stays');
    const kept = await app.storage.rejects.list({ source: 's', limit: 10 });
    expect(kept.map(({ payload }) => payload)).toEqual(['']);
    expect(events.seen.map(({ event }) => event)).toMatchObject([{ job: 'purge', outcome: 'done' }]);
    const run = (await jobRuns.latest()).find(({ job }) => job === 'purge');
    expect(run).toMatchObject({
      outcome: 'done',
      detail: expect.stringMatching(/^1 rows .*, [1-9]\d* part/),
    });
  });

  it('is not done twice in a night, whoever asks', async () => {
    const { events, keeper: night } = keeper();
    await night.nightly();
    expect(events.seen).toEqual([]);
  });

  it('that the store refuses is told', async () => {
    const { events } = keeper();
    const away = { ...app.storage.database, rows: () => Promise.reject(new Error('away')) };
    const night = createErasureKeeper({
      config: loadConfig(file),
      storage: { ...app.storage, database: away },
      intake: null,
      clock: systemClock,
      events,
      gate: { isOpen: true },
    });
    await night.nightly();
    expect(events.seen.map(({ event }) => event)).toMatchObject([
      { job: 'purge', outcome: 'failed', detail: 'away' },
    ]);
  });
});

describe('the files', () => {
  it('hold an erased row until they are rewritten, and no longer than that', async () => {
    const { database, db } = app.storage;
    const purge = () =>
      purgeDeleted({ database, db, clock: systemClock }, { each: 30_000, together: 30_000 });
    await send('/v1/inferences', [row('SECRET-ID-1'), row('KEPT-ID-1')]);
    await send('/v1/labels', [{ id: 'SECRET-ID-1', model: 'churn', label: 3 }]);
    await erase('SECRET-ID-1');
    expect(await ids('inferences')).not.toContain('SECRET-ID-1');
    expect(filesWith(data, ['SECRET-ID-1'])).not.toEqual([]);
    const { rewritten, left } = await purge();
    expect(rewritten).toBeGreaterThan(1);
    expect(left).toEqual([]);
    expect(await purge()).toEqual({ rewritten: 0, left: [] });
    await vi.waitFor(() => expect(filesWith(data, ['SECRET-ID-1'])).toEqual([]), {
      timeout: 60_000,
      interval: 500,
    });
    expect(filesWith(data, ['KEPT-ID-1'])).not.toEqual([]);
    expect(await ids('inferences')).toContain('KEPT-ID-1');
  }, 90_000);
});
