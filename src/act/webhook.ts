import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { LeewayError } from '../lib/errors.ts';
import type { Answer, Channel, Endpoint, Message } from './channel.ts';
import { parseRetryAfter } from './schedule.ts';
import { parseSecret, sign } from './signature.ts';
import type { TargetGuard } from './target.ts';

/** Looks a host name up; every address it has. */
export type Resolve = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface WebhookDeps {
  readonly guard: TargetGuard;
  /** Whole attempt, milliseconds; 15 s unless told. */
  readonly timeoutMilliseconds?: number;
  readonly resolve?: Resolve;
}

/** Most of an answer that is read, bytes. */
export const answerLimit = 65_536;

const systemResolve: Resolve = (host, done) =>
  systemLookup(host, { all: true }, (error, list) => done(error, list ?? []));

/**
 * Signed HTTP POST by Standard Webhooks 1.0.0. Redirects are never followed. Where a name leads is checked at the
 * moment of connecting, so a name that changes its address in between gains nothing.
 */
export function createWebhookChannel(deps: WebhookDeps): Channel {
  const timeout = deps.timeoutMilliseconds ?? 15_000;
  const lookup = guardedLookup(deps.guard, deps.resolve ?? systemResolve);
  const guarded = new Agent({ connect: { lookup, timeout }, pipelining: 1 });
  const trusted = new Agent({ connect: { timeout }, pipelining: 1 });
  return {
    kind: 'webhook',
    check: endpoint => {
      deps.guard.assert(endpoint.url);
      if (endpoint.secrets.length === 0)
        throw new LeewayError(
          'LW_CONFIG_INVALID',
          `webhook ${endpoint.name}: at least one signing secret is needed`,
        );
      for (const secret of endpoint.secrets) parseSecret(secret.reveal());
    },
    send: async (message, endpoint, now) => {
      const verdict = deps.guard.judge(endpoint.url);
      if ('refused' in verdict) return failure(`target refused: ${verdict.refused}`);
      const dispatcher = verdict.trust === 'trusted' ? trusted : guarded;
      const signal = AbortSignal.timeout(timeout);
      try {
        return await post({ message, endpoint, now, dispatcher, signal });
      } catch (error) {
        const what = signal.aborted ? `no answer within ${timeout / 1000} s` : describe(error);
        return failure(redact(what, endpoint.url));
      }
    },
    close: async () => {
      await Promise.all([guarded.destroy(), trusted.destroy()]);
    },
  };
}

interface Attempt {
  readonly message: Message;
  readonly endpoint: Endpoint;
  readonly now: number;
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
}

async function post({ message, endpoint, now, dispatcher, signal }: Attempt): Promise<Answer> {
  const timestamp = Math.floor(now / 1000);
  const keys = endpoint.secrets.map(secret => parseSecret(secret.reveal()));
  const response = await request(endpoint.url, {
    method: 'POST',
    dispatcher,
    signal,
    body: message.body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'leeway',
      'webhook-id': message.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign({ id: message.id, timestamp, body: message.body }, keys),
    },
  });
  const text = await readSome(response.body);
  const header = response.headers['retry-after'];
  const good = response.statusCode >= 200 && response.statusCode < 300;
  return {
    status: response.statusCode,
    detail: good ? '' : redact(printable(text), endpoint.url).slice(0, 200),
    retryAfter: parseRetryAfter(Array.isArray(header) ? header[0] : header, now),
  };
}

/** At most `answerLimit` bytes; what follows is not waited for. A broken answer does not undo its status. */
async function readSome(
  body: AsyncIterable<Buffer> & { destroy(): unknown; on(e: 'error', f: () => void): unknown },
) {
  const chunks: Buffer[] = [];
  let size = 0;
  body.on('error', () => undefined);
  try {
    for await (const chunk of body) {
      chunks.push(chunk.subarray(0, answerLimit - size));
      size += chunk.length;
      if (size >= answerLimit) break;
    }
  } catch {
    // The status line has arrived, and it alone decides.
  }
  body.destroy();
  return Buffer.concat(chunks).toString('utf8');
}

function failure(detail: string): Answer {
  return { status: 0, detail, retryAfter: null };
}

/** Code and words of a transport error; several addresses that failed give an AggregateError without words. */
function describe(error: unknown): string {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: readonly Error[] };
  const words = message || errors?.map(e => e.message).join('; ') || 'transport error';
  return code === undefined || words.includes(code) ? words : `${code}: ${words}`;
}

/** One line without control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e\u00a1-\uffff]+/g, ' ').trim();
}

/** An address may carry a token in its path or query: receivers like to echo it. */
function redact(text: string, address: string): string {
  const url = new URL(address);
  const parts = [address, url.href, url.pathname + url.search, url.search, url.pathname].filter(
    part => part.length > 1,
  );
  return parts.reduce((left, part) => left.replaceAll(part, '<address>'), text).slice(0, 300);
}

function guardedLookup(guard: TargetGuard, resolve: Resolve): LookupFunction {
  return (host, options, done) =>
    resolve(host, (error, addresses) => {
      const first = addresses[0];
      if (error !== null || first === undefined) {
        return done(error ?? new LeewayError('LW_TARGET_REFUSED', `${host} has no address`), '', 0);
      }
      const refused = addresses.find(entry => !guard.admits(entry.address));
      if (refused !== undefined) {
        const message = `target refused: ${host} leads to ${refused.address}, which is not a public address`;
        return done(new LeewayError('LW_TARGET_REFUSED', message), '', 0);
      }
      if (options.all) return done(null, [...addresses]);
      return done(null, first.address, first.family);
    });
}
