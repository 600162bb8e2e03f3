import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { LeewayError } from '../lib/errors.ts';
import type { HttpDeps, IntakeAnswer } from './ports.ts';
import { buildHttp } from './server.ts';

const page = mkdtempSync(join(tmpdir(), 'leeway-page-'));
mkdirSync(join(page, 'assets'));
writeFileSync(join(page, 'index.html'), '<!doctype html><title>Leeway</title>');
writeFileSync(join(page, 'assets', 'x.js'), 'export {};');
afterAll(() => rmSync(page, { recursive: true, force: true }));

const order: Order = {
  id: 'o1',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'sent',
  reason: '',
  at: 5,
  step: 2,
  transition: 't',
  target: 'trainer',
  trigger: 'policy',
  by: 'default',
  body: '{"secret":1,"data":{"reason":"age moved"}}',
  result: '{"version":"2"}',
};
const baseline = {
  baseline: 1,
  origin: 'uploaded',
  created: 1,
  rows: 500,
  from: 0,
  to: 0,
  note: '',
  active: true,
} as const;
const finding: Finding = {
  model: 'churn',
  environment: 'prod',
  check: 'drift',
  subject: 'feature:age',
  version: '',
  segment: '',
  windowStart: 3600,
  windowSeconds: 3600,
  generation: 2n ** 60n + 1n,
  verdict: 'drift',
  calibration: 'learning',
  noiseVersion: 0,
  p: Number.NaN,
  alpha: 0.001,
  effect: 0.3,
  effectLow: 0.2,
  effectHigh: Number.POSITIVE_INFINITY,
  tolerance: 0.02,
  n: 500,
  nReference: 5000,
  smallestDetectable: Number.NaN,
  baseline: 1,
  detail: { by: 'ks', q: [Number.NaN, 1n] },
  sentence: 'age drifted',
};
const side = (counts: number[]) => ({
  n: 10,
  nMissing: 1,
  nNan: 0,
  nMismatch: 0,
  sum: 0,
  sum2: 0,
  bins: [0, 1, 2],
  counts,
  tailSums: [],
});

type Call = readonly [name: string, ...args: unknown[]];

