import { describe, expect, it } from 'vitest';
import { failingDeps, namedKeys } from '../../test/twins/http-deps.ts';
import { signDelivery } from '../act/mlflow/signature.ts';
import { createRegistryTwin } from '../act/mlflow/twin.ts';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import type { RegistryRecord } from '../domain/registry.ts';
import { absent, alone } from '../elect/election.ts';
import type { AccessDeps, KeyDesk } from '../http/access.ts';
import type { RegistryDoor } from '../http/registry-door.ts';
import { buildHttp } from '../http/server.ts';
import { createRegistryDoor, isSignedDelivery } from './registry.ts';

const secret = 'a secret of the registry';
const now = 1_787_306_400_000;
const body = '{"entity":"model_version","action":"created","data":{"name":"churn","version":"4"}}';
const config = loadConfig(
  null,
  { mlflow: { url: 'https://mlflow.example.org', webhookSecret: new Secret(secret) } },
  {},
);
const record: RegistryRecord = {
  delivery: 'd1',
  at: now,
  event: 'version',
  name: 'churn',
  version: '4',
  alias: '',
  model: 'churn',
  outcome: 'made',
  detail: '',
  baseline: 2,
};

async function setup(over: { keys?: KeyDesk; configured?: boolean; failures?: number } = {}) {
  const refusals: string[] = [];
  const handled: [string, string][] = [];
  const access: AccessDeps = {
    keys: over.keys ?? namedKeys(),
    proxy: null,
    isSignedReport: async () => false,
    judgeReportToken: async () => 'forged',
    isSignedDelivery: delivery => isSignedDelivery(delivery, config, now),
    requests: { perSecond: 1000, burst: 1000 },
    failures: { perSecond: 0.001, burst: over.failures ?? 1000 },
    now: () => now,
    refused: e => void refusals.push(`${e.route} ${e.code}`),
    changed: () => undefined,
  };
  const registry: RegistryDoor = {
    configured: () => over.configured ?? true,
    handle: async (delivery, bytes) => {
      handled.push([delivery, bytes.toString('utf8')]);
      return { record: { ...record, delivery }, duplicate: false };
    },
    recent: async limit => [record].slice(0, limit),
  };
  const deps = failingDeps(() => {
    throw new Error('reached');
  });
  const app = await buildHttp({ ...deps, access, registry, limits: { ...deps.limits, waitMs: 1000 } });
  const call = (headers: Record<string, string>, payload = body) =>
    app.inject({ method: 'POST', url: '/v1/mlflow', headers: { host: 'localhost', ...headers }, payload });
  return { app, call, refusals, handled };
}

function signed(over: { body?: string; timestamp?: string; id?: string } = {}): Record<string, string> {
  const { id = 'd1', timestamp = String(now / 1000) } = over;
  const of = { id, timestamp, body: Buffer.from(over.body ?? body) };
  return {
    'content-type': 'application/json',
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': timestamp,
    'x-mlflow-signature': signDelivery(of, secret),
  };
}

describe('POST /v1/mlflow', () => {
  it('takes what MLflow has signed, without a key', async () => {
    const { call, handled } = await setup();
    const answer = await call(signed());
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { ...record, at: '2026-08-21T10:00:00.000Z', duplicate: false },
    ]);
    expect(handled).toEqual([['d1', body]]);
  });

  it.each([
    ['another body', signed({ body: `${body} ` })],
    ['another id', { ...signed(), 'x-mlflow-delivery-id': 'd2' }],
    ['an old one', signed({ timestamp: String(now / 1000 - 301) })],
    ['one from the future', signed({ timestamp: String(now / 1000 + 301) })],
    ['another secret', { ...signed(), 'x-mlflow-signature': 'v1,AAAA' }],
    ['no signature', { 'content-type': 'application/json' }],
    ['no timestamp', { ...signed(), 'x-mlflow-timestamp': '' }],
  ])('refuses %s', async (_what, headers) => {
    const { call, handled, refusals } = await setup();
    expect((await call(headers)).statusCode).toBe(401);
    expect(handled).toEqual([]);
    expect(refusals).toEqual(['/v1/mlflow LW_UNAUTHENTICATED']);
  });

  it('looks at a signature also where no key is needed', async () => {
    const { call, handled } = await setup({ keys: { ...namedKeys(), needed: () => false } });
    expect((await call({ ...signed(), 'x-mlflow-signature': 'v1,AAAA' })).statusCode).toBe(401);
    expect((await call(signed())).statusCode).toBe(200);
    expect(handled).toHaveLength(1);
  });

  it('takes an event from an admin, under an id of its own, and from nobody else', async () => {
    const { call, handled } = await setup();
    const as = (role: string) => ({
      'content-type': 'application/json',
      authorization: `Bearer key-${role}`,
    });
    expect((await call(as('admin'))).statusCode).toBe(200);
    expect(handled[0]![0]).toMatch(/^by-hand-[0-9a-f-]{36}$/);
    expect((await call(as('read'))).statusCode).toBe(403);
    expect((await call({ ...signed(), ...as('read') })).statusCode).toBe(403);
  });

  it('bounds forged attempts of one address', async () => {
    const { call } = await setup({ failures: 3 });
    const forged = { ...signed(), 'x-mlflow-signature': 'v1,AAAA' };
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await call(forged)).statusCode);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });

  it('refuses a large body, and says when no registry is configured', async () => {
    const large = ' '.repeat(70_000);
    expect((await (await setup()).call(signed({ body: large }), large)).statusCode).toBe(413);
    const { call } = await setup({ configured: false });
    expect((await call(signed())).json()).toMatchObject({ code: 'LW_NOT_FOUND' });
  });

  it('lists what became of events, for those who may read', async () => {
    const { app } = await setup();
    const get = (role: string) =>
      app.inject({
        url: '/v1/mlflow?limit=5',
        headers: { host: 'localhost', authorization: `Bearer key-${role}` },
      });
    expect((await get('read')).json()).toEqual({ events: [{ ...record, at: '2026-08-21T10:00:00.000Z' }] });
    expect((await get('ingest')).statusCode).toBe(403);
  });
});

describe('events among several processes', () => {
  const other = { entity: 'registered_model', action: 'created', data: { name: 'churn' } };
  const door = (prove: () => Promise<void>) => {
    const store = createRegistryTwin();
    const fail = () => Promise.reject(new Error('reached'));
    const baselines = { list: fail, upload: fail, activate: fail };
    const events = { problemOccurred: () => undefined };
    return createRegistryDoor({ config, baselines, store, clock: { now: () => now }, events, prove });
  };

  it('are the leader’s: others answer 503, and nothing is noted, so that MLflow sends them again', async () => {
    const follower = door(absent.prove);
    await expect(follower.handle('d1', Buffer.from(JSON.stringify(other)))).rejects.toMatchObject({
      code: 'LW_NOT_LEADER',
      status: 503,
    });
    expect(await follower.recent(10)).toEqual([]);
  });

  it('a process that is alone takes them', async () => {
    const taken = await door(alone.prove).handle('d1', Buffer.from(JSON.stringify(other)));
    expect([taken.record.outcome, taken.duplicate]).toEqual(['event-passed-over', false]);
  });
});
