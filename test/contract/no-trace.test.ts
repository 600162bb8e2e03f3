import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type App, type AppOptions, loadConfig, startApp } from '../../src/app.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { bytesOf, captureLogs, dumpTables, filesWith, storeUncompressed } from './no-trace/scan.ts';
import {
  brokenBodies,
  hidden,
  kept,
  newcomer,
  rare,
  rareBefore,
  rules,
  secretNumber,
  tellingRow,
} from './no-trace/story.ts';

/**
 * A whole life of the service under field rules: a training set, rows, labels and garbage over HTTP, a replayed file, an
 * erasure, profiles, findings. Then everything it has written and said is searched for what the rules were to hide.
 */
const directory = mkdtempSync(join(tmpdir(), 'leeway-trace-'));
const data = join(directory, 'data');
const hourMs = 3_600_000;
const end = Math.floor(systemClock.now() / hourMs) * hourMs;
const indented = rules.trim().replaceAll('\n', '\n    ');
const said: string[] = [];
let tables: ReadonlyMap<string, string>;
let answers: ReadonlyMap<string, string>;
let keyedBody = '';
let hourMsNow = 0;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function configFile(name: string, text: string): string {
  const path = join(directory, name);
  const common = `data: ${data}
listen: {port: 0}
log: {level: debug}
latenessSeconds: 0
privacy: {hashKey: "${'k'.repeat(40)}"}
limits: {rejectPayloadBytes: 4000}
`;
  writeFileSync(path, common + text);
  return path;
}

async function life<T>(file: string, options: AppOptions, live: (app: App) => Promise<T>): Promise<T> {
  const logs = captureLogs();
  try {
    const app = await startApp(loadConfig(file), { logs: 'json', scheduled: false, ...options });
    try {
      return await live(app);
    } finally {
      await app.stop();
    }
  } finally {
    logs.stop();
    said.push(logs.text());
  }
}

async function post(
  app: App,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
    body,
  });
  const text = await response.text();
  said.push(text);
  if (!response.ok && ![400, 422].includes(response.status))
    throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

const lines = (rows: readonly object[]) => rows.map(row => JSON.stringify(row)).join('\n');

/** 600 rows, four of them with a category, a feature and a class of their own. */
function trainingSet(): object[] {
  return Array.from({ length: 600 }, (_, i) => {
    const row = tellingRow(i, { at: end - 30 * hourMs + i * 1000 });
    if (i >= 4) return row;
    const features = { ...(row['features'] as object), plan: rareBefore, [`${rareBefore}-field`]: 1 };
    return { ...row, features, prediction: { label: `${rareBefore}-class`, score: 0.9 }, label: rareBefore };
  });
}

async function overHttp(app: App): Promise<void> {
  hourMsNow = end - 26 * hourMs;
  await post(app, '/v1/models/churn/baselines?activate=true', lines(trainingSet()));
  const csv = ['id,plan,age,first_name,city,time'];
  for (let i = 0; i < 600; i++)
    csv.push(
      `HIDDEN-${i},${kept},${i % 9},HIDDEN-csv,HIDDEN-city-${i % 4},${new Date(end - 40 * hourMs).toISOString()}`,
    );
  await post(app, '/v1/models/churn/baselines', csv.join('\n'), { 'content-type': 'text/csv' });
  const rows = Array.from({ length: 25 * 60 }, (_, i) =>
    tellingRow(1000 + i, { at: end - 25 * hourMs + i * 60_000, ...(i % 10 === 7 ? { plan: newcomer } : {}) }),
  );
  for (let i = 0; i < 4; i++)
    rows.push(tellingRow(5000 + i, { at: end - 2 * hourMs + i * 1000, plan: rare }));
  await post(app, '/v1/inferences', lines(rows));
  keyedBody = lines([tellingRow(6000, { at: end - hourMs })]);
  for (let i = 0; i < 2; i++) await post(app, '/v1/inferences', keyedBody, { 'idempotency-key': 'k1' });
  await post(
    app,
    '/v1/labels',
    lines(rows.slice(0, 300).map(({ id }) => ({ id, model: 'churn', label: 'yes' }))),
  );
  const sendBroken = async () => {
    for (const body of brokenBodies(end - hourMs))
      await post(app, '/v1/inferences', body, { 'content-type': 'application/json' });
  };
  await sendBroken();
  hourMsNow = end + 60_000;
  await app.round();
  await app.round();
  const erased = await fetch(`${app.url}/v1/models/churn/inferences/HIDDEN-id-1003?purge=true`, {
    method: 'DELETE',
  });
  expect(await erased.json()).toMatchObject({ ids: 1, rows: 1, labels: 1, purged: 2 });
  // The erasure has cleared what was kept of rejects.
  await sendBroken();
  await app.round();
}

