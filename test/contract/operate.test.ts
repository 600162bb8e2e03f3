import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Finding, Verdict } from '../../src/domain/finding.ts';
import type { Overview } from '../../src/http/operate-ports.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** What operates a service, on the real engine: doctor, status, windows, baselines, reload. */
const data = mkdtempSync(join(tmpdir(), 'leeway-operate-'));
const config = (over: object = {}) => loadConfig(null, { data, listen: { port: 0 }, ...over }, {});
const signing = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

let app: App;
beforeAll(async () => {
  app = await startApp(config(), { logs: 'silent', scheduled: false });
});
afterAll(async () => {
  await app.stop();
  rmSync(data, { recursive: true, force: true });
});

async function ask<T>(path: string, body?: string, type = 'application/json'): Promise<T> {
  const init = body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': type } };
  const response = await fetch(app.url + path, init);
  // A request of which nothing could be used is answered 422, with the reasons.
  expect(response.ok || response.status === 422, path).toBe(true);
  return (await response.json()) as T;
}

const rows = (count: number, shift: number) =>
  Array.from({ length: count }, (_, i) => `${((i * 37) % 101) + shift},${i % 3 ? 'pro' : 'free'}`);
const csv = (shift: number) => ['age,plan', ...rows(2000, shift)].join('\n');
const send = (environment: string, features: object) =>
  ask<{ stored: number; refused: readonly { reason: string }[] }>(
    '/v1/inferences',
    JSON.stringify({
      model: 'churn',
      environment,
      id: `${environment}${JSON.stringify(features)}`,
      features,
    }),
  );

describe('baselines of a running service', () => {
  it('are shown, compared, and rolled back to the one before', async () => {
    expect((await send('prod', { age: 1, plan: 'pro' })).stored).toBe(1);
    const path = '/v1/models/churn/baselines';
    await ask(`${path}?activate=true`, csv(0), 'text/csv');
    await ask(`${path}?activate=true`, csv(60), 'text/csv');
    const shown = await ask<{ active: boolean; subjects: readonly object[] }>(`${path}/2`);
    expect(shown.active).toBe(true);
    expect(shown.subjects).toContainEqual(
      expect.objectContaining({ subject: 'feature:age', kind: 'numeric', low: 60, high: 160, rows: 2000 }),
    );
    const { subjects } = await ask<{
      subjects: readonly { subject: string; state: string; effect: number }[];
    }>(`${path}/2/against/1`);
    expect(subjects.map(({ subject, state }) => [subject, state]).slice(0, 2)).toEqual([
      ['feature:age', 'differs'],
      ['feature:plan', 'alike'],
    ]);
    expect(subjects[0]!.effect).toBeGreaterThan(0.5);
    const plan = await ask('/v1/models/churn/rollback', '{"dryRun":true}');
    expect(plan).toMatchObject({ from: 2, to: 1, done: false });
    expect(await ask<object>(`${path}/2`)).toMatchObject({ active: true });
    expect(await ask('/v1/models/churn/rollback', '{"by":"me"}')).toMatchObject({
      from: 2,
      to: 1,
      done: true,
    });
    expect(await ask<object>(`${path}/1`)).toMatchObject({ active: true });
  });
});

