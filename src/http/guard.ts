import type { FastifyRequest } from 'fastify';
import { LeewayError } from '../lib/errors.ts';
import type { HttpApp } from './route.ts';

/** Headers of every answer. The page loads its own files and nothing else, and nothing inline. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Besides, over TLS: a browser that has been here once does not come back without. */
export const tlsHeaders: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000',
};

const loopbackName = /^(localhost|([a-z0-9-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a Host header names this machine itself. */
function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && loopbackName.test(host.toLowerCase().replace(/:\d+$/, ''));
}

/** Paths that pages of other origins may be allowed to send to. */
export const intakePaths: readonly string[] = ['/v1/inferences', '/v1/labels'];

export interface GuardOptions {
  readonly loopback: boolean;
  readonly corsOrigins: readonly string[];
  /** Whether the service itself speaks TLS. */
  readonly tls?: boolean;
}

/**
 * What every request must pass. On loopback a Host of another name is refused, or a page could reach the service by
 * a name of its own that resolves to 127.0.0.1. A request that changes something and comes from a page of another
 * origin is refused unless it is intake from a configured origin: without keys the browser's word is all there is.
 */
export function addGuard(app: HttpApp, options: GuardOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(safeHeaders);
    if (options.tls === true) reply.headers(tlsHeaders);
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
    if (options.loopback && !isLoopbackHost(request.headers.host)) {
      throw new LeewayError('LW_ORIGIN_REFUSED', 'The Host header does not name this machine.');
    }
    if (
      request.method !== 'GET' &&
      request.method !== 'HEAD' &&
      !isAllowedOrigin(request, options.corsOrigins)
    ) {
      throw new LeewayError('LW_ORIGIN_REFUSED', 'The request comes from a page of another origin.');
    }
  });
}

function isAllowedOrigin(request: FastifyRequest, allowed: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return request.headers['sec-fetch-site'] !== 'cross-site';
  if (origin === `http://${host}` || origin === `https://${host}`) return true;
  const intake = intakePaths.includes(request.url.split('?')[0]!);
  return intake && (allowed.includes('*') || allowed.includes(origin));
}