async function setup(
  over: Partial<HttpDeps> = {},
  answer: () => Promise<IntakeAnswer> = async () => ({ stored: 1, labels: 0, refused: [] }),
) {
  const calls: Call[] = [];
  const problems: { code: string; message: string }[] = [];
  const intake = (name: string) => ({
    ingest: async (body: Uint8Array, type: string, key: string | null) => {
      calls.push([name, Buffer.from(body).toString(), type, key]);
      return answer();
    },
  });
  const called =
    <T>(name: string, result: T) =>
    async (...args: unknown[]) => {
      calls.push([name, ...args]);
      return result;
    };
  const deps: HttpDeps = {
    inferences: intake('inferences'),
    labels: intake('labels'),
    models: {
      list: called('list', [
        {
          model: 'churn',
          environment: 'prod',
          versions: ['3'],
          rows: 9,
          firstSeen: 1,
          lastSeen: 2,
          baseline: null,
          learning: 'learning until 5,000 rows are in',
          verdict: 'learning' as const,
          firing: false,
          worst: {
            subject: 's',
            check: 'drift',
            effect: Number.NaN,
            tolerance: 0.02,
            windowSeconds: 3600,
            sentence: '',
          },
          armed: false,
        },
      ]),
      detail: async model =>
        model === 'churn'
          ? {
              model,
              environment: 'prod',
              versions: ['3'],
              baselines: [baseline],
              activations: [],
              subjects: [{ subject: 'feature:age', kind: 'numeric', aside: '', tolerance: Number.NaN }],
              checks: [{ check: 'drift', from: null, note: 'n' }],
              calibration: [
                { windowSeconds: 3600, calibration: 'provisional', pagesFrom: 1000, calibratedFrom: 2000 },
              ],
              learning: null,
            }
          : null,
      findings: called('findings', [finding]),
      distribution: async q =>
        q.subject === 'feature:age'
          ? {
              baseline: 1,
              windowStart: 7200,
              windowSeconds: q.windowSeconds,
              binning: { subject: q.subject, kind: 'numeric', edges: [0, 1], categories: [], centres: [0.5] },
              reference: side([0, 9, 0]),
              current: side([3, 3, 3]),
            }
          : null,
      rows: async function* (query) {
        calls.push(['rows', query]);
        if (query.model === 'broken') throw new LeewayError('LW_STORE_AWAY', 'The store does not answer.');
        if (query.model === 'cut') {
          yield { id: 'r0' };
          throw new Error('gone');
        }
        for (let i = 0; i < 3; i++) yield { id: `r${i}`, age: i === 1 ? Number.NaN : i };
      },
    },
    baselines: {
      list: called('baselines', [baseline]),
      upload: called('upload', baseline),
      cut: called('cut', baseline),
      activate: called('activate', { version: '', baseline: 1, from: 1, at: 2, by: 'api' }),
    },
    alerts: {
      alerts: called('alerts', [
        {
          environment: 'prod',
          policy: 'default',
          state: 'firing' as const,
          since: 1,
          subjects: ['feature:age'],
          episode: 1,
        },
      ]),
      transitions: called('transitions', []),
      orders: called('orders', [order]),
    },
    retraining: {
      receive: async (id, event) => {
        calls.push(['receive', id, event]);
        return id === 'o1'
          ? { outcome: event.state === 'failed' ? 'ended' : 'taken', order }
          : { outcome: 'unknown-order', order: null };
      },
      arm: called('arm', undefined),
      disarm: called('disarm', undefined),
      stop: called('stop', undefined),
      cancel: called('cancel', null),
      promote: called('promote', null),
      order: called('order', { ...order, state: 'refused' as const, reason: 'cooldown: later' }),
      notify: async body => (calls.push(['notify', body]), 'alerts' in (body as object) ? [] : null),
      life: async id => (id === 'o1' ? { order, steps: [order], reports: [], runs: [] } : null),
      overview: called('overview', { stop: null, armed: [], history: [], kinds: [], schedules: [] }),
      receiver: kind => (kind === 'retrain' ? 'trainer' : null),
    },
    status: {
      rejects: called('rejects', [
        { source: 'http', position: 'p', at: 1, reason: 'bad-time', detail: 'd', content: 'c', payload: '' },
      ]),
      rejectCounts: async () => ({ 'bad-time': 4 }),
      jobs: called('jobs', [
        { job: 'detect', model: '', started: 1, finished: 2, outcome: 'done', detail: '' },
      ]),
      progress: async () => [
        { source: 'kafka', partition: 'c/t/0', position: '9', watermark: 1, lag: 0, at: 2 },
      ],
      unready: () => [],
    },
    metrics: { metrics: async () => 'leeway_store_up 1\n', contentType: 'text/plain; version=0.0.4' },
    limits: { bodyBytes: 2000, uploadBytes: 20_000, waitMs: 30, waiting: 2 },
    corsOrigins: [],
    loopback: true,
    page,
    version: '0.1.0',
    problem: e => void problems.push(e),
    ...over,
  };
  const app = await buildHttp(deps);
  const get = (url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers: { host: 'localhost:8080', ...headers } });
  const post = (url: string, payload: string | Buffer | object, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url,
      payload: payload as Buffer,
      headers: { host: '127.0.0.1:8080', ...headers },
    });
  return { app, calls, problems, get, post };
}

const ndjson = { 'content-type': 'application/x-ndjson' };