describe('windows of a running service', () => {
  const finding = (verdict: Verdict, check: string, windowStart: number, windowSeconds = 3600): Finding => ({
    model: 'churn',
    environment: 'prod',
    check,
    subject: '',
    version: '',
    segment: '',
    windowStart,
    windowSeconds,
    generation: 1n,
    verdict,
    calibration: 'learning',
    noiseVersion: 0,
    p: 1,
    alpha: 0.1,
    effect: 0,
    effectLow: 0,
    effectHigh: 0,
    tolerance: 0,
    n: check === 'volume' ? 70 : 3,
    nReference: 0,
    smallestDetectable: 0,
    baseline: 2,
    detail: {},
    sentence: '',
  });

  it('are listed newest first with their findings by verdict', async () => {
    const hour = Math.floor(systemClock.now() / 3_600_000) * 3600;
    await app.storage.findings.write([
      finding('stable', 'volume', hour - 7200),
      finding('drift', 'drift', hour - 7200),
      finding('drift', 'missing', hour - 7200),
      finding('blind', 'blind', hour - 3600),
      finding('stable', 'volume', hour - 86_400, 86_400),
    ]);
    const list = async (query: string) =>
      (await ask<{ windows: readonly object[] }>(`/v1/models/churn/windows${query}`)).windows;
    expect(await list('')).toEqual([
      expect.objectContaining({ end: hour * 1000, start: (hour - 86_400) * 1000, verdicts: { stable: 1 } }),
      expect.objectContaining({ end: hour * 1000, verdicts: { blind: 1 } }),
      expect.objectContaining({ end: (hour - 3600) * 1000, rows: 70, verdicts: { drift: 2, stable: 1 } }),
    ]);
    expect(await list('?blind=true')).toHaveLength(1);
    expect(await list('?windowSeconds=86400&environment=prod')).toHaveLength(1);
    expect(await list('?limit=1')).toHaveLength(1);
    const { models } = await ask<Overview>('/v1/status');
    expect(models).toEqual([
      expect.objectContaining({
        model: 'churn',
        lastWindow: { end: hour * 1000, seconds: 86_400, drifted: 0 },
      }),
    ]);
  });
});

describe('the doctor of a running service', () => {
  it('finds nothing wrong with a fresh one, knows its tables, and shows no secret', async () => {
    await app.round();
    const { lines, settings } = await ask<{
      lines: readonly { area: string; check: string; level: string; text: string }[];
      settings: readonly { name: string; value: string }[];
    }>('/v1/doctor');
    expect(lines.filter(({ level }) => level === 'fail')).toEqual([]);
    const text = (area: string, check: string) =>
      lines.find(line => line.area === area && line.check === check)?.text ?? '';
    expect(text('store', 'reachable')).toContain('embedded engine');
    expect(text('store', 'size')).toContain('inferences');
    expect(text('models', 'rows')).toMatch(/^1 model /);
    expect(text('data directory', 'writable')).toBe(data);
    expect(settings).toContainEqual({ name: 'data', value: data });
  });

  it('counts rows a second', async () => {
    expect((await ask<Overview>('/v1/status')).rowsPerSecond).toBeGreaterThan(0);
  });
});

describe('a reload', () => {
  it('changes bounds, ignored environments and receivers at once', async () => {
    expect((await send('staging', { age: 2 })).stored).toBe(1);
    app.reload(() =>
      config({
        environments: { staging: { ignore: true } },
        models: { churn: { limits: { features: 1 } } },
        http: { limits: { rows: 1, bodyBytes: 5_242_880, uploadBytes: 67_108_864 } },
        retraining: { url: 'https://trainer.example.org/token', secrets: [signing] },
      }),
    );
    expect(await send('staging', { age: 3 })).toMatchObject({ stored: 0, refused: [] });
    expect((await send('prod', { age: 3, plan: 'x' })).refused).toMatchObject([
      { reason: 'too-many-features' },
    ]);
    const two = await fetch(`${app.url}/v1/inferences`, { method: 'POST', body: '[{},{}]' });
    expect(two.status).toBe(413);
    const { settings } = await ask<{ settings: readonly { name: string; value: string }[] }>('/v1/doctor');
    const shown = JSON.stringify(settings);
    expect(shown).toContain('https://trainer.example.org/...');
    expect(shown).not.toContain(signing);
    await app.round();
    app.reload(() => config({ budget: { fleetFalseAlarmsPerWeek: 1 } }));
    // Two streams by now: churn in prod and in staging.
    expect(await ask<object>('/v1/models/churn')).toMatchObject({
      budget: { falseAlarmsPerMonth: 30 / 7 / 2, from: "the fleet's 1 a week over 2 models" },
    });
    app.reload(() => config());
    expect((await send('staging', { age: 4 })).stored).toBe(1);
  });
});
