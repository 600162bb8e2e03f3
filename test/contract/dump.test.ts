import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { runCommand } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createManualClock, systemClock } from '../../src/lib/clock.ts';
import { seededRandom } from '../../src/stats/random.ts';
import { createDump } from '../../src/store/dump.ts';
import { dropLeftCopies } from '../../src/store/dump-copies.ts';
import { createDumpImport } from '../../src/store/dump-import.ts';
import { type Rig, startRig } from '../rig/start.ts';

/** A store with rows, profiles and findings moves: embedded, to a server, and back. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-dump-'));
const hour = 3_600_000;
const end = Math.floor(systemClock.now() / hour) * hour - hour;
const path = (name: string) => join(directory, name);
let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ directory: path('rig') });
  writeFileSync(
    path('server.yaml'),
    `data: ${path('unused')}\nclickhouse:\n  url: ${rig.url}\n  database: moved\n`,
  );
});
afterAll(async () => {
  await rig.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function cli(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(args, {
    terminal: {
      out: text => void out.push(text),
      err: text => void err.push(text),
      interactive: false,
      environment: {},
    },
    startApp: () => Promise.reject(new Error('not used')),
    signals: process,
    clock: systemClock,
    fetch,
    exit: () => undefined,
    version: '0.1.0',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** The service with a clock that stands at the end of the rows; jobs run when they are asked to. */
async function start(settings: { data?: string; config?: string }): Promise<App> {
  const config = loadConfig(
    settings.config ?? null,
    {
      listen: { host: '127.0.0.1', port: 0 },
      ...(settings.data === undefined ? {} : { data: settings.data }),
    },
    {},
  );
  const runClock = { kind: 'event', now: () => end + hour / 2 } as const;
  return startApp(config, {
    runClock,
    scheduled: false,
    logs: 'silent',
    clock: createManualClock(end + hour),
  });
}

/** Everything that is stored, except what starting a service adds. */
async function contentOf(app: App): Promise<Record<string, string>> {
  const { database, db } = app.storage;
  const tables = await database.rows<{ name: string; engine: string }>(
    `SELECT name, engine FROM system.tables WHERE database = '${db}' AND endsWith(engine, 'MergeTree') ORDER BY name`,
  );
  const found: Record<string, string> = {};
  for (const { name, engine } of tables) {
    if (name === 'job_runs') continue;
    const final = engine.startsWith('Replacing') ? 'FINAL' : '';
    const [row] = await database.rows<{ all_rows: string; all_content: string }>(
      `SELECT count() AS all_rows, sum(cityHash64(*)) AS all_content FROM ${db}.${name} ${final}`,
    );
    found[name] = `${row!.all_rows} ${row!.all_content}`;
  }
  return found;
}

const verdictsOf = (app: App) =>
  app.storage.database.rows<Record<string, unknown>>(
    `SELECT check, subject, window_start, window_seconds, verdict, effect, generation FROM ${app.storage.db}.findings FINAL
     ORDER BY ALL`,
  );

/** Nine hours of rows of which the last three have drifted, with labels and one row that is refused. */
function rowsOfADay(): string {
  const random = seededRandom(7);
  const lines = Array.from({ length: 3600 }, (_, i) => {
    const time = new Date(end - 9 * hour + (i * 9 * hour) / 3600).toISOString();
    return JSON.stringify({ id: `r${i}`, time, ...valuesOf(random, i > 2400 ? 8 : 0), label: i % 2 });
  });
  return [...lines, '{"id":"late","age":1}'].join('\n');
}

function valuesOf(random: () => number, shift: number) {
  return { age: 40 + 10 * random() + shift, plan: random() < 0.3 ? 'pro' : 'free', prediction: random() };
}

