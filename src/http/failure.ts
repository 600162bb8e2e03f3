import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, LeewayError } from '../lib/errors.ts';
import { createScrub } from '../lib/scrub.ts';
import type { HttpDeps } from './ports.ts';
import type { HttpApp } from './route.ts';

/** Body of every answer that is not a success. */
interface FailureBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice: string;
  readonly requestId: string;
}

/** Failures of the store, by what would be done about them. */
const storeCodes: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  retry: ['LW_STORE_AWAY', 'The store does not answer.'],
  halve: ['LW_STORE_REFUSED', 'The store refused the statement.'],
  refuse: ['LW_STORE_REFUSED', 'The store refused the statement.'],
  fatal: ['LW_STORE_FATAL', 'The store cannot go on.'],
};

/** Parts of a request as people call them. */
const parts: Readonly<Record<string, string>> = {
  querystring: 'Query',
  params: 'Path',
  headers: 'Headers',
  body: 'Body',
};

/** Any error as one with a stable code. What it was about inside stays inside: no stack, no text of other libraries. */
export function toLeewayError(error: unknown): LeewayError {
  if (error instanceof LeewayError) return error;
  const store = storeCodes[String((error as { failure?: unknown }).failure)];
  if (store !== undefined) return new LeewayError(store[0], store[1], error);
  const { code, validationContext, statusCode, message } = error as Partial<FastifyError>;
  if (validationContext !== undefined) {
    return new LeewayError(
      'LW_REQUEST_INVALID',
      `${parts[validationContext] ?? 'Request'}: ${message}.`,
      error,
    );
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new LeewayError('LW_BODY_TOO_LARGE', 'The body is too large.', error);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const what = refusals[code ?? ''] ?? 'The request cannot be read.';
    return new LeewayError('LW_REQUEST_INVALID', what, error);
  }
  return new LeewayError(
    'LW_INTERNAL',
    'The request could not be answered because of a fault in Leeway.',
    error,
  );
}

/** What Fastify itself refuses before a route has the word, in words of this interface. */
const refusals: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not properly percent-encoded UTF-8.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the path is too long.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The Content-Type header cannot be read.',
};

type Send = (request: FastifyRequest, reply: FastifyReply, error: LeewayError) => FastifyReply;

/** Answers with an error, and tells of those that are not the caller's fault. */
export function createFailureSender(problem: HttpDeps['problem']): Send {
  return (request, reply, error) => {
    const { code, message, advice, status } = error;
    if (status >= 500 && code !== 'LW_NOT_READY') {
      const cause = error.cause instanceof Error ? ` (${error.cause.name}: ${error.cause.message})` : '';
      problem({
        code,
        message: `${request.method} ${request.routeOptions.url ?? '?'} ${request.id}: ${message}${cause}`,
      });
    }
    if (status === 503) void reply.header('retry-after', '5');
    const body: FailureBody = { code, message, advice, requestId: request.id };
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  };
}

/** A key that came in an address by mistake is not repeated. */
const withoutKeys = createScrub([]);

export function addFailureHandlers(app: HttpApp, send: Send): void {
  app.setErrorHandler((error, request, reply) => send(request, reply, toLeewayError(error)));
  app.setNotFoundHandler((request, reply) =>
    send(
      request,
      reply,
      new LeewayError(
        'LW_NOT_FOUND',
        `There is no ${request.method} ${withoutKeys(request.url.split('?')[0]!)}.`,
        undefined,
        'Check the path and the method; GET /openapi.json lists the routes.',
      ),
    ),
  );
}