describe('intake', () => {
  it('hands over the bytes, type and key, and answers with the counts', async () => {
    const { post, calls } = await setup();
    const body = '{"model":"a"}\n{"model":"b"}\n';
    const answer = await post('/v1/inferences', body, { ...ndjson, 'idempotency-key': 'k1' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ stored: 1, labels: 0, refused: [] });
    expect(calls).toEqual([['inferences', body, 'application/x-ndjson', 'k1']]);
    await post('/v1/labels', body);
    expect(calls[1]).toEqual(['labels', body, '', null]);
  });

  it('reads gzip', async () => {
    const { post, calls } = await setup();
    const answer = await post('/v1/inferences', gzipSync('{"a":1}'), {
      ...ndjson,
      'content-encoding': 'gzip',
    });
    expect(answer.statusCode).toBe(200);
    expect(calls[0]?.[1]).toBe('{"a":1}');
  });

  it.each([
    { what: 'a body over the limit', body: 'x'.repeat(2001), status: 413, code: 'LW_BODY_TOO_LARGE' },
    {
      what: 'a body over the limit after decompression',
      body: gzipSync('x'.repeat(100_000)),
      headers: { 'content-encoding': 'gzip' },
      status: 413,
      code: 'LW_BODY_TOO_LARGE',
    },
    {
      what: 'something that is no gzip',
      body: 'plain',
      headers: { 'content-encoding': 'gzip' },
      status: 400,
      code: 'LW_BODY_INVALID',
    },
    {
      what: 'another encoding',
      body: 'x',
      headers: { 'content-encoding': 'br' },
      status: 415,
      code: 'LW_ENCODING_UNSUPPORTED',
    },
    {
      what: 'two encodings',
      body: 'x',
      headers: { 'content-encoding': 'gzip, gzip' },
      status: 415,
      code: 'LW_ENCODING_UNSUPPORTED',
    },
    {
      what: 'a key that is too long',
      body: 'x',
      headers: { 'idempotency-key': 'k'.repeat(257) },
      status: 400,
      code: 'LW_REQUEST_INVALID',
    },
  ])('refuses $what', async ({ body, headers = {}, status, code }) => {
    const { post, calls } = await setup();
    const answer = await post('/v1/inferences', body, { ...ndjson, ...headers } as Record<string, string>);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({
      code,
      message: expect.any(String),
      advice: expect.any(String),
      requestId: expect.any(String),
    });
    expect(calls).toEqual([]);
  });

  it('answers 422 when every row was refused, 200 when some were', async () => {
    const refused = [{ index: 0, reason: 'bad-time' as const, detail: 'time is not a time' }];
    const none = await setup({}, async () => ({ stored: 0, labels: 0, refused }));
    expect((await none.post('/v1/inferences', '{}')).statusCode).toBe(422);
    const some = await setup({}, async () => ({ stored: 1, labels: 1, refused, idempotent: true }));
    const answer = await some.post('/v1/inferences', '{}');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ stored: 1, labels: 1, refused, idempotent: true });
  });

  it('answers 503 with Retry-After when the store is away or too slow', async () => {
    const away = await setup({}, async () => {
      throw new LeewayError('LW_STORE_AWAY', 'ClickHouse does not answer.');
    });
    const first = await away.post('/v1/inferences', '{}');
    expect([first.statusCode, first.headers['retry-after'], first.json().code]).toEqual([
      503,
      '5',
      'LW_STORE_AWAY',
    ]);
    const slow = await setup({}, () => new Promise(() => {}));
    const second = await slow.post('/v1/inferences', '{}');
    expect([second.statusCode, second.json().code]).toEqual([503, 'LW_STORE_AWAY']);
  });

  it('lets only so many requests wait', async () => {
    const { post } = await setup({}, () => new Promise(() => {}));
    const answers = await Promise.all([1, 2, 3].map(() => post('/v1/inferences', '{}')));
    expect(answers.map(a => a.json().code).sort()).toEqual([
      'LW_NOT_READY',
      'LW_STORE_AWAY',
      'LW_STORE_AWAY',
    ]);
  });
});

