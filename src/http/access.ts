import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KeyRole } from '../lib/api-key.ts';
import { LeewayError } from '../lib/errors.ts';
import { callerAddress, isOwnAddress } from '../lib/networks.ts';
import { intakePaths } from './guard.ts';
import { type Allowance, type Buckets, createBuckets } from './rate-limit.ts';
import type { RegistryDelivery } from './registry-door.ts';
import type { HttpApp } from './route.ts';

/** Who sent a request. */
export interface Caller {
  /** Id of the key; '' for a user whom a proxy names. */
  readonly key: string;
  readonly name: string;
  readonly roles: readonly KeyRole[];
  /** Bounds of this caller alone; null: those of everybody. */
  readonly requestsPerSecond: number | null;
  readonly bodyBytes: number | null;
}

/** What a report on a retraining order is signed with, instead of a key. */
export interface SignedReport {
  readonly order: string;
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Buffer;
}

/** Knows the keys. */
export interface KeyDesk {
  /** Whether a request needs one. */
  needed(): boolean;
  /**
   * Null for a key that is unknown, revoked or expired: which of them is nobody's business. `own`: the request comes
   * from this machine.
   */
  callerOf(key: string, own: boolean): Caller | null;
}

/** A reverse proxy that names users. */
export interface TrustedProxy {
  /** Lower case. */
  readonly header: string;
  readonly roles: readonly KeyRole[];
  trusts(address: string): boolean;
}

/** What the interface needs to know who calls. */
export interface AccessDeps {
  readonly keys: KeyDesk;
  readonly proxy: TrustedProxy | null;
  isSignedReport(report: SignedReport): Promise<boolean>;
  /** A webhook of the model registry; absent: there is none. */
  readonly isSignedDelivery?: ((delivery: RegistryDelivery) => boolean) | undefined;
  /** What a token for one order is worth. Told of every one that is not taken. */
  judgeReportToken(order: string, token: string): Promise<'valid' | 'forged' | 'expired'>;
  /** Of one caller without bounds of its own, and of the failed attempts of one address. */
  readonly requests: Allowance;
  readonly failures: Allowance;
  /** Epoch milliseconds. */
  now(): number;
  /** Told of every request that is refused here, ... */
  refused(e: AccessEvent & { readonly code: string }): void;
  /** ... and of every one that an admin's role has let through and that changes something. */
  changed(e: AccessEvent): void;
}

export interface AccessEvent {
  readonly method: string;
  /** Pattern of the route, never the address with its values. */
  readonly route: string;
  readonly address: string;
  readonly key: string;
  readonly name: string;
}

/** `open` needs no key; `report` and `signed` a key with the role admin or a signature. */
export type RouteAccess = KeyRole | 'open' | 'report' | 'signed';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call; default: intake `ingest`, other GETs `read`, everything else `admin`. */
    readonly access?: RouteAccess;
    /** Its callers never send again what is answered with 4xx: whoever sends too much is answered 503. */
    readonly drops4xx?: boolean;
  }
  interface FastifyRequest {
    /** Null where no key is needed. */
    caller: Caller | null;
    /** The body as it came, where a signature covers it. */
    signedBody: Buffer | null;
  }
}

/** What a route asks for. A route that says nothing is closed rather than open. */
function accessOf(request: FastifyRequest): RouteAccess {
  const { config, url } = request.routeOptions;
  if (request.is404 || request.method === 'OPTIONS') return 'open';
  if (config.access !== undefined) return config.access;
  if (url !== undefined && intakePaths.includes(url)) return 'ingest';
  return request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'admin';
}

/** Every request passes here before anything of it is read: who it is, whether it may, and how often. */
export function addAccess(app: HttpApp, deps: AccessDeps): void {
  const buckets = createBuckets(() => deps.now());
  app.decorateRequest('caller', null);
  app.decorateRequest('signedBody', null);
  const gate: Gate = { deps, buckets };
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request);
    const token = access === 'report' ? tokenOf(request) : null;
    if (token !== null) return checkToken(gate, request, reply, token);
    if (access === 'open' || !deps.keys.needed()) return;
    if (access === 'report' && keyOf(request) === null && signatureOf(request) !== null) return;
    if (access === 'signed' && keyOf(request) === null && deliveryOf(request) !== null) return;
    const caller = callerOf(gate, request, reply);
    request.caller = caller;
    limitRate(gate, request, reply, caller);
    const role = access === 'report' || access === 'signed' ? 'admin' : access;
    if (!caller.roles.includes(role) && !caller.roles.includes('admin')) {
      const error = new LeewayError(
        'LW_FORBIDDEN',
        `This needs a key with the role ${role}${role === 'admin' ? '' : ' or admin'}; "${caller.name}" has ${caller.roles.join(', ')}.`,
      );
      deps.refused({ ...eventOf(request, caller), code: error.code });
      throw error;
    }
    if (caller.bodyBytes !== null && Number(request.headers['content-length'] ?? 0) > caller.bodyBytes)
      throw new LeewayError('LW_BODY_TOO_LARGE', `This key sends at most ${caller.bodyBytes} bytes.`);
    if (role === 'admin') deps.changed(eventOf(request, caller));
  });
  app.addHook('preValidation', async (request, reply) => {
    if (accessOf(request) === 'signed') refuseForged(gate, request, reply);
    if (accessOf(request) !== 'report' || request.caller !== null || !deps.keys.needed()) return;
    if (tokenOf(request) !== null) return;
    const signature = signatureOf(request);
    const { id = '' } = request.params as { readonly id?: string };
    const body = request.signedBody ?? Buffer.alloc(0);
    if (signature !== null && (await deps.isSignedReport({ ...signature, order: id, body }))) return;
    refuse(gate, request, reply, 'The signature of this report fits none of the secrets of retraining.');
  });
}