/** Every GET of the interface that is about this model. */
async function readAll(app: App): Promise<ReadonlyMap<string, string>> {
  const openapi = (await (await fetch(`${app.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const found = new Map<string, string>();
  const read = async (path: string) => {
    const response = await fetch(app.url + path);
    found.set(path, await response.text());
    return response.status;
  };
  for (const [path, methods] of Object.entries(openapi.paths))
    if ('get' in methods && !path.includes('export')) await read(path.replace('{model}', 'churn'));
  const statuses = new Set<number>();
  const subjects = [...new Set((found.get('/v1/models/churn') ?? '').match(/"subject":"[^"]+"/g) ?? [])];
  for (const subject of subjects)
    for (const seconds of [3600, 86_400])
      statuses.add(
        await read(
          `/v1/models/churn/distribution?subject=${encodeURIComponent(subject.slice(11, -1))}&windowSeconds=${seconds}`,
        ),
      );
  for (const check of ['drift', 'unseen', 'schema'])
    statuses.add(await read(`/v1/models/churn/findings?check=${check}&limit=1000`));
  expect(subjects.length).toBeGreaterThan(10);
  // A measure that no row has is no distribution.
  expect([...statuses].filter(status => status !== 404)).toEqual([200]);
  return found;
}

beforeAll(async () => {
  mkdirSync(data);
  const models = `models:\n  churn:\n    ${indented}\n`;
  const runClock = { kind: 'wall' as const, now: () => hourMsNow };
  await life(configFile('http.yaml', models), { runClock }, async app => {
    await storeUncompressed(app.storage.database, app.storage.db);
    await overHttp(app);
    answers = new Map([
      ...(await readAll(app)),
      ['export', await (await fetch(`${app.url}/v1/models/churn/export`)).text()],
    ]);
  });
  const rows = Array.from({ length: 200 }, (_, i) =>
    tellingRow(8000 + i, { at: end - 3 * hourMs + i * 1000 }),
  );
  const file = join(directory, 'rows.ndjson');
  writeFileSync(file, `${lines(rows)}\n${brokenBodies(end - hourMs)[2]}\n`);
  const source = `sources:\n  - name: file\n    type: replay\n    file: ${file}\n    model: replayed\n    ${indented}\n`;
  await life(configFile('replay.yaml', source), {}, async app => {
    const stored = async () =>
      (
        await app.storage.database.rows<{ n: string }>(
          `SELECT count() AS n FROM ${app.storage.db}.inferences WHERE model = 'replayed'`,
        )
      )[0]!.n;
    await vi.waitFor(async () => expect(await stored()).toBe('200'), { timeout: 30_000, interval: 100 });
    tables = await dumpTables(app.storage.database, app.storage.db);
  });
}, 120_000);

describe('what field rules hide', () => {
  it('is in no file, whatever table or log it belongs to', () => {
    expect(filesWith(data, [...hidden, bytesOf(secretNumber)])).toEqual([]);
  });

  it('is in no table, those of the engine included', () => {
    const found = [...tables].filter(([, text]) => hidden.some(part => text.includes(part)));
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('is in no log line, no answer and no metric', () => {
    const texts = new Map([...answers, ['said', said.join('\n')]]);
    const found = [...texts].filter(([, text]) => hidden.some(part => text.includes(part)));
    expect(found.map(([name]) => name)).toEqual([]);
  });

  it('cannot be guessed from a hash of what came in', () => {
    const hashes = (text: string) => [
      createHash('sha256').update(text).digest('hex'),
      createHash('sha256').update(text).digest('base64'),
      createHash('md5').update(text).digest('hex').toUpperCase(),
    ];
    const all = [...tables.values(), ...answers.values()].join('\n');
    for (const text of [
      keyedBody,
      ...brokenBodies(end - hourMs),
      'HIDDEN-id-1003',
      'HIDDEN-id-1004',
      'HIDDEN-city-1',
    ])
      for (const hash of hashes(text)) expect(all).not.toContain(hash);
    const raw = hashes('HIDDEN-id-1003').map(hash => Buffer.from(hash, 'hex'));
    expect(filesWith(data, [raw[0]!, raw[2]!])).toEqual([]);
  });
});

describe('what they leave', () => {
  it('is found in files, tables and answers: the search can find', () => {
    expect(filesWith(data, [kept]).length).toBeGreaterThan(0);
    expect(filesWith(data, [bytesOf(987_654_000)]).length).toBeGreaterThan(0);
    for (const table of ['inferences', 'baseline_subjects', 'rejects'])
      expect(tables.get(table)).toContain(kept);
    expect(answers.get('/v1/models/churn/distribution?subject=feature%3Aplan&windowSeconds=86400')).toContain(
      kept,
    );
    expect(said.join('\n')).toContain('"job":"erase"');
  });

  it('is judged as ever: hashed categories, buckets and cuts are subjects with findings', () => {
    const findings = JSON.parse(answers.get('/v1/models/churn/findings?check=drift&limit=1000')!) as {
      findings: { subject: string; n: number }[];
    };
    const judged = new Set(findings.findings.filter(({ n }) => n > 0).map(({ subject }) => subject));
    for (const feature of ['city', 'income', 'note', 'born', 'plan'])
      expect(judged).toContain(`feature:${feature}`);
    expect(judged).not.toContain('feature:first_name');
  });

  it('joins labels to inferences by the same hash of the id', () => {
    const rows = answers
      .get('export')!
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(rows.filter(row => row['label'] === 'yes').length).toBe(299);
    expect(rows.every(row => /^[0-9a-f]{32}$/.test(String(row['id'])))).toBe(true);
  });
});

describe('names of what fewer than five rows have', () => {
  const without = (name: string) => {
    const everywhere = new Map([...tables, ...answers, ['said', said.join('\n')]]);
    return [...everywhere]
      .filter(([, text]) => text.includes(name))
      .map(([place]) => place)
      .sort();
  };

  it('stay in the rows', () => {
    expect(without(rare)).toEqual(['export', 'inferences']);
    expect(without(rareBefore)).toEqual([]);
  });

  it('are told from five rows on', () => {
    expect(without(newcomer)).toEqual(expect.arrayContaining(['export', 'inferences', 'profiles']));
  });
});
