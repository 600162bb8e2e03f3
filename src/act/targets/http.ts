import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { LeewayError } from '../../lib/errors.ts';
import { parseRetryAfter } from '../schedule.ts';
import type { TargetGuard } from '../target.ts';

/** Looks a host name up; every address it has. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface HttpDeps {
  readonly guard: TargetGuard;
  /** Whole exchange, milliseconds; 15 s unless told. */
  readonly timeoutMilliseconds?: number;
  readonly resolve?: Resolve;
}

export interface HttpRequest {
  readonly url: string;
  /** POST with a body, GET without. */
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Most bytes of the answer that are read; 64 KiB unless told. */
  readonly most?: number;
  readonly signal?: AbortSignal;
}

export interface HttpReply {
  readonly status: number;
  /** Content type without its parameters, lower case; '' when there is none. */
  readonly type: string;
  readonly bytes: Buffer;
  /** The answer was longer than what is read of it, or broke off. */
  readonly cut: boolean;
  /** Milliseconds from now. */
  readonly retryAfter: number | null;
  readonly header: (name: string) => string;
}

/** Requests of this service to addresses that the configuration gives. Redirects are never followed. */
export interface Http {
  /** Throws what went wrong with the exchange; every status is a reply. `now` is the wall clock. */
  exchange(request: HttpRequest, now: number): Promise<HttpReply>;
  close(): Promise<void>;
}

/** Every address by the resolver of the machine. */
export const systemResolve: Resolve = (host, done) =>
  systemLookup(host, { all: true }, (error, list) => done(error, list ?? []));

/** Where a name leads is checked at the moment of connecting: one that changes its address gains nothing. */
export function createHttp(deps: HttpDeps): Http {
  const timeout = deps.timeoutMilliseconds ?? 15_000;
  const lookup = guardedLookup(deps.guard, deps.resolve ?? systemResolve);
  const guarded = new Agent({ connect: { lookup, timeout }, pipelining: 1 });
  const trusted = new Agent({ connect: { timeout }, pipelining: 1 });
  return {
    exchange: async ({ url, body, headers, most = 65_536, signal }, now) => {
      const verdict = deps.guard.judge(url);
      if ('refused' in verdict)
        throw new LeewayError('LW_TARGET_REFUSED', `target refused: ${verdict.refused}`);
      const late = AbortSignal.timeout(timeout);
      const ends = signal === undefined ? late : AbortSignal.any([late, signal]);
      try {
        const response = await request(url, {
          method: body === undefined ? 'GET' : 'POST',
          dispatcher: verdict.trust === 'trusted' ? trusted : guarded,
          signal: ends,
          headers: { 'user-agent': 'leeway', ...headers },
          ...(body === undefined ? {} : { body }),
        });
        const header = (name: string) => [response.headers[name] ?? ''].flat()[0] ?? '';
        return {
          status: response.statusCode,
          type: header('content-type').split(';')[0]!.trim().toLowerCase(),
          ...(await readSome(response.body, most)),
          retryAfter: parseRetryAfter(header('retry-after') || undefined, now),
          header,
        };
      } catch (error) {
        throw ends.aborted ? new Error(`no answer within ${timeout / 1000} s`) : error;
      }
    },
    close: async () => {
      await Promise.all([guarded.destroy(), trusted.destroy()]);
    },
  };
}

/** At most `most` bytes; what follows is not waited for. A broken answer does not undo its status. */
async function readSome(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(e: 'error', f: () => void): unknown },
  most: number,
): Promise<{ bytes: Buffer; cut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  let broken = false;
  body.on('error', () => undefined);
  try {
    for await (const chunk of body) {
      chunks.push(chunk.subarray(0, most - size));
      size += chunk.length;
      if (size > most) break;
    }
  } catch {
    broken = true;
  }
  body.destroy();
  return { bytes: Buffer.concat(chunks), cut: broken || size > most };
}

/** Code and words of a transport error; several addresses that failed give an AggregateError without words. */
export function describeFailure(error: unknown): string {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: readonly Error[] };
  const words = message || errors?.map(each => each.message).join('; ') || 'transport error';
  return code === undefined || words.includes(code) ? words : `${code}: ${words}`;
}

/** Looks names up for a connection, and refuses where any of their addresses may not be called. */
export function guardedLookup(guard: TargetGuard, resolve: Resolve): LookupFunction {
  return (host, options, done) =>
    resolve(host, (error, addresses) => {
      const first = addresses[0];
      if (error !== null || first === undefined)
        return done(error ?? new LeewayError('LW_TARGET_REFUSED', `${host} has no address`), '', 0);
      const refused = addresses.find(entry => !guard.admits(entry.address));
      if (refused !== undefined) {
        const message = `target refused: ${host} leads to ${refused.address}, which is not a public address`;
        return done(new LeewayError('LW_TARGET_REFUSED', message), '', 0);
      }
      if (options.all) return done(null, [...addresses]);
      return done(null, first.address, first.family);
    });
}
