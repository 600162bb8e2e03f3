import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { type App, startApp } from '../../src/app.ts';
import { runCommand } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { buildHttp } from '../../src/http/server.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { everyRoute, failingDeps } from '../twins/http-deps.ts';

/** Keys, roles, TLS and secrets of a whole running service, made and used by its own command line. */
const directory = mkdtempSync(join(tmpdir(), 'leeway-keys-live-'));
const at = (name: string) => join(directory, name);
const data = at('data');
let app: App | undefined;
/** Lines of the log since the last start. */
let lines: string[] = [];

afterEach(async () => {
  await app?.stop();
  app = undefined;
  vi.restoreAllMocks();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function start(yaml = '', environment: Record<string, string> = {}): Promise<string> {
  const path = file('leeway.yaml', yaml);
  lines = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    lines.push(String(chunk));
    return true;
  });
  const listen = yaml.includes('listen:') ? {} : { listen: { host: '127.0.0.1', port: 0 } };
  const folder = /^data:/m.test(yaml) ? {} : { data };
  app = await startApp(loadConfig(path, { ...folder, ...listen }, environment), { logs: 'json' });
  return app.url;
}

/** One command line, as a person types it. */
async function cli(args: readonly string[], environment: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(args, {
    terminal: {
      out: text => void out.push(text),
      err: text => void err.push(text),
      interactive: false,
      environment,
    },
    startApp: async () => {
      throw new Error('not started here');
    },
    signals: new EventEmitter(),
    clock: systemClock,
    fetch,
    exit: () => undefined,
    version: '0.1.0',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const create = async (name: string, roles: string, ...more: string[]) =>
  (await cli(['keys', 'create', '--name', name, '--roles', roles, '--data', data, ...more])).out;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const row = (id: string) => JSON.stringify({ id, model: 'churn', features: { age: 41 }, prediction: 0.5 });
const send = async (key?: string) =>
  (
    await fetch(`${app!.url}/v1/inferences`, {
      method: 'POST',
      headers: key === undefined ? {} : bearer(key),
      body: row('1'),
    })
  ).status;
const read = async (path: string, key?: string) =>
  (await fetch(app!.url + path, { headers: key === undefined ? {} : bearer(key) })).status;

describe('keys of a running service', () => {
  it('take effect at once when made and when revoked, two at a time while one replaces the other', async () => {
    await start();
    expect([await send(), await read('/v1/models'), await read('/metrics')]).toEqual([200, 200, 200]);
    const sender = await create('scoring', 'ingest');
    const reader = await create('dashboard', 'read', '--expires', '90d');
    expect([await send(), await read('/v1/models'), await read('/metrics')]).toEqual([401, 401, 401]);
    expect([await read('/healthz'), await read('/readyz'), await read('/')]).toEqual([200, 200, 200]);
    expect([await send(sender), await read('/v1/models', sender)]).toEqual([200, 403]);
    expect([await send(reader), await read('/v1/models', reader), await read('/metrics', reader)]).toEqual([
      403, 200, 200,
    ]);
    const next = await create('scoring', 'ingest');
    expect([await send(sender), await send(next)]).toEqual([200, 200]);
    const third = await cli(['keys', 'create', '--name', 'scoring', '--roles', 'ingest', '--data', data]);
    const id = sender.split('_')[1]!;
    expect([third.code, third.err]).toEqual([1, expect.stringContaining(`leeway keys revoke ${id}`)]);
    expect((await cli(['keys', 'revoke', id, '--data', data])).code).toBe(0);
    expect([await send(sender), await send(next)]).toEqual([401, 200]);
    const list = await cli(['keys', 'list', '--all', '--data', data]);
    expect(list.out).toMatch(/scoring[\s\S]*revoked/);
    for (const key of [sender, next, reader]) expect(list.out + list.err).not.toContain(key.split('_')[2]);
  });

  it('the command line on the same machine needs none of them, and none of it works elsewhere', async () => {
    await start();
    expect(await read('/v1/models')).toBe(401);
    expect(await cli(['models', '--data', data])).toMatchObject({ code: 0 });
    expect(statSync(join(data, 'leeway.json')).mode & 0o777).toBe(0o600);
    const elsewhere = await cli(['models', '--url', app!.url]);
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringContaining('LW_UNAUTHENTICATED')]);
    const key = await create('ops', 'admin');
    writeFileSync(at('key'), `${key}\n`);
    const url = ['--url', app!.url];
    expect((await cli(['models', ...url, '--key-file', at('key')])).code).toBe(0);
    expect((await cli(['models', ...url], { LEEWAY_API_KEY: key })).code).toBe(0);
    expect((await cli(['models', ...url], { LEEWAY_API_KEY_FILE: at('key') })).code).toBe(0);
    const local = (JSON.parse(readFileSync(join(data, 'leeway.json'), 'utf8')) as { key: string }).key;
    await app!.stop();
    await start();
    expect([await read('/v1/models', key), await read('/v1/models', local)]).toEqual([200, 401]);
  });

  it('an address that others reach needs a key first; then TLS, its headers, and a listener for metrics', async () => {
    const free = await freePort();
    const made =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
    const where = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', at('tls.key'), '-out', at('tls.crt')];
    execFileSync('openssl', [...made.split(' '), ...where], { stdio: 'ignore' });
    const open = (folder: string) => `listen:
  host: 0.0.0.0
  port: 0
  tls: {cert: ${at('tls.crt')}, key: ${at('tls.key')}, minVersion: TLSv1.3}
metrics: {port: ${free}}
data: ${folder}
`;
    const empty = loadConfig(file('none.yaml', open(at('empty'))), {}, {});
    await expect(startApp(empty, { logs: 'silent' })).rejects.toMatchObject({
      code: 'LW_LISTEN_REFUSED',
      message: expect.stringContaining('leeway keys create --name admin --roles admin'),
    });
    expect(readdirSync(directory)).not.toContain('empty');
    const key = await create('reader', 'read');
    const url = await start(open(data));
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const page = await secure(url, {});
    expect(page.status).toBe(200);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    expect((await secure(`${url}/v1/models`, {})).status).toBe(401);
    expect((await secure(`${url}/v1/models`, bearer(key))).status).toBe(200);
    await expect(secure(url, {}, 'TLSv1.2')).rejects.toThrow();
    expect((await fetch(`http://127.0.0.1:${free}/metrics`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${free}/v1/models`)).status).toBe(404);
    expect(lines.join('')).not.toContain('without TLS');
  });

  it('a reload takes keys of the configuration over, and a proxy names its users', async () => {
    const folder = `data: ${at('reloaded')}\n`;
    const listen = 'listen: {port: 0, proxy: {addresses: [127.0.0.1], header: x-user}}\n';
    await start(`${folder}listen: {port: 0}\n`);
    expect(await read('/v1/models')).toBe(200);
    const printed = await cli(['keys', 'create', '--name', 'gitops', '--roles', 'read', '--print-only']);
    const keys = printed.err.slice(printed.err.indexOf('keys:'));
    app!.reload(() => loadConfig(file('leeway.yaml', `${folder}listen: {port: 0}\n${keys}\n`), {}, {}));
    expect([await read('/v1/models'), await read('/v1/models', printed.out)]).toEqual([401, 200]);
    await app!.stop();
    await start(folder + listen);
    const user = await fetch(`${app!.url}/v1/models`, { headers: { 'x-user': 'ada' } });
    expect([await read('/v1/models'), user.status]).toEqual([401, 200]);
  });

  it('a receiver reports on its order with the secret that signed the order, and no key', async () => {
    const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await start(`retraining: {url: "https://train.example.org/x", secrets: ["${secret}"]}`);
    const body = '{"event_id":"e","state":"running"}';
    const report = (order: string, by: string) => {
      const when = new Date(systemClock.now());
      return fetch(`${app!.url}/v1/retrainings/${order}/events`, {
        method: 'POST',
        body,
        headers: {
          'webhook-id': order,
          'webhook-timestamp': String(Math.floor(when.getTime() / 1000)),
          'webhook-signature': new Webhook(by).sign(order, when, body),
        },
      });
    };
    await app!.storage.orders.append({
      id: 'or_1',
      model: 'churn',
      environment: 'prod',
      kind: 'retrain',
      state: 'sent',
      reason: '',
      at: systemClock.now(),
      step: 1,
      transition: '',
      target: 'retraining',
      trigger: 'manual',
      by: 'test',
      body: '{}',
      result: '',
    });
    expect((await report('or_1', secret)).status).toBe(200);
    // Nobody was sent this one.
    expect((await report('or_2', secret)).status).toBe(401);
    const wrong = await report('or_1', `whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      expect.objectContaining({ code: 'LW_UNAUTHENTICATED' }),
    ]);
  });
});

describe('secrets', () => {
  it('planted everywhere are in no answer, no metric, no log line at debug and no file', async () => {
    const planted = {
      SASL: 'hunter2-sasl-password',
      HOOK: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
      TRAIN: `whsec_${Buffer.alloc(32, 6).toString('base64')}`,
      PEPPER: 'hunter2-hash-key-of-at-least-32-characters',
    };
    const key = await create('walker', 'admin');
    const secrets = [...Object.values(planted), key.split('_')[2]!];
    const closed = await freePort();
    await start(
      `log: {level: debug}
privacy: {hashKey: "\${PEPPER}"}
sources:
  - {name: away, type: kafka, brokers: ["127.0.0.1:${closed}"], topics: [t], sasl: {mechanism: plain, username: u, password: "\${SASL}"}}
channels: [{name: ops, url: "https://hooks.example.org/x", secrets: ["\${HOOK}"]}]
retraining: {url: "https://train.example.org/x", secrets: ["\${TRAIN}"]}
`,
      planted,
    );
    const seen: string[] = [];
    const called = async (method: string, path: string, body?: string) => {
      const response = await fetch(app!.url + path, {
        method,
        headers: { ...bearer(key), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body }),
      });
      seen.push(`${response.status} ${await response.text()} ${JSON.stringify([...response.headers])}`);
    };
    const described = await buildHttp(
      failingDeps(() => {
        throw new Error('not called');
      }),
    );
    const routes = (await everyRoute(described)).filter(route => route.method === 'GET');
    await called('POST', '/v1/inferences', row('a'));
    await called('POST', '/v1/inferences', row('a').replace('"a"', '{}'));
    for (const route of routes) {
      await called('GET', route.url.replace('/models/x', '/models/churn'));
      await called('GET', `${route.url}${route.url.includes('?') ? '&' : '?'}key=${key}`);
    }
    await called('POST', '/v1/models/churn/arm', `{"armed":"${key}"}`);
    await called('POST', '/v1/models/churn/baselines', 'not json');
    await called('PUT', `/v1/${key}`);
    await fetch(`${app!.url}/v1/models`, { headers: bearer(`${key}x`) });
    // The source meets nobody at its broker, and says so.
    await expect.poll(() => lines.join(''), { timeout: 20_000 }).toContain('away');
    const { out, err } = await cli(['check-config', at('leeway.yaml'), '--show', '--json'], planted);
    expect(out).toContain('<secret>');
    expect(seen.length).toBeGreaterThan(30);
    expect(lines.length).toBeGreaterThan(5);
    for (const secret of secrets) {
      expect(lines.join('').includes(secret), 'the log').toBe(false);
      expect((out + err).includes(secret), 'the configuration as it is shown').toBe(false);
      for (const answer of seen) expect(answer.includes(secret), answer.slice(0, 200)).toBe(false);
    }
    await app!.stop();
    for (const secret of secrets) expect(filesWith(data, secret)).toEqual([]);
  });
});

function file(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

/** Files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(path => readFileSync(path).includes(text));
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function secure(
  url: string,
  headers: Record<string, string>,
  maxVersion?: 'TLSv1.2',
): Promise<{ status: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const options = { headers, ca: readFileSync(at('tls.crt')), agent: false as const };
    request(url, maxVersion === undefined ? options : { ...options, maxVersion }, response => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });
}