describe('reading', () => {
  it('lists models, and NaN as null', async () => {
    const { get } = await setup();
    const { models } = (await get('/v1/models')).json();
    expect(models[0]).toMatchObject({
      model: 'churn',
      baseline: null,
      verdict: 'learning',
      worst: { effect: null, tolerance: 0.02 },
    });
  });

  it('shows a model, and 404 for one that is not there', async () => {
    const { get } = await setup();
    const shown = (await get('/v1/models/churn?environment=prod')).json();
    expect(shown.subjects).toEqual([{ subject: 'feature:age', kind: 'numeric', aside: '', tolerance: null }]);
    expect(shown.baselines).toEqual([baseline]);
    const none = await get('/v1/models/nope');
    expect([none.statusCode, none.json().code]).toEqual([404, 'LW_NOT_FOUND']);
  });

  it('shows findings with 64-bit generations as text', async () => {
    const { get, calls } = await setup();
    const { findings } = (
      await get(
        '/v1/models/churn/findings?subject=feature:age&windowSeconds=3600&from=2026-01-01&to=1800000000000&limit=5',
      )
    ).json();
    expect(findings[0]).toMatchObject({
      generation: '1152921504606846977',
      p: null,
      effect: 0.3,
      effectHigh: null,
      detail: { by: 'ks', q: [null, '1'] },
    });
    expect(Object.keys(findings[0]).sort()).toEqual(Object.keys(finding).sort());
    expect(calls[0]?.[1]).toEqual({
      model: 'churn',
      environment: null,
      check: null,
      subject: 'feature:age',
      windowSeconds: 3600,
      from: Date.UTC(2026, 0, 1),
      to: 1_800_000_000_000,
      limit: 5,
    });
  });

  it.each([
    ['windowSeconds=abc', 'windowSeconds'],
    ['limit=0', 'limit'],
    ['limit=1.5', 'limit'],
    ['from=yesterday', 'from'],
    ['nope=1', 'nope'],
    ['check=a&check=b', 'check'],
  ])('refuses the query %s, naming it', async (query, name) => {
    const { get } = await setup();
    const answer = await get(`/v1/models/churn/findings?${query}`);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'LW_REQUEST_INVALID']);
    expect(answer.json().message).toContain(name);
  });

  it('shows a distribution in plot bins', async () => {
    const { get } = await setup();
    const shown = (await get('/v1/models/churn/distribution?subject=feature:age&windowSeconds=3600')).json();
    expect(shown).toMatchObject({ kind: 'numeric', windowStart: 7200, reference: { n: 10, nMissing: 1 } });
    expect(shown.bins).toEqual([
      { label: 'below 0', low: null, high: 0, reference: 0, current: 0.3 },
      { label: '0 to 1', low: 0, high: 1, reference: 0.9, current: 0.3 },
      { label: 'above 1', low: 1, high: null, reference: 0, current: 0.3 },
    ]);
    expect((await get('/v1/models/churn/distribution?subject=x')).statusCode).toBe(404);
  });

  it('streams rows as NDJSON', async () => {
    const { get, calls } = await setup();
    const answer = await get('/v1/models/churn/export?labels=only&from=0&limit=10');
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    expect(answer.body).toBe('{"id":"r0","age":0}\n{"id":"r1","age":null}\n{"id":"r2","age":2}\n');
    expect(calls[0]?.[1]).toMatchObject({ labelled: true, from: 0, to: null, limit: 10 });
    const broken = await get('/v1/models/broken/export');
    expect([broken.statusCode, broken.json().code]).toEqual([503, 'LW_STORE_AWAY']);
  });

  it('cuts the connection when rows stop coming half-way, and says so', async () => {
    const { app, problems } = await setup();
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await fetch(`${url}/v1/models/cut/export`);
    await expect(answer.text()).rejects.toThrow();
    expect(problems[0]?.message).toContain('cut off');
    await app.close();
  });

  it('shows alerts with orders, without the messages that were sent', async () => {
    const { get } = await setup();
    const answer = await get('/v1/models/churn/alerts');
    expect(answer.json().alerts[0]).toMatchObject({ state: 'firing', subjects: ['feature:age'] });
    expect(answer.json().orders[0]).toMatchObject({ id: 'o1', result: { version: '2' } });
    expect(answer.body).not.toContain('secret');
    expect((await get('/v1/orders?model=churn')).json().orders).toHaveLength(1);
  });

  it('shows rejects, jobs and progress', async () => {
    const { get, calls } = await setup();
    expect((await get('/v1/rejects?reason=bad-time&limit=3')).json()).toMatchObject({
      rejects: [{ reason: 'bad-time' }],
      counts: { 'bad-time': 4 },
    });
    expect(calls[0]?.[1]).toEqual({ reason: 'bad-time', source: null, limit: 3 });
    expect((await get('/v1/jobs')).json().jobs).toHaveLength(1);
    expect((await get('/v1/progress')).json().progress[0].partition).toBe('c/t/0');
  });
});

