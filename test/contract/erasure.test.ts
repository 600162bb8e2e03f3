import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type App, loadConfig, startApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createErasures } from '../../src/store/erasures.ts';
import { purgeDeleted } from '../../src/store/purge.ts';
import { filesWith, storeUncompressed } from './no-trace/scan.ts';

/** Erasures of a running service: what is removed, what stays out, and what profiles and findings say afterwards. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-erasure-'));
const data = join(directory, 'data');
const hourMs = 3_600_000;
const end = Math.floor(systemClock.now() / hourMs) * hourMs;
let now = end - 8 * hourMs;
let app: App;

beforeAll(async () => {
  mkdirSync(data);
  const file = join(directory, 'leeway.yaml');
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

  it('takes rejects along whose kept payload names the id', async () => {
    await send('/v1/inferences', [row('r-5', { time: 'never' }), row('r-55', { time: 'never' })]);
    expect((await erase('r-5')).body).toMatchObject({ rejects: 1 });
    const kept = await app.storage.rejects.list({ limit: 10 });
    expect(kept.map(({ payload }) => payload).filter(text => text.includes('"r-55"'))).toHaveLength(1);
    expect(kept.map(({ payload }) => payload).filter(text => text.includes('"r-5"'))).toEqual([]);
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

describe('the files', () => {
  it('hold an erased row until they are rewritten, and no longer than that', async () => {
    const { database, db } = app.storage;
    await send('/v1/inferences', [row('SECRET-ID-1'), row('KEPT-ID-1')]);
    await send('/v1/labels', [{ id: 'SECRET-ID-1', model: 'churn', label: 3 }]);
    await erase('SECRET-ID-1');
    expect(await ids('inferences')).not.toContain('SECRET-ID-1');
    expect(filesWith(data, ['SECRET-ID-1'])).not.toEqual([]);
    expect(await purgeDeleted(database, db)).toBeGreaterThan(1);
    expect(await purgeDeleted(database, db)).toBe(0);
    await vi.waitFor(() => expect(filesWith(data, ['SECRET-ID-1'])).toEqual([]), {
      timeout: 60_000,
      interval: 500,
    });
    expect(filesWith(data, ['KEPT-ID-1'])).not.toEqual([]);
    expect(await ids('inferences')).toContain('KEPT-ID-1');
  }, 90_000);
});
