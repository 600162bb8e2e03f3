import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import cors from '@fastify/cors';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import Fastify, { type FastifyReply, type FastifyRequest, type FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { LeewayError } from '../lib/errors.ts';
import { addAccess } from './access.ts';
import { addBodyParser } from './body.ts';
import { addFailureHandlers, createFailureSender, toLeewayError } from './failure.ts';
import { addGuard, intakePaths, safeHeaders, tlsHeaders } from './guard.ts';
import { createPatience } from './patience.ts';
import type { HttpDeps } from './ports.ts';
import type { HttpApp } from './route.ts';
import { routes } from './routes/index.ts';
import { compileValidator } from './validation.ts';

/** The HTTP interface, ready to `listen` or `inject`; it does neither by itself. */
export async function buildHttp(deps: HttpDeps): Promise<HttpApp> {
  const { waitMs = 10_000, waiting = 64, bodyBytes } = deps.limits;
  const fail = createFailureSender(deps.problem);
  if (deps.access === undefined && !deps.loopback)
    throw new LeewayError('LW_LISTEN_REFUSED', 'Without keys the interface is for this machine alone.');
  const headers = deps.tls === undefined ? safeHeaders : { ...safeHeaders, ...tlsHeaders };
  const app: HttpApp = Fastify({
    ...connectionOptions(deps),
    logger: false,
    bodyLimit: bodyBytes,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    requestTimeout: deps.limits.requestMs ?? 60_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: false },
    // Refused before any hook has run.
    frameworkErrors: (error, request, reply) =>
      void fail(request as FastifyRequest, (reply as FastifyReply).headers(headers), toLeewayError(error)),
  });
  app.server.maxConnections = deps.limits.connections ?? 4096;
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => compileValidator(schema, httpPart));
  addFailureHandlers(app, fail);
  addQuickClose(app);
  addGuard(app, { ...deps, tls: deps.tls !== undefined });
  if (deps.access !== undefined) addAccess(app, deps.access);
  await addCors(app, deps.corsOrigins);
  addBodyParser(app, bodyBytes);
  await addOpenApi(app, deps.version);
  const routeDeps = { ...deps, patience: createPatience({ waitMs, waiting }) };
  await app.register(async scope => {
    for (const route of routes) route(scope, routeDeps);
  });
  await addPage(app, deps.page);
  return app;
}

/** TLS, and how long a sender may take: a head that drips in byte by byte would hold its connection for a minute. */
function connectionOptions({ tls, limits }: HttpDeps): object {
  const headersTimeout = limits.headMs ?? 15_000;
  const slow = { headersTimeout, connectionsCheckingInterval: Math.ceil(headersTimeout / 3) };
  return tls === undefined ? { http: slow } : { https: { ...slow, ...tls } };
}

/** A connection that falls idle while the service stops is closed: kept alive, it would hold the stop up for seconds. */
function addQuickClose(app: HttpApp): void {
  let sweep: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    sweep = setInterval(() => app.server.closeIdleConnections(), 50);
  });
  app.addHook('onClose', async () => clearInterval(sweep));
}

/** Pages of the configured origins may send rows; no other answer is ever readable to them. */
async function addCors(app: HttpApp, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    delegator: (request, done) => {
      const intake = intakePaths.includes((request.url ?? '').split('?')[0]!);
      const origin = !intake ? false : origins.includes('*') ? '*' : [...origins];
      done(null, {
        origin,
        methods: ['POST'],
        allowedHeaders: ['content-type', 'content-encoding', 'idempotency-key', 'authorization', 'x-api-key'],
        maxAge: 600,
        strictPreflight: false,
      });
    },
  });
}

async function addOpenApi(app: HttpApp, version: string): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url }) => ({ schema: withOptionalDefaults(schema), url }),
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Leeway',
        version,
        description:
          'Watches machine-learning models in production. Errors are {code, message, advice, requestId}.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
    },
  });
}

/** To a caller a query parameter that has a default is optional; to the handler it is always there. */
function withOptionalDefaults(schema: FastifySchema): FastifySchema {
  const query = schema?.querystring as Partial<Record<'properties' | 'required', unknown>> | undefined;
  if (query?.required === undefined) return schema;
  const properties = query.properties as Readonly<Record<string, { readonly default?: unknown }>>;
  const required = (query.required as string[]).filter(name => properties[name]?.default === undefined);
  return { ...schema, querystring: { ...query, required } };
}

/** The page at /, where it has been built. */
async function addPage(app: HttpApp, page: string | null): Promise<void> {
  if (page === null || !existsSync(join(page, 'index.html'))) return;
  await app.register(async scope => {
    // The files are the same for everybody; what they show is asked for with a key.
    scope.addHook('onRoute', route => {
      route.config = { ...route.config, access: 'open' };
    });
    await scope.register(fastifyStatic, {
      root: page,
      index: ['index.html'],
      dotfiles: 'ignore',
      wildcard: false,
    });
  });
}