describe('changing', () => {
  it.each([
    ['text/csv', 'age\n1\n', 'csv'],
    ['application/x-ndjson', '{"age":1}\n', 'ndjson'],
    ['application/json', '[{"age":1}]', 'json'],
    ['application/octet-stream', 'PAR1xxxx', 'parquet'],
  ])('uploads a baseline from %s', async (type, body, format) => {
    const { post, calls } = await setup();
    const answer = await post('/v1/models/churn/baselines?activate=true&note=n', body, {
      'content-type': type,
    });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual(baseline);
    expect(calls[0]).toMatchObject(['upload', { model: 'churn', format, activate: true, note: 'n' }]);
  });

  it('hands on which columns of an uploaded table are text, and JSON takes none', async () => {
    const { post, calls } = await setup();
    const path = '/v1/models/churn/baselines?text=code,%20zip';
    expect((await post(path, 'code\n1\n', { 'content-type': 'text/csv' })).statusCode).toBe(201);
    expect(calls[0]).toMatchObject(['upload', { text: ['code', 'zip'] }]);
    expect((await post(path, '{"code":1}\n', ndjson)).json().code).toBe('LW_REQUEST_INVALID');
  });

  it('takes larger bodies for a baseline than for intake', async () => {
    const { post } = await setup();
    expect((await post('/v1/models/churn/baselines', 'x'.repeat(15_000), ndjson)).statusCode).toBe(201);
    expect((await post('/v1/models/churn/baselines', 'x'.repeat(25_000), ndjson)).statusCode).toBe(413);
  });

  it('cuts a baseline from a period', async () => {
    const { post, calls } = await setup();
    await post('/v1/models/churn/baselines', { from: '2026-01-01T00:00:00Z', to: 1_800_000_000_000 });
    expect(calls[0]).toMatchObject([
      'cut',
      { from: Date.UTC(2026, 0, 1), to: 1_800_000_000_000, activate: false },
    ]);
    expect((await post('/v1/models/churn/baselines', { from: 5, to: 5 })).statusCode).toBe(400);
    expect((await post('/v1/models/churn/baselines', { frm: 5 })).statusCode).toBe(400);
  });

  it('activates, arms and disarms', async () => {
    const { post, calls } = await setup();
    expect((await post('/v1/models/churn/activations', { baseline: 1 })).statusCode).toBe(201);
    expect((await post('/v1/models/churn/arm', { armed: true, by: 'me' })).json()).toEqual({
      model: 'churn',
      armed: true,
      by: 'me',
      receivers: { retrain: 'trainer', rebuild: null },
    });
    await post('/v1/models/churn/arm', { armed: false, by: 'me' });
    expect(calls.map(c => c[0])).toEqual(['activate', 'arm', 'disarm']);
    expect((await post('/v1/models/churn/arm', { armed: 'yes', by: 'me' })).statusCode).toBe(400);
    expect(
      (await post('/v1/models/churn/arm', '{"armed":', { 'content-type': 'application/json' })).json().code,
    ).toBe('LW_BODY_INVALID');
  });

  it('takes reports about orders', async () => {
    const { post, calls } = await setup();
    const event = {
      event_id: 'e1',
      state: 'succeeded',
      version: '2',
      training: { from: '1970-01-01T00:00:01Z', to: 2000 },
    };
    const answer = await post('/v1/retrainings/o1/events', event);
    expect([answer.statusCode, answer.json().id]).toEqual([200, 'o1']);
    expect(calls[0]).toEqual(['receive', 'o1', { ...event, training: { from: 1000, to: 2000 } }]);
    expect((await post('/v1/retrainings/o1/events', { event_id: 'e2', state: 'failed' })).json().code).toBe(
      'LW_CONFLICT',
    );
    expect((await post('/v1/retrainings/zz/events', { event_id: 'e2', state: 'failed' })).json().code).toBe(
      'LW_NOT_FOUND',
    );
    expect((await post('/v1/retrainings/o1/events', { event_id: 'e2', state: 'done' })).statusCode).toBe(400);
  });
});