/** A token lets its bearer report on the one order it names, with no key besides; a wrong one is never passed over. */
async function checkToken(
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string,
): Promise<void> {
  const { id = '' } = request.params as { readonly id?: string };
  const verdict = await gate.deps.judgeReportToken(id, token);
  if (verdict === 'forged') refuse(gate, request, reply, 'forged: the token was not made for this order.');
  if (verdict === 'expired')
    refuse(gate, request, reply, 'expired: the token was for a time that is over, like its order.');
}

/** The token of a report; API keys begin otherwise. */
function tokenOf(request: FastifyRequest): string | null {
  const key = keyOf(request);
  return key?.startsWith('lwc1.') ? key : null;
}

/** A signature of the model registry is looked at wherever there is one, and needed where a key would be. */
function refuseForged(gate: Gate, request: FastifyRequest, reply: FastifyReply): void {
  const delivery = deliveryOf(request);
  if (delivery === null || request.caller !== null) return;
  if (gate.deps.isSignedDelivery?.(delivery) === true) return;
  const message = 'The signature does not fit mlflow.webhookSecret, or is older than 5 minutes.';
  refuse(gate, request, reply, message);
}

function deliveryOf({ headers, signedBody }: FastifyRequest): RegistryDelivery | null {
  const [id, timestamp, signature] = ['delivery-id', 'timestamp', 'signature'].map(
    name => headers[`x-mlflow-${name}`],
  );
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null;
  return { id, timestamp, signature, body: signedBody ?? Buffer.alloc(0) };
}

interface Gate {
  readonly deps: AccessDeps;
  readonly buckets: Buckets;
}

/** The caller, by key or by what a trusted proxy says. @throws LeewayError LW_UNAUTHENTICATED, LW_RATE_LIMITED */
function callerOf(gate: Gate, request: FastifyRequest, reply: FastifyReply): Caller {
  const key = keyOf(request);
  const address = request.socket.remoteAddress ?? '';
  if (key !== null) {
    const caller = gate.deps.keys.callerOf(key, isOwn(request));
    return caller ?? refuse(gate, request, reply, 'The key is unknown, revoked or expired.');
  }
  const user = proxyUser(gate.deps.proxy, request, address);
  return user ?? refuse(gate, request, reply, 'This needs an API key, and the request has none.');
}

/** The key of a request; never from the address, which ends up in logs and histories. */
function keyOf({ headers }: FastifyRequest): string | null {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const named = headers['x-api-key'];
  return bearer ?? (typeof named === 'string' && named !== '' ? named : null);
}

/** From this machine: over loopback, or from the very address that was called. */
function isOwn({ socket: { remoteAddress = '', localAddress } }: FastifyRequest): boolean {
  return isOwnAddress(remoteAddress) || (remoteAddress !== '' && remoteAddress === localAddress);
}

function signatureOf({ headers }: FastifyRequest): Omit<SignedReport, 'order' | 'body'> | null {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    name => headers[name],
  );
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null;
  return { id, timestamp, signature };
}

/** A page of another origin may not use what the proxy knows of its visitor. */
function proxyUser(proxy: TrustedProxy | null, request: FastifyRequest, address: string): Caller | null {
  if (proxy === null || !proxy.trusts(address)) return null;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const own = origin === undefined || origin === `https://${host}` || origin === `http://${host}`;
  if (!own || site === 'cross-site') return null;
  const name = request.headers[proxy.header];
  if (typeof name !== 'string' || name.trim() === '') return null;
  return {
    key: '',
    name: name.trim().slice(0, 128),
    roles: proxy.roles,
    requestsPerSecond: null,
    bodyBytes: null,
  };
}

function limitRate(gate: Gate, request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
  const own = caller.requestsPerSecond;
  const allowance =
    own === null ? gate.deps.requests : { perSecond: own, burst: Math.max(1, Math.ceil(own * 2)) };
  const wait = gate.buckets.take(caller.key === '' ? `user ${caller.name}` : `key ${caller.key}`, allowance);
  if (wait > 0)
    throw limited(gate, request, reply, { wait, caller, what: 'This key sends too many requests.' });
}

/** Answers a failed attempt, and after too many of them from one address only says to wait. */
function refuse(gate: Gate, request: FastifyRequest, reply: FastifyReply, message: string): never {
  const address = callerAddress(request.socket.remoteAddress ?? '');
  const wait = gate.buckets.take(`address ${address}`, gate.deps.failures);
  const what = 'Too many requests without a valid key come from this address.';
  if (wait > 0) throw limited(gate, request, reply, { wait, caller: null, what });
  gate.deps.refused({ ...eventOf(request, null), code: 'LW_UNAUTHENTICATED' });
  void reply.header('www-authenticate', 'Bearer realm="leeway"');
  throw new LeewayError('LW_UNAUTHENTICATED', message);
}

function limited(
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  of: { readonly wait: number; readonly caller: Caller | null; readonly what: string },
): LeewayError {
  gate.deps.refused({ ...eventOf(request, of.caller), code: 'LW_RATE_LIMITED' });
  void reply.header('retry-after', String(Math.ceil(of.wait)));
  const code = request.routeOptions.config.drops4xx === true ? 'LW_NOT_READY' : 'LW_RATE_LIMITED';
  return new LeewayError(code, of.what);
}

function eventOf(request: FastifyRequest, caller: Caller | null): AccessEvent {
  return {
    method: request.method,
    route: request.routeOptions.url ?? '',
    address: callerAddress(request.socket.remoteAddress ?? ''),
    key: caller?.key ?? '',
    name: caller?.name ?? '',
  };
}
