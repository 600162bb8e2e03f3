import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { type AccessDeps, addAccess } from './access.ts';
import { addFailureHandlers, createFailureSender } from './failure.ts';
import { addGuard } from './guard.ts';
import type { HttpDeps } from './ports.ts';
import type { HttpApp } from './route.ts';

export interface MetricsListenerDeps extends Pick<HttpDeps, 'metrics' | 'problem' | 'loopback'> {
  /** Null: whoever reaches it may read. */
  readonly access: AccessDeps | null;
}

/** /metrics and /healthz alone, for a scraper: nothing else of the interface can be reached there. */
export function buildMetricsListener(deps: MetricsListenerDeps): HttpApp {
  const app: HttpApp = Fastify({
    logger: false,
    bodyLimit: 1024,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    requestTimeout: 10_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
  });
  addFailureHandlers(app, createFailureSender(deps.problem));
  addGuard(app, { loopback: deps.loopback, corsOrigins: [] });
  if (deps.access !== null) addAccess(app, deps.access);
  app.get('/healthz', { config: { access: 'open' } }, async () => ({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) =>
    reply.type(deps.metrics.contentType).send(await deps.metrics.metrics()),
  );
  return app;
}