describe('status and page', () => {
  it('tells health, readiness and metrics', async () => {
    const { get } = await setup();
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).json()).toEqual({ ready: true, reasons: [] });
    expect((await get('/metrics')).body).toBe('leeway_store_up 1\n');
    const status = { unready: () => ['The store does not answer.'] } as unknown as HttpDeps['status'];
    const red = await (await setup({ status })).get('/readyz');
    expect([red.statusCode, red.json()]).toEqual([
      503,
      { ready: false, reasons: ['The store does not answer.'] },
    ]);
  });

  it('serves the page with a strict policy, and starts without one', async () => {
    const { get } = await setup();
    const answer = await get('/');
    expect(answer.body).toContain('<title>Leeway</title>');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect((await get('/assets/x.js')).statusCode).toBe(200);
    expect((await get('/../package.json')).statusCode).toBe(404);
    expect((await (await setup({ page: null })).get('/')).statusCode).toBe(404);
  });

  it('describes every route in /openapi.json', async () => {
    const { app, get } = await setup();
    const api = (await get('/openapi.json')).json();
    expect(api.openapi).toBe('3.1.0');
    const paths = Object.keys(api.paths);
    for (const path of [
      '/v1/inferences',
      '/v1/labels',
      '/v1/models/{model}/findings',
      '/v1/retrainings/{id}/events',
      '/readyz',
    ])
      expect(paths).toContain(path);
    const operations = Object.values(
      api.paths as Record<string, Record<string, { summary?: string }>>,
    ).flatMap(p => Object.values(p));
    expect(operations.length).toBeGreaterThanOrEqual(20);
    for (const operation of operations) expect(operation.summary).toBeTruthy();
    const parameters = operations.flatMap(
      operation =>
        (operation as { parameters?: { required: boolean; schema: { default?: unknown } }[] }).parameters ??
        [],
    );
    expect(parameters.filter(each => each.required && each.schema.default !== undefined)).toEqual([]);
    expect(app.hasRoute({ method: 'GET', url: '/openapi.json' })).toBe(true);
  });
});