/** A baseline is uploaded: to learn one takes a day of rows. */
async function uploadBaseline(url: string): Promise<void> {
  const random = seededRandom(8);
  const rows = Array.from({ length: 1000 }, () => {
    const { prediction, ...features } = valuesOf(random, 0);
    return JSON.stringify({ features, prediction });
  });
  const answer = await fetch(`${url}/v1/models/churn/baselines?activate=false`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.join('\n'),
  });
  expect(answer.status).toBe(201);
  const activated = await fetch(`${url}/v1/models/churn/activations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ baseline: 1, from: end - 48 * hour, by: 'test' }),
  });
  expect(activated.ok).toBe(true);
}

describe('moving house', () => {
  it('from the embedded engine to a server and back keeps every row and every verdict', async () => {
    const old = await start({ data: path('old') });
    writeFileSync(path('rows.ndjson'), rowsOfADay());
    const ingested = await cli('ingest', '--model', 'churn', '--url', old.url, path('rows.ndjson'));
    await uploadBaseline(old.url);
    expect(ingested).toMatchObject({ code: 0, out: expect.stringContaining('3,600') });
    await old.round();
    const verdicts = await verdictsOf(old);
    expect(verdicts.filter(({ verdict }) => verdict === 'drift').length).toBeGreaterThan(0);
    const kept = { name: 'pager', type: 'webhook', takes: 'alerts', by: 'ann', removed: false } as const;
    await old.storage.receivers.put({ ...kept, sealed: 'v1.sealed.by.a-key', at: end });
    const content = await contentOf(old);
    await old.storage.tokenSecrets.add('secret-of-the-old-house');

    // From the running service.
    const exported = await cli('export', '--url', old.url, '--to', path('old.tar'));
    expect(exported.err).toBe('');
    expect(exported).toMatchObject({
      code: 0,
      out: expect.stringContaining('Next, where it is to go: leeway import'),
    });
    await old.stop();

    const imported = await cli('import', path('old.tar'), '--config', path('server.yaml'));
    expect(imported.err).toBe('');
    expect(imported).toMatchObject({ code: 0, out: expect.stringContaining('Next: leeway start --config') });
    const server = await start({ config: path('server.yaml') });
    // The rows had only just come in when the copy was made: their buckets are marked once more.
    const { touched, ...others } = await contentOf(server);
    const { touched: _, ...wanted } = content;
    expect(others).toEqual(wanted);
    expect(touched!.split(' ')[0]).toBe(content['touched']!.split(' ')[0]);
    expect(await verdictsOf(server)).toEqual(verdicts);
    // What is sealed is of use where its key is; the secret of tokens stays behind.
    expect((await server.storage.receivers.list()).map(({ sealed }) => sealed)).toEqual([
      'v1.sealed.by.a-key',
    ]);
    expect(await server.storage.tokenSecrets.all()).toEqual([]);
    await server.round();
    expect(await mismatches(server)).toBe(0);
    expect((await verdictsOf(server)).map(withoutGeneration)).toEqual(verdicts.map(withoutGeneration));
    await server.stop();

    expect(await cli('export', '--config', path('server.yaml'), '--to', path('server'))).toMatchObject({
      code: 0,
    });
    const back = await cli('import', path('server'), '--data', path('new'));
    expect(back).toMatchObject({ code: 0, err: '' });
    const again = await start({ data: path('new') });
    const { inferences, labels, rejects, baselines } = await contentOf(again);
    expect({ inferences, labels, rejects, baselines }).toEqual({
      inferences: content['inferences'],
      labels: content['labels'],
      rejects: content['rejects'],
      baselines: content['baselines'],
    });
    await again.round();
    expect(await mismatches(again)).toBe(0);
    expect((await verdictsOf(again)).map(withoutGeneration)).toEqual(verdicts.map(withoutGeneration));
    await again.stop();
  }, 120_000);

  it('a copy of the data directory of a stopped service is a backup', async () => {
    cpSync(path('old'), path('copied'), { recursive: true });
    const app = await start({ data: path('copied') });
    expect((await contentOf(app))['inferences']).toMatch(/^3600 /);
    expect(await mismatches(app)).toBe(0);
    await app.stop();
  });

  it('a store that holds rows is not written over', async () => {
    expect(await cli('import', path('old.tar'), '--data', path('new'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^LW_STORE_NOT_EMPTY: .*holds rows already, in /),
    });
  });

  it('a damaged, unfinished or foreign export is refused, and the store stays empty', async () => {
    const manifest = path('server/manifest.json');
    const text = readFileSync(manifest, 'utf8');
    const damage = path('server/data/inferences/1.native.gz');
    const whole = readFileSync(damage);
    const refused = async (reason: RegExp) =>
      expect(await cli('import', path('server'), '--data', path('empty'))).toMatchObject({
        code: 1,
        err: expect.stringMatching(reason),
      });
    writeFileSync(damage, Buffer.concat([whole, Buffer.from('x')]));
    await refused(/LW_EXPORT_INVALID: .*its checksum differs/);
    writeFileSync(damage, whole);
    writeFileSync(
      manifest,
      text.replace(
        /("rows": 3600,\n\s*"checksum": ")(\d)/,
        (_, before: string, digit: string) => before + (digit === '1' ? '2' : '1'),
      ),
    );
    await refused(/LW_EXPORT_INVALID: .*the table inferences has 3600 rows with the checksum/);
    writeFileSync(manifest, text.replace('"name": "noise"', '"name": "other"'));
    await refused(/LW_EXPORT_INVALID: .*tables of migration/);
    writeFileSync(manifest, text);
    renameSync(manifest, path('manifest.json'));
    await refused(/LW_EXPORT_INVALID: .*manifest.json cannot be read/);
    renameSync(path('manifest.json'), manifest);
    writeFileSync(path('cut.tar'), readFileSync(path('old.tar')).subarray(0, 40_000));
    expect((await cli('import', path('cut.tar'), '--data', path('empty'))).err).toContain(
      'no tar archive, or is cut off',
    );
    expect(await cli('import', path('server'), '--data', path('empty'))).toMatchObject({ code: 0 });
  }, 60_000);

  it('an export never writes over a file', async () => {
    expect(await cli('export', '--data', path('new'), '--to', path('old.tar'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already'),
    });
  });
});

describe('reingest of a file', () => {
  it('looks before it removes: with a wrong option nothing is touched', async () => {
    const app = await start({ data: path('files') });
    const lines = Array.from(
      { length: 20 },
      (_, i) => `r${i},${new Date(end - i * 1000).toISOString()},${i}`,
    );
    writeFileSync(path('few.csv'), `id,time,x\n${lines.join('\n')}\n`);
    const model = ['--model', 'm', '--url', app.url, path('few.csv')];
    expect(await cli('ingest', ...model)).toMatchObject({ code: 0 });
    const wrong = await cli('reingest', ...model, '--time', 'x', '--yes');
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('all would be refused. Line 2: ') });
    const none = await cli('reingest', ...model, '--time', 'ts', '--yes');
    expect(none).toMatchObject({ code: 1, err: expect.stringMatching(/^LW_FILE_INVALID/) });
    const rows = async () =>
      (await app.storage.database.rows<{ n: string }>('SELECT count() AS n FROM leeway.inferences FINAL'))[0]!
        .n;
    expect(await rows()).toBe('20');
    expect(await cli('reingest', ...model, '--yes')).toMatchObject({ code: 0 });
    expect(await rows()).toBe('20');
    await app.stop();
  });
});

describe('copies', () => {
  const copiesIn = async ({ storage: { database, db } }: App) =>
    (
      await database.rows<{ name: string }>(
        `SELECT name FROM system.databases WHERE startsWith(name, '${db}_') ORDER BY name`,
      )
    ).map(({ name }) => name);

  it('two exports at once have one each, and a piece that is not there any more is refused', async () => {
    const app = await start({ data: path('new') });
    const [one, two] = [createDump(app.storage), createDump(app.storage)];
    const first = await one.begin();
    const second = await two.begin();
    const table = first.tables.find(({ name }) => name === 'inferences')!;
    const of = { copy: first.copy, table: 'inferences' };
    await two.end(second.copy);
    expect((await one.read(of, table.pieces[0]!)).length).toBeGreaterThan(0);
    expect(await one.fingerprint(of)).toMatchObject({ rows: 3600 });
    const longer = { ...table.pieces[0]!, to: table.pieces[0]!.to + 1 };
    await expect(one.read(of, longer)).rejects.toMatchObject({ code: 'LW_CONFLICT' });
    await one.end(first.copy);
    await expect(one.read(of, table.pieces[0]!)).rejects.toMatchObject({ code: 'LW_CONFLICT' });
    await expect(one.fingerprint(of)).rejects.toMatchObject({ code: 'LW_CONFLICT' });
    expect(await copiesIn(app)).toEqual([]);
    await app.stop();
  });

  it('what a killed export has left is dropped by the next start, and after a day', async () => {
    const app = await start({ data: path('new') });
    const { database, db } = app.storage;
    const { copy } = await createDump(app.storage).begin();
    expect(await dropLeftCopies(database, db)).toBe(0);
    expect(await copiesIn(app)).toEqual([`${db}_export_${copy}`]);
    const old = `${db}_export_${Number(copy.split('_')[0]) - 86_401}_00000000`;
    const aside = `${db}_import_1700000000_00000000_before`;
    const others = [`${db}_exports`, `${db}_export_other`];
    for (const name of [old, aside, ...others]) await database.command(`CREATE DATABASE ${name}`);
    await database.command(
      `CREATE TABLE ${aside}.inferences (n UInt8) ENGINE = MergeTree ORDER BY n AS SELECT 1 AS n`,
    );
    // The purge does it too.
    const purged = await cli('erase', 'churn', '--id', 'nobody', '--purge', '--url', app.url);
    expect(purged).toMatchObject({ code: 0 });
    expect(await dropLeftCopies(database, db)).toBe(0);
    expect(await copiesIn(app)).toEqual([...others, `${db}_export_${copy}`, aside].sort());
    await app.stop();
    const next = await start({ data: path('new') });
    expect(await copiesIn(next)).toEqual([...others, aside].sort());
    for (const name of [aside, ...others]) await next.storage.database.command(`DROP DATABASE ${name} SYNC`);
    await next.stop();
  });

  it('a copy that was taken during an erasure does not bring its rows back', async () => {
    const app = await start({ data: path('new') });
    const { database, db } = app.storage;
    await database.command(
      `INSERT INTO ${db}.erasures (model, key, at) SELECT 'churn', MD5('r5'), now64(3) - toIntervalDay(3)`,
    );
    const ids = (of: App) =>
      of.storage.database.rows<{ n: string; erased: string }>(
        `SELECT count() AS n, countIf(id = 'r5') AS erased FROM ${db}.inferences FINAL`,
      );
    expect(await ids(app)).toEqual([{ n: '3600', erased: '1' }]);
    expect(await cli('export', '--url', app.url, '--to', path('erasing.tar'))).toMatchObject({ code: 0 });
    await app.stop();
    const imported = await cli('import', path('erasing.tar'), '--data', path('erased'));
    expect(imported).toMatchObject({ code: 0, out: expect.stringContaining('1 of them were of erased ids') });
    const restored = await start({ data: path('erased') });
    expect(await ids(restored)).toEqual([{ n: '3599', erased: '0' }]);
    await restored.round();
    expect(await mismatches(restored)).toBe(0);
    await restored.stop();
  });

  it('rows that came into the empty tables in the last moment are put back, and the import is refused', async () => {
    const app = await start({ data: path('late') });
    const { database, db } = app.storage;
    const target = createDumpImport(app.storage);
    await target.begin();
    expect(await target.occupied()).toEqual([]);
    await database.command(`INSERT INTO ${db}.erasures (model, key, at) SELECT 'm', MD5('x'), now64(3)`);
    const keep = { raw: 30, fiveMinute: 30, hourly: 30, daily: 30, labels: 30 };
    expect(await target.finish(keep)).toEqual(['erasures']);
    expect(await target.occupied()).toEqual(['erasures']);
    await target.abandon();
    expect(await copiesIn(app)).toEqual([]);
    await app.stop();
  });
});

function withoutGeneration({ generation: _, ...finding }: Record<string, unknown>) {
  return finding;
}

async function mismatches(app: App): Promise<number> {
  const { audit, baselines } = app.storage;
  let found = 0;
  for (const stream of await audit.streams()) {
    const [active] = await baselines.activations(stream.model);
    const range = { from: 0, to: Math.floor(end / 1000) };
    const { buckets, mismatches: list } = await audit.compare(
      { ...stream, baseline: active!.baseline },
      range,
    );
    expect(buckets).toBeGreaterThan(0);
    found += list.length;
  }
  return found;
}
