import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { usedHeap } from './memory.ts';

/** Different values of a category; in full a million. */
const values = Number(process.env['LEEWAY_VALUES'] ?? 30_000);
/** Different names of features, and how many of them may be watched. */
const names = Number(process.env['LEEWAY_FEATURES'] ?? 10_000);
const watched = names / 25;
const hour = 3_600_000;
const directory = mkdtempSync(join(tmpdir(), 'leeway-names-'));
let app: App;

beforeAll(async () => {
  const config = loadConfig(null, {
    data: join(directory, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    log: { level: 'silent' },
    limits: { watchedFeatures: watched },
  });
  app = await startApp(config, { logs: 'silent', scheduled: false });
});
afterAll(async () => {
  await app.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Answer {
  readonly stored: number;
  readonly refused: readonly { readonly reason: string; readonly detail: string }[];
  readonly refusedCount?: number;
}

/** Sends rows, 10,000 a request. */
async function send(rows: Iterable<object>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let lines: string[] = [];
  const flush = async () => {
    const response = await fetch(`${app.url}/v1/inferences`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    answers.push((await response.json()) as Answer);
    lines = [];
  };
  for (const row of rows) {
    lines.push(JSON.stringify(row));
    if (lines.length === 10_000) await flush();
  }
  if (lines.length > 0) await flush();
  return answers;
}

const get = async <T>(path: string): Promise<T> => (await (await fetch(app.url + path)).json()) as T;
const series = async () => (await (await fetch(`${app.url}/metrics`)).text()).split('\n').length;

/** Enough rows over 27 hours for a baseline, and 2 hours after it. */
function* rowsOf(count: number, model: string, features: (row: number) => object): Generator<object> {
  const now = systemClock.now();
  for (let row = 0; row < count; row++)
    yield {
      id: `${model}-${row}`,
      model,
      time: Math.round(now - 29 * hour * (1 - row / count)),
      features: features(row),
      prediction: row % 2,
    };
}

describe('names without end', () => {
  it('10,000 models: 200 are made, the others are refused with what to do', async () => {
    const before = await series();
    const rows = Array.from({ length: 10_000 }, (_, n) => ({
      id: `r${n}`,
      model: `model-${n}`,
      features: { a: n },
    }));
    const [answer] = await send(rows);
    expect(answer!.stored).toBe(200);
    expect(answer!.refusedCount ?? answer!.refused.length).toBe(9800);
    expect(answer!.refused[0]).toMatchObject({
      reason: 'too-many-models',
      detail: expect.stringContaining('limits.autoModels'),
    });
    expect((await get<{ models: unknown[] }>('/v1/models')).models).toHaveLength(200);
    await app.round();
    expect((await series()) - before).toBeLessThan(200 * 60);
  });
});

describe('one model', () => {
  it(`of ${names} features is watched by its ${watched} commonest, and says so`, async () => {
    await startAnew();
    const heap = usedHeap();
    await send(
      rowsOf(names * 0.8, 'wide', row => ({
        steady: row % 10,
        ...Object.fromEntries(Array.from({ length: 25 }, (_, k) => [`f${(row * 25 + k) % names}`, k])),
      })),
    );
    await app.round();
    const { baselines } = await get<{ baselines: { note: string; baseline: number }[] }>(
      '/v1/models/wide/baselines',
    );
    expect(baselines[0]!.note).toContain(`${names + 1 - watched} more features are stored and not watched`);
    const [stored] = await app.storage.database.rows<{ subjects: string; steady: string }>(
      `SELECT countIf(startsWith(subject, 'feature:')) AS subjects, countIf(subject = 'feature:steady') AS steady
       FROM ${app.storage.db}.baseline_subjects FINAL WHERE model = 'wide'`,
    );
    expect(stored).toEqual({ subjects: String(watched), steady: '1' });
    expect(await series()).toBeLessThan(20_000);
    expect(usedHeap() - heap).toBeLessThan(256 * 1024 * 1024);
  });

  it(`of ${values} values of a category keeps 1,000 of them, the rest as "other"`, async () => {
    await startAnew();
    const heap = usedHeap();
    await send(
      rowsOf(values * 2, 'many', row => ({
        city: row % 2 === 0 ? `c${row}` : `common-${row % 1500}`,
        age: row % 70,
      })),
    );
    await app.round();
    const [stored] = await app.storage.database.rows<{ kept: string; rare: string }>(
      `SELECT length(categories) AS kept, arrayCount(c -> NOT startsWith(c, 'common'), categories) AS rare
       FROM ${app.storage.db}.baseline_subjects FINAL WHERE model = 'many' AND subject = 'feature:city'`,
    );
    expect(Number(stored!.kept)).toBeGreaterThan(500);
    expect(Number(stored!.kept)).toBeLessThanOrEqual(1000);
    // A value that stands once in the rows is named nowhere.
    expect(Number(stored!.rare)).toBe(0);
    expect(await series()).toBeLessThan(20_000);
    expect(usedHeap() - heap).toBeLessThan(64 * 1024 * 1024);
  });
});

/** A fresh service for each: 200 models are made by now. */
async function startAnew(): Promise<void> {
  await app.stop();
  const config = loadConfig(null, {
    data: mkdtempSync(join(directory, 'data-')),
    listen: { host: '127.0.0.1', port: 0 },
    log: { level: 'silent' },
    limits: { watchedFeatures: watched },
  });
  app = await startApp(config, { logs: 'silent', scheduled: false });
}