describe('failures', () => {
  it('says what and what to do, and nothing from inside', async () => {
    const models = {
      list: async () => Promise.reject(new TypeError('password hunter2 at /srv/x.ts')),
    } as unknown as HttpDeps['models'];
    const { get, problems } = await setup({ models });
    const answer = await get('/v1/models');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'LW_INTERNAL' });
    expect(answer.body).not.toMatch(/hunter2|\.ts|stack/);
    expect(problems[0]?.message).toContain(answer.json().requestId);
  });

  it.each([
    ['retry', 503, 'LW_STORE_AWAY'],
    ['refuse', 500, 'LW_STORE_REFUSED'],
    ['fatal', 500, 'LW_STORE_FATAL'],
  ])('maps a failure of the store that is %s', async (failure, status, code) => {
    const error = Object.assign(new Error('DB::Exception secret'), { failure, code: 210 });
    const { get } = await setup({
      models: { list: async () => Promise.reject(error) } as unknown as HttpDeps['models'],
    });
    const answer = await get('/v1/models');
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.body).not.toContain('secret');
  });

  it.each([
    ['/v1/models/%ff', 'The path is not properly percent-encoded UTF-8.'],
    [`/v1/models/${'x'.repeat(600)}`, 'A part of the path is too long.'],
  ])('has the same shape before any route is found', async (url, message) => {
    const { get } = await setup();
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'LW_REQUEST_INVALID', message });
    expect(answer.json().requestId).toBeTruthy();
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it('names the values that a field may have', async () => {
    const { post } = await setup();
    const answer = await post('/v1/retrainings/o1/events', { event_id: 'e', state: 'done' });
    expect(answer.json().message).toBe(
      'Body: state must be "accepted" or "running" or "succeeded" or "failed".',
    );
  });

  it('404 and wrong methods have the same shape', async () => {
    const { get } = await setup();
    expect((await get('/nope?x=1')).json()).toMatchObject({
      code: 'LW_NOT_FOUND',
      message: 'There is no GET /nope.',
      advice: 'Check the path and the method; GET /openapi.json lists the routes.',
    });
    expect((await get('/v1/inferences')).json().code).toBe('LW_NOT_FOUND');
    expect((await get('/v1/models/%E0%A4%A')).statusCode).toBeGreaterThanOrEqual(400);
  });
});

describe('who may call', () => {
  it.each([
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'localhost.evil',
    '192.168.1.5:8080',
  ])('refuses the host %s', async host => {
    const { get } = await setup();
    const answer = await get('/v1/models', { host });
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'LW_ORIGIN_REFUSED']);
  });

  it.each(['localhost', 'localhost:1', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST:3', 'leeway.localhost:80'])(
    'answers the host %s',
    async host => {
      const { get } = await setup();
      expect((await get('/healthz', { host })).statusCode).toBe(200);
    },
  );

  it('takes no change from a page of another origin', async () => {
    const { post, calls } = await setup({ corsOrigins: ['https://app.example'] });
    const evil = await post(
      '/v1/models/churn/arm',
      { armed: true, by: 'x' },
      { origin: 'https://evil.example' },
    );
    expect([evil.statusCode, evil.json().code]).toEqual([403, 'LW_ORIGIN_REFUSED']);
    const listed = await post(
      '/v1/models/churn/arm',
      { armed: true, by: 'x' },
      { origin: 'https://app.example' },
    );
    expect(listed.statusCode).toBe(403);
    const hidden = await post('/v1/inferences', '{}', { 'sec-fetch-site': 'cross-site' });
    expect(hidden.statusCode).toBe(403);
    expect(calls).toEqual([]);
    const own = await post(
      '/v1/models/churn/arm',
      { armed: true, by: 'x' },
      { origin: 'http://127.0.0.1:8080' },
    );
    expect(own.statusCode).toBe(200);
  });

  it('opens intake, and only intake, to configured origins', async () => {
    const { app, get, post } = await setup({ corsOrigins: ['https://app.example'] });
    const origin = 'https://app.example';
    const preflight = (url: string, from: string) =>
      app.inject({
        method: 'OPTIONS',
        url,
        headers: { host: 'localhost', origin: from, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('/v1/inferences', origin);
    expect([allowed.statusCode, allowed.headers['access-control-allow-origin']]).toEqual([204, origin]);
    expect(
      (await preflight('/v1/inferences', 'https://evil.example')).headers['access-control-allow-origin'],
    ).toBeUndefined();
    expect(
      (await preflight('/v1/models/churn/arm', origin)).headers['access-control-allow-origin'],
    ).toBeUndefined();
    const sent = await post('/v1/inferences', '{}', { origin });
    expect([sent.statusCode, sent.headers['access-control-allow-origin']]).toEqual([200, origin]);
    expect((await get('/v1/models', { origin })).headers['access-control-allow-origin']).toBeUndefined();
  });
});
