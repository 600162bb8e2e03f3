import type { Caller, KeyDesk } from '../../src/http/access.ts';
import type { HttpDeps } from '../../src/http/ports.ts';
import type { HttpApp } from '../../src/http/route.ts';
import type { KeyRole } from '../../src/lib/api-key.ts';

/** Ports of the HTTP interface of which every function fails in the same way. */
export function failingDeps(fail: () => never): HttpDeps {
  const failing = new Proxy({}, { get: (_target, name) => (name === 'then' ? undefined : fail) }) as never;
  return {
    inferences: failing,
    labels: failing,
    models: failing,
    baselines: failing,
    alerts: failing,
    alertDesk: failing,
    silences: failing,
    retraining: failing,
    receivers: failing,
    deliveries: failing,
    status: failing,
    limits: { bodyBytes: 2000, uploadBytes: 20_000, waitMs: 1000, waiting: 64 },
    metrics: { metrics: fail, contentType: 'text/plain' },
    corsOrigins: [],
    loopback: true,
    page: null,
    version: '0.1.0',
    problem: () => undefined,
  };
}

/** A desk that knows keys named after their roles: `key-ingest`, `key-read,admin`. */
export function namedKeys(over: Partial<Caller> = {}): KeyDesk {
  return {
    needed: () => true,
    callerOf: key => {
      const [, roles] = /^key-([a-z,]+)$/.exec(key) ?? [];
      if (roles === undefined) return null;
      const caller = { key, name: key, requestsPerSecond: null, bodyBytes: null };
      return { ...caller, roles: roles.split(',') as KeyRole[], ...over };
    },
  };
}

export interface RouteSample {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Pattern, as OpenAPI writes it. */
  readonly path: string;
  readonly url: string;
  readonly payload?: string;
}

/** Bodies and queries that the handlers take; a route without one gets an empty body. */
const samples: Readonly<Record<string, { readonly body?: object | string; readonly query?: string }>> = {
  'POST /v1/inferences': { body: '{}' },
  'POST /v1/labels': { body: '{}' },
  'POST /v1/models/{model}/baselines': { body: { from: 1, to: 2 } },
  'POST /v1/models/{model}/activations': { body: { baseline: 1 } },
  'POST /v1/channels/{name}/test': { body: { by: 'x' } },
  'POST /v1/receivers': { body: { name: 'x', url: 'https://example.com/x', by: 'x' } },
  'POST /v1/receivers/{name}/rotate': { body: { by: 'x' } },
  'POST /v1/receivers/{name}/enable': { body: { by: 'x' } },
  'POST /v1/receivers/{name}/remove': { body: { by: 'x' } },
  'POST /v1/deliveries/{message}/redeliver': { body: { by: 'x' } },
  'POST /v1/models/{model}/arm': { body: { armed: true, by: 'x' } },
  'POST /v1/models/{model}/retrain': { body: { reason: 'x', by: 'x' } },
  'POST /v1/retraining/stop': { body: { by: 'x' } },
  'POST /v1/retraining/start': { body: { by: 'x' } },
  'POST /v1/orders/{id}/cancel': { body: { by: 'x' } },
  'POST /v1/retrainings/{id}/events': { body: { event_id: 'e', state: 'running' } },
  'GET /v1/models/{model}/distribution': { query: 'subject=feature:age&windowSeconds=3600' },
};

/** A request for every route there is, from the app's own description. */
export async function everyRoute(app: HttpApp): Promise<RouteSample[]> {
  await app.ready();
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, unknown>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => [method.toUpperCase(), path] as const),
  );
  return [...described, ['GET', '/openapi.json'] as const].map(([method, path]) => {
    const { body, query } = samples[`${method} ${path}`] ?? {};
    const url = path.replace(/\{[^}]+\}/g, 'x') + (query === undefined ? '' : `?${query}`);
    const payload =
      method === 'GET' ? undefined : typeof body === 'string' ? body : JSON.stringify(body ?? {});
    return {
      method: method as RouteSample['method'],
      path,
      url,
      ...(payload === undefined ? {} : { payload }),
    };
  });
}
