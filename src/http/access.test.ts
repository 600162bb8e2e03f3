import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { everyRoute, failingDeps, namedKeys } from '../../test/twins/http-deps.ts';
import { createManualClock } from '../lib/clock.ts';
import type { AccessDeps, AccessEvent } from './access.ts';
import { buildMetricsListener } from './metrics-listener.ts';
import type { HttpDeps } from './ports.ts';
import { buildHttp } from './server.ts';

const reached = () => {
  throw new Error('reached');
};

function accessWith(over: Partial<AccessDeps> = {}) {
  const clock = createManualClock(0);
  const refusals: (AccessEvent & { code: string })[] = [];
  const changes: AccessEvent[] = [];
  const access: AccessDeps = {
    keys: namedKeys(),
    proxy: null,
    isSignedReport: async () => false,
    judgeReportToken: async (order, token) =>
      token === `lwc1.${order}` ? 'valid' : token === 'lwc1.old' ? 'expired' : 'forged',
    requests: { perSecond: 1000, burst: 1000 },
    failures: { perSecond: 1000, burst: 1000 },
    now: clock.now,
    refused: e => void refusals.push(e),
    changed: e => void changes.push(e),
    ...over,
  };
  return { access, clock, refusals, changes };
}

async function setup(over: Partial<AccessDeps> = {}, deps: Partial<HttpDeps> = {}) {
  const { access, ...rest } = accessWith(over);
  const app = await buildHttp({ ...failingDeps(reached), access, ...deps });
  const call = (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'HEAD',
    url: string,
    headers: Record<string, string> = {},
    payload?: string,
  ) =>
    app.inject({
      method,
      url,
      headers: { host: 'localhost', ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
  const as = (roles: string) => ({ authorization: `Bearer key-${roles}` });
  return { app, call, as, ...rest };
}

/** What the documentation promises for a route. */
function roleOf(method: string, path: string): string {
  if (path === '/healthz' || path === '/readyz') return 'open';
  if (/^\/v1\/(doctor|dump|reingest|deliveries\/\{message\}|files\/\{file\}\/remove)/.test(path))
    return 'admin';
  if (/^\/v1\/(inferences|labels|files\/.*)$/.test(path)) return 'ingest';
  if (path === '/v1/silences/preview') return 'read';
  if (path === '/v1/alertmanager' || path === '/v1/models/{model}/retrain') return 'retrain';
  return method === 'GET' ? 'read' : 'admin';
}

describe('roles', () => {
  it('every route is closed without a key and open to its role and to admin alone', async () => {
    const { app, call, as } = await setup();
    const routes = await everyRoute(app);
    expect(routes.length).toBeGreaterThan(18);
    for (const { method, path, url, payload } of routes) {
      const needed = roleOf(method, path);
      const status = async (headers: Record<string, string>) =>
        (await call(method, url, headers, payload)).statusCode;
      const where = `${method} ${path}`;
      if (needed === 'open') expect(await status({}), where).not.toBe(401);
      else expect(await status({}), where).toBe(401);
      for (const role of ['ingest', 'read', 'retrain', 'admin']) {
        const may = needed === 'open' || role === needed || role === 'admin';
        if (may) expect([401, 403], where).not.toContain(await status(as(role)));
        else expect(await status(as(role)), `${where} as ${role}`).toBe(403);
      }
    }
  });

  it('a refusal names the role that is needed and what to type', async () => {
    const { call, as, refusals } = await setup();
    const missing = await call('GET', '/v1/models');
    expect(missing.headers['www-authenticate']).toBe('Bearer realm="leeway"');
    expect(missing.json()).toMatchObject({
      code: 'LW_UNAUTHENTICATED',
      advice: expect.stringContaining('leeway keys create'),
    });
    const wrong = await call('POST', '/v1/inferences', as('read'), '{}');
    expect(wrong.json()).toMatchObject({
      code: 'LW_FORBIDDEN',
      message: 'This needs a key with the role ingest or admin; "key-read" has read.',
    });
    expect(refusals.map(({ code, route, key }) => [code, route, key])).toEqual([
      ['LW_UNAUTHENTICATED', '/v1/models', ''],
      ['LW_FORBIDDEN', '/v1/inferences', 'key-read'],
    ]);
  });

  it('tells of what an admin may do with the key that did it, and by pattern', async () => {
    const { call, as, changes } = await setup();
    await call('POST', '/v1/models/churn/arm', as('admin'), '{"armed":true,"by":"x"}');
    await call('GET', '/v1/models', as('admin'));
    expect(changes).toMatchObject([{ method: 'POST', route: '/v1/models/:model/arm', key: 'key-admin' }]);
  });
});

describe('how a key is sent', () => {
  const shared = setup();
  it.each([
    ['authorization', 'Bearer key-read', 500],
    ['authorization', 'bearer  key-read', 500],
    ['x-api-key', 'key-read', 500],
    ['authorization', 'key-read', 401],
    ['authorization', 'Basic key-read', 401],
    ['authorization', 'Bearer ', 401],
    ['authorization', 'Bearer key-read key-admin', 401],
    ['x-api-key', '', 401],
    ['cookie', 'key=key-read', 401],
  ])('%s: %s gives %d', async (name, value, status) => {
    const { call } = await shared;
    expect((await call('GET', '/v1/models', { [name]: value })).statusCode).toBe(status);
  });

  it('is never read from the address', async () => {
    const { call } = await setup();
    for (const query of ['key', 'api_key', 'access_token', 'authorization'])
      expect((await call('GET', `/v1/models?${query}=key-admin`)).statusCode).toBe(401);
  });

  it('lets pages be loaded, preflights through and unknown paths be unknown', async () => {
    const { call } = await setup({}, { corsOrigins: ['https://app.example.org'] });
    const preflight = await call('OPTIONS', '/v1/inferences', {
      origin: 'https://app.example.org',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    expect([preflight.statusCode, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      expect.stringContaining('authorization'),
    ]);
    expect((await call('GET', '/nothing')).statusCode).toBe(404);
  });
});

it('tells the keys whether a request comes from this machine', async () => {
  const seen: boolean[] = [];
  const callerOf = (_key: string, own: boolean) => {
    seen.push(own);
    return null;
  };
  const { app, as } = await setup({ keys: { needed: () => true, callerOf } });
  for (const remoteAddress of ['127.0.0.1', '::ffff:127.0.0.1', '10.0.0.9'])
    await app.inject({ url: '/v1/models', headers: { host: 'localhost', ...as('read') }, remoteAddress });
  expect(seen).toEqual([true, true, false]);
});

describe('rates', () => {
  it('holds one key up and no other, and says how long', async () => {
    const { call, as, clock, refusals } = await setup({ requests: { perSecond: 0.1, burst: 2 } });
    const get = async (role: string) => await call('GET', '/v1/models', as(role));
    expect([(await get('read')).statusCode, (await get('read')).statusCode]).toEqual([500, 500]);
    const held = await get('read');
    expect([held.statusCode, held.headers['retry-after'], held.json().code]).toEqual([
      429,
      '10',
      'LW_RATE_LIMITED',
    ]);
    expect((await get('admin')).statusCode).toBe(500);
    clock.advance(10_000);
    expect((await get('read')).statusCode).toBe(500);
    expect(refusals).toHaveLength(1);
  });

  it('of a key of its own goes before that of everybody', async () => {
    const { call, as } = await setup({ keys: namedKeys({ requestsPerSecond: 1 }) });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await call('GET', '/v1/models', as('read'))).statusCode);
    expect(statuses).toEqual([500, 500, 429, 429]);
  });

  it('counts failed attempts by address, tells of no more than that, and never holds a right key up', async () => {
    const { call, as, refusals, clock } = await setup({ failures: { perSecond: 0.5, burst: 3 } });
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push((await call('GET', '/v1/models', { 'x-api-key': `guess${i}` })).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
    expect((await call('GET', '/v1/models', as('read'))).statusCode).toBe(500);
    expect(refusals.filter(e => e.code === 'LW_UNAUTHENTICATED')).toHaveLength(3);
    clock.advance(2000);
    expect((await call('GET', '/v1/models', { 'x-api-key': 'guess' })).statusCode).toBe(401);
  });
});

describe('bodies', () => {
  it('of a key are bounded before they are read, and again when they are', async () => {
    const { app, call, as } = await setup({ keys: namedKeys({ bodyBytes: 10 }) });
    const early = await call('POST', '/v1/inferences', as('ingest'), '{"a": 12345}');
    expect([early.statusCode, early.json().message]).toEqual([413, 'This key sends at most 10 bytes.']);
    const chunked = await app.inject({
      method: 'POST',
      url: '/v1/inferences',
      headers: { host: 'localhost', ...as('ingest'), 'transfer-encoding': 'chunked' },
      payload: Readable.from(['{"a": ', '12345}']),
    });
    expect([chunked.statusCode, chunked.json().code]).toEqual([413, 'LW_BODY_TOO_LARGE']);
    expect((await call('POST', '/v1/inferences', as('ingest'), '{"a": 1}')).statusCode).toBe(500);
  });
});

describe('a proxy that names users', () => {
  const proxy = { header: 'x-user', roles: ['read'] as const, trusts: (a: string) => a === '127.0.0.1' };

  it('is believed at its address alone, for its roles alone', async () => {
    const near = await setup({ proxy });
    expect((await near.call('GET', '/v1/models', { 'x-user': 'ada' })).statusCode).toBe(500);
    expect((await near.call('GET', '/v1/models', { 'x-user': ' ' })).statusCode).toBe(401);
    const arm = await near.call('POST', '/v1/models/m/arm', { 'x-user': 'ada' }, '{}');
    expect([arm.statusCode, arm.json().code]).toEqual([403, 'LW_FORBIDDEN']);
    const far = await setup({ proxy: { ...proxy, trusts: () => false } });
    expect((await far.call('GET', '/v1/models', { 'x-user': 'ada' })).statusCode).toBe(401);
    const none = await setup();
    expect((await none.call('GET', '/v1/models', { 'x-user': 'ada' })).statusCode).toBe(401);
  });

  it('lends nobody to the pages of others', async () => {
    const { call } = await setup(
      { proxy: { ...proxy, roles: ['admin'] } },
      { corsOrigins: ['https://other.example.org'] },
    );
    for (const headers of [{ origin: 'https://other.example.org' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await call('GET', '/v1/models', { 'x-user': 'ada', ...headers })).statusCode).toBe(401);
    const sent = await call(
      'POST',
      '/v1/inferences',
      { 'x-user': 'ada', origin: 'https://other.example.org' },
      '{}',
    );
    expect(sent.statusCode).toBe(401);
  });

  it('does not save a wrong key', async () => {
    const { call } = await setup({ proxy });
    const answer = await call('GET', '/v1/models', { 'x-user': 'ada', 'x-api-key': 'guess' });
    expect(answer.statusCode).toBe(401);
  });
});

describe('reports on retraining orders', () => {
  const url = '/v1/retrainings/or_1/events';
  const body = '{"event_id":"e","state":"running"}';
  const signed = { 'webhook-id': 'or_1', 'webhook-timestamp': '0', 'webhook-signature': 'v1,x' };

  it('come in by a signature over the bytes as they came, without a key', async () => {
    const seen: unknown[] = [];
    const { call } = await setup({
      isSignedReport: async ({ body: bytes, ...report }) => {
        seen.push([report, bytes.toString()]);
        return true;
      },
    });
    expect((await call('POST', url, signed, body)).statusCode).toBe(500);
    expect(seen).toEqual([[{ order: 'or_1', id: 'or_1', timestamp: '0', signature: 'v1,x' }, body]]);
  });

  it('are refused with a wrong signature, half a signature, or a key without the role', async () => {
    const { call, as } = await setup();
    const { 'webhook-id': _id, ...half } = signed;
    for (const headers of [signed, half, {}])
      expect((await call('POST', url, headers, body)).json().code).toBe('LW_UNAUTHENTICATED');
    expect((await call('POST', url, as('read'), body)).statusCode).toBe(403);
    expect((await call('POST', url, { ...signed, ...as('ingest') }, body)).statusCode).toBe(403);
    expect((await call('POST', url, as('admin'), body)).statusCode).toBe(500);
  });

  it('are small', async () => {
    const { call } = await setup({ isSignedReport: async () => true });
    const answer = await call('POST', url, signed, `{"event_id":"${'x'.repeat(70_000)}"}`);
    expect(answer.statusCode).toBe(413);
  });
});

describe('the listener for metrics', () => {
  const metrics = { metrics: async () => 'leeway_store_up 1\n', contentType: 'text/plain' };
  const build = (access: AccessDeps | null) =>
    buildMetricsListener({ metrics, access, loopback: true, problem: () => undefined });

  it('has metrics and health alone', async () => {
    const app = build(null);
    const get = (url: string) => app.inject({ url, headers: { host: 'localhost' } });
    expect((await get('/metrics')).body).toBe('leeway_store_up 1\n');
    expect((await get('/healthz')).statusCode).toBe(200);
    for (const url of ['/', '/v1/models', '/openapi.json', '/readyz'])
      expect((await get(url)).statusCode, url).toBe(404);
    expect((await app.inject({ url: '/metrics', headers: { host: 'evil.example' } })).statusCode).toBe(403);
  });

  it('asks for a key when told to', async () => {
    const app = build(accessWith().access);
    const get = (headers = {}) => app.inject({ url: '/metrics', headers: { host: 'localhost', ...headers } });
    expect((await get()).statusCode).toBe(401);
    expect((await get({ authorization: 'Bearer key-ingest' })).statusCode).toBe(403);
    expect((await get({ authorization: 'Bearer key-read' })).statusCode).toBe(200);
    expect((await app.inject({ url: '/healthz', headers: { host: 'localhost' } })).statusCode).toBe(200);
  });
});

it('is not built without keys where others can call', async () => {
  await expect(buildHttp({ ...failingDeps(reached), loopback: false })).rejects.toMatchObject({
    code: 'LW_LISTEN_REFUSED',
  });
});

it('asks nobody while there is no key', async () => {
  const { call } = await setup({ keys: { needed: () => false, callerOf: () => null } });
  expect((await call('GET', '/v1/models')).statusCode).toBe(500);
});
