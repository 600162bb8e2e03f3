import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emptyMemory } from '../../src/act/memory.ts';
import { type App, startApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { Secret } from '../../src/config/secret.ts';
import type { ReceiverSummary } from '../../src/http/receiver-desk.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';

/**
 * A receiver that is kept in the store, through its whole life in a real service: what it is told, by which secrets,
 * and that neither its secrets nor its address can be found anywhere but in the memory of the process.
 */
const directory = mkdtempSync(join(tmpdir(), 'leeway-receivers-'));
const key = randomBytes(32).toString('base64');
const newKey = randomBytes(32).toString('base64');
const path = `/hooks/T0KEN-${randomBytes(8).toString('hex')}`;
const logged: string[] = [];
const seen: string[] = [];

let ahead = 0;
const clock: Clock = { now: () => systemClock.now() + ahead, sleep: systemClock.sleep };
let app: App;
let server: Server;
let status = 204;
let requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
let url: string;
const secrets: string[] = [];

beforeAll(async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    logged.push(String(chunk));
    return true;
  });
  server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += String(chunk);
    });
    request.on('end', () => {
      requests.push({ headers: request.headers, body });
      response.writeHead(status);
      response.end(status === 204 ? undefined : `no ${request.url} for you`);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}?q=${randomBytes(4).toString('hex')}`;
  app = await start([key]);
}, 60_000);

afterAll(async () => {
  vi.restoreAllMocks();
  await app?.stop();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

function start(keys: readonly string[], allow = ['127.0.0.1']): Promise<App> {
  const config = loadConfig(null, {
    data: directory,
    listen: { host: '127.0.0.1', port: 0 },
    log: { level: 'debug' },
    outbound: { allow },
    secretsKeys: keys.map(text => new Secret(text)),
    // Names somebody whom no configuration knows: refused where nothing can be kept in the store.
    policies: keys.length === 0 ? [] : [{ name: 'strict', checks: ['errors'], routes: ['pager'] }],
  });
  return startApp(config, { scheduled: false, logs: 'json', clock });
}

async function call<T>(
  method: 'GET' | 'POST',
  at: string,
  body?: object,
): Promise<{ status: number; body: T }> {
  const response = await fetch(app.url + at, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!at.endsWith('/rotate') && at !== '/v1/receivers') seen.push(text);
  else if (method === 'GET') seen.push(text);
  return { status: response.status, body: JSON.parse(text) as T };
}

let step = 0;

async function alert(): Promise<string> {
  step++;
  const id = `tr_${String(step).padStart(32, '0')}`;
  await app.storage.alerts.append({
    id,
    model: 'churn',
    environment: 'prod',
    policy: 'default',
    episode: step,
    from: 'ok',
    to: 'firing',
    reason: 'opened',
    at: clock.now(),
    windowStart: 3600,
    windowSeconds: 3600,
    notify: true,
    severity: 'critical',
    routes: ['pager'],
    subjects: [],
    memory: JSON.stringify({ ...emptyMemory, step }),
    body: `{"type":"alert.firing","step":${step}}`,
  });
  return id;
}

const verifies = (secret: string) => {
  const { headers, body } = requests.at(-1)!;
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
};
const pager = async () =>
  (await call<{ receivers: ReceiverSummary[] }>('GET', '/v1/receivers')).body.receivers.find(
    each => each.name === 'pager',
  )!;

describe('a receiver kept in the store', () => {
  it('is told, signed with the secret that was shown once', async () => {
    const made = await call<{ secret: string; receiver: ReceiverSummary }>('POST', '/v1/receivers', {
      name: 'pager',
      url,
      by: 'ann',
    });
    expect(made.status).toBe(201);
    secrets.push(made.body.secret);
    expect(made.body.receiver).toMatchObject({ origin: 'stored', takes: 'alerts', state: 'active' });
    expect(JSON.stringify(made.body.receiver)).not.toContain('T0KEN');
    await app.round();
    const id = await alert();
    await app.round();
    expect(requests.map(each => each.headers['webhook-id'])).toEqual([`${id}_pager`]);
    expect(verifies(secrets[0]!)).toBe(true);
    // Whoever takes orders is a target of the configuration.
    const orders = await call('POST', '/v1/receivers', { name: 'jobs', url, by: 'ann', takes: 'orders' });
    expect(orders.status).toBe(400);
    const again = await call('POST', '/v1/receivers', { name: 'pager', url, by: 'ann' });
    expect(again).toMatchObject({ status: 409, body: { code: 'LW_CONFLICT' } });
  });

  it('has two live secrets after a rotation, for as long as was said', async () => {
    const { body } = await call<{ secret: string; until: number }>('POST', '/v1/receivers/pager/rotate', {
      by: 'ann',
    });
    secrets.push(body.secret);
    expect(body.until - clock.now()).toBeGreaterThan(23.9 * 3_600_000);
    expect((await pager()).secrets).toMatchObject([{ ends: null }, { ends: body.until }]);
    await alert();
    await app.round();
    expect(secrets.map(verifies)).toEqual([true, true]);
    ahead += 24 * 3_600_000 + 1000;
    await alert();
    await app.round();
    const { headers } = requests.at(-1)!;
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(1);
    ahead = 0;
  });

  it('is sealed anew by another key, and unreadable without any that fits', async () => {
    await app.stop();
    app = await start([newKey, key]);
    await app.round();
    await app.stop();
    app = await start([newKey]);
    expect(await pager()).toMatchObject({ state: 'active' });
    await app.stop();
    app = await start([randomBytes(32).toString('base64')]);
    expect(await pager()).toMatchObject({ state: 'unreadable', host: '', secrets: [] });
    await app.round();
    await app.round();
    expect(logged.filter(line => line.includes('LW_SECRETS_KEY'))).toHaveLength(1);
    await app.stop();
    app = await start([newKey]);
  }, 60_000);

  it('is sent a message again when somebody asks; refusals and a switched off receiver are shown', async () => {
    status = 400;
    const id = await alert();
    await app.round();
    const message = `${id}_pager`;
    type Listed = { deliveries: { outcome: string; answer?: string; detail: string }[] };
    const list = async () => (await call<Listed>('GET', `/v1/deliveries?message=${message}`)).body.deliveries;
    expect(await list()).toMatchObject([{ outcome: 'failed', detail: 'no <address> for you' }]);
    const whole = await call<Listed>('GET', `/v1/deliveries/${message}`);
    expect(whole.body.deliveries[0]!.answer).toBe('no <address> for you');
    status = 410;
    const before = requests.length;
    expect(await call('POST', `/v1/deliveries/${message}/redeliver`, { by: 'ann' })).toMatchObject({
      status: 200,
      body: { outcome: 'again', detail: 'asked for by ann' },
    });
    await app.round();
    expect(requests.length).toBe(before + 1);
    expect(requests.at(-1)!.body).toBe(requests.at(-2)!.body);
    expect((await pager()).state).toBe('disabled');
    expect(await call('POST', `/v1/deliveries/${message}/redeliver`, { by: 'ann' })).toMatchObject({
      status: 409,
      body: { advice: 'Run `leeway channels enable pager` first.' },
    });
    status = 204;
    await call('POST', '/v1/receivers/pager/enable', { by: 'ann' });
    await app.round();
    expect((await list()).map(each => each.outcome)).toEqual(['done', 'disabled', 'again', 'failed']);
    expect(await call('POST', '/v1/deliveries/tr_0_pager/redeliver', { by: 'ann' })).toMatchObject({
      status: 404,
    });
  });

  it('shows neither its secrets nor its address: not in answers, metrics, log or the files of the store', async () => {
    for (const at of [
      '/v1/status',
      '/v1/doctor',
      '/v1/receivers',
      '/v1/deliveries',
      '/openapi.json',
      '/readyz',
      '/v1/jobs',
    ])
      seen.push(await (await fetch(app.url + at)).text());
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('leeway_deliveries_total{endpoint="pager",outcome="done"}');
    seen.push(metrics);
    await app.stop();
    const { pathname, search } = new URL(url);
    const needles = [pathname, search, ...secrets, ...secrets.map(text => text.slice(6)), key, newKey];
    const found = (text: string) => needles.filter(needle => text.includes(needle));
    expect(seen.flatMap(found)).toEqual([]);
    expect(logged.length).toBeGreaterThan(20);
    expect(found(logged.join(''))).toEqual([]);
    const files = filesOf(directory);
    expect(files.length).toBeGreaterThan(50);
    const leaks = files.filter(file => found(readFileSync(file, 'latin1')).length > 0);
    expect(leaks).toEqual([]);
    // The search does find what is not hidden.
    expect(files.some(file => readFileSync(file, 'latin1').includes('pager'))).toBe(true);
    app = await start([newKey]);
  }, 60_000);

  it('is gone when it is removed', async () => {
    await call('POST', '/v1/receivers/pager/remove', { by: 'ann' });
    expect(await pager()).toBeUndefined();
    expect(await call('POST', '/v1/receivers/pager/rotate', { by: 'ann' })).toMatchObject({ status: 404 });
    const before = requests.length;
    await alert();
    await app.round();
    expect(requests.length).toBe(before);
  });

  it('is missed by the policy that names it: in the log once, in the overview and by the doctor', async () => {
    const unheard = () => logged.join('').split('LW_ROUTE_UNHEARD').length - 1;
    const lines = async () =>
      (await call<{ lines: { area: string; level: string; text: string }[] }>('GET', '/v1/doctor')).body
        .lines;
    const told = unheard();
    await app.round();
    await app.round();
    expect(unheard()).toBe(told);
    expect(logged.join('')).toContain('route pager: policy strict names it');
    const { body } = await call<{ receivers: object[] }>('GET', '/v1/status');
    expect(body.receivers).toEqual([
      { name: 'pager', trouble: expect.stringContaining('its alerts reach nobody') },
    ]);
    expect((await lines()).filter(({ area }) => area === 'routes')).toMatchObject([{ level: 'fail' }]);
    await call('POST', '/v1/receivers', { name: 'pager', url, by: 'ann' });
    await app.round();
    expect((await call<{ receivers: object[] }>('GET', '/v1/status')).body.receivers).toEqual([]);
    expect((await lines()).filter(({ area }) => area === 'routes')).toMatchObject([{ level: 'ok' }]);
    await call('POST', '/v1/receivers/pager/remove', { by: 'ann' });
    await app.round();
    expect(unheard()).toBe(told + 1);
  });

  it('is refused when its address is not to be called, or there is no key', async () => {
    const refused = await call<{ code: string; message: string }>('POST', '/v1/receivers', {
      name: 'inside',
      url: 'http://10.0.0.1/T0KEN',
      by: 'ann',
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'LW_TARGET_REFUSED' } });
    expect(refused.body.message).not.toContain('T0KEN');
    await app.stop();
    app = await start([]);
    const keyless = await call<{ advice: string }>('POST', '/v1/receivers', {
      name: 'pager',
      url,
      by: 'ann',
    });
    expect(keyless).toMatchObject({ status: 400, body: { code: 'LW_SECRETS_KEY' } });
    expect(keyless.body.advice).toContain('openssl rand -base64 32');
  }, 60_000);
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(name => join(folder, String(name)))
    .filter(name => statSync(name).isFile());
}
