/** A small server for the page: dist/web and deterministic answers, under the same strict policy as the real one. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { safeHeaders } from '../../src/http/guard.ts';
import { type Asked, createAlertFixture } from './fixture-alerts.ts';
import { alertsOf, detailOf, distributionOf, findingsOf, modelsOf, rejectsOf } from './fixture-data.ts';
import { ordersAt } from './fixture-orders.ts';

export type Scenario = 'full' | 'empty' | 'failing' | 'keyed';

/** Keys of the scenario `keyed`. */
export const readKey = `lw_readonly01_${'r'.repeat(32)}`;
export const ingestKey = `lw_ingesting1_${'i'.repeat(32)}`;

export interface FixtureServer {
  readonly url: string;
  /** What the next answers are like. */
  become(scenario: Scenario): void;
  /** What the page has asked to be changed. */
  asked(): readonly Asked[];
  stop(): Promise<void>;
}

/** Where the built page lies; LEEWAY_PAGE_DIR says so where it was built elsewhere. */
export const pageFolder =
  process.env['LEEWAY_PAGE_DIR'] ?? fileURLToPath(new URL('../../dist/web/', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export async function startFixtureServer(port = 0): Promise<FixtureServer> {
  let scenario: Scenario = 'full';
  let alerts = createAlertFixture();
  const server = createServer((request, response) => void answer(request, response, { scenario, alerts }));
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    become: next => {
      scenario = next;
      alerts = createAlertFixture();
    },
    asked: () => alerts.asked,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface State {
  readonly scenario: Scenario;
  readonly alerts: ReturnType<typeof createAlertFixture>;
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const { scenario, alerts } = state;
  const url = new URL(request.url ?? '/', 'http://localhost');
  for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
  if (url.pathname === '/readyz') {
    const ready = scenario !== 'failing';
    return json(response, ready ? 200 : 503, {
      ready,
      reasons: ready ? [] : ['ClickHouse has not answered for 40 s.'],
    });
  }
  if (!url.pathname.startsWith('/v1/')) return file(response, url.pathname);
  if (scenario === 'keyed' && request.headers.authorization !== `Bearer ${readKey}`) {
    const ingest = request.headers.authorization === `Bearer ${ingestKey}`;
    const none = request.headers.authorization === undefined;
    return json(response, ingest ? 403 : 401, {
      message: ingest
        ? 'This needs a key with the role read or admin; "sender" has ingest.'
        : none
          ? 'This needs an API key, and the request has none.'
          : 'The key is unknown, revoked or expired.',
      advice: 'Use another.',
    });
  }
  if (scenario === 'failing')
    return json(response, 503, { message: 'The store does not answer.', advice: 'Start ClickHouse.' });
  if (request.method === 'POST') {
    const made = alerts.post(url.pathname, await bodyOf(request));
    return json(response, made === null ? 404 : 200, made ?? { message: 'No such thing.' });
  }
  const strange = [...url.searchParams.keys()].filter(key => !allowed(url.pathname).includes(key));
  if (strange.length > 0)
    return json(response, 400, { message: `Query: ${strange.join(', ')} is not known.` });
  const value = alerts.get(url.pathname, scenario === 'empty') ?? api(url, scenario);
  return value === null ? json(response, 404, { message: 'No such thing.' }) : json(response, 200, value);
}

/** Query parameters of each route: the service refuses others, so this server does too. */
function allowed(pathname: string): readonly string[] {
  if (pathname.endsWith('/findings'))
    return ['environment', 'check', 'subject', 'windowSeconds', 'from', 'to', 'limit'];
  if (pathname.endsWith('/distribution')) return ['subject', 'windowStart', 'windowSeconds', 'environment'];
  if (pathname === '/v1/alerts' || pathname === '/v1/silences') return [];
  if (pathname.endsWith('/episodes')) return ['environment', 'limit'];
  if (pathname.endsWith('/alerts') || pathname === '/v1/rejects') return ['limit'];
  if (pathname === '/v1/orders') return ['limit'];
  return ['/v1/models', '/v1/retraining', '/v1/receivers'].includes(pathname) ? [] : ['environment'];
}

function api(url: URL, scenario: Scenario): unknown {
  const empty = scenario === 'empty';
  if (url.pathname === '/v1/models') return { models: empty ? [] : modelsOf() };
  if (url.pathname === '/v1/rejects') return empty ? { rejects: [], counts: {} } : rejectsOf();
  const orders = ordersAt(url.pathname, empty);
  if (orders !== null) return orders;
  const [, , , name = '', rest = ''] = url.pathname.split('/');
  const model = decodeURIComponent(name);
  if (empty || !modelsOf().some(m => m.model === model)) return null;
  const query = url.searchParams;
  const number = (key: string, otherwise: number) => Number(query.get(key) ?? otherwise);
  if (rest === '') return detailOf(model);
  if (rest === 'alerts') return alertsOf(model);
  if (rest === 'distribution')
    return distributionOf(query.get('subject') ?? '', number('windowStart', 0), number('windowSeconds', 0));
  if (rest !== 'findings') return null;
  if (model !== 'churn') return { findings: [] };
  const findings = findingsOf({
    check: query.get('check'),
    subject: query.get('subject'),
    windowSeconds: number('windowSeconds', 86_400),
    from: number('from', 0) / 1000,
    to: number('to', 4e12) / 1000,
  });
  return { findings: findings.slice(0, number('limit', 1000)) };
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Readonly<Record<string, unknown>>;
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function file(response: ServerResponse, pathname: string): Promise<void> {
  const path = join(pageFolder, normalize(pathname === '/' ? '/index.html' : pathname));
  try {
    const body = await readFile(path);
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}
