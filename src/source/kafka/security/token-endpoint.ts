import { fetch } from 'undici';
import type { Clock } from '../../../lib/clock.ts';
import { backoffMilliseconds } from '../../../lib/retry.ts';
import { type AskToken, readToken, type Token, TokenFailure, tokenLimit } from './token.ts';

export interface EndpointSettings {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  /** Where the client's id and secret are sent. */
  readonly credentials: 'header' | 'body';
}

export interface EndpointDeps {
  readonly settings: EndpointSettings;
  readonly clock: Clock;
  readonly random: () => number;
  /** Of one attempt; 3 s unless told. */
  readonly timeoutMilliseconds?: number;
}

/** Answers after which the same question may be answered otherwise. */
const retryable: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);
/** All attempts and waits together stay under the ten seconds that an authentication may take. */
const attempts = 3;
const backoff = { first: 200, most: 400 };

/** What one attempt came to. */
type Outcome = { readonly token: Token } | { readonly why: string; readonly again: boolean };

/** A token by the client-credentials grant of OAuth 2 (RFC 6749, 4.4). Errors name the endpoint and its answer's code. */
export function askEndpoint(deps: EndpointDeps): AskToken {
  const { settings, clock, random } = deps;
  const { origin, pathname } = new URL(settings.url);
  return async () => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await askOnce(deps);
      if ('token' in outcome) return outcome.token;
      if (!outcome.again || attempt === attempts)
        throw new TokenFailure(`the token endpoint ${origin}${pathname} ${outcome.why}`);
      await clock.sleep(backoffMilliseconds(backoff, attempt, random));
    }
  };
}

async function askOnce({ settings, clock, timeoutMilliseconds = 3_000 }: EndpointDeps): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const answer = await fetch(settings.url, {
      method: 'POST',
      // A secret is sent along: it goes nowhere else.
      redirect: 'manual',
      signal,
      headers: headersOf(settings),
      body: bodyOf(settings).toString(),
    });
    const text = await readSome(answer.body);
    if (answer.status !== 200) {
      const why = `answered ${answer.status}${errorOf(text)}`;
      return { why, again: retryable.has(answer.status) };
    }
    const token = readToken(text, clock.now());
    return token === null ? { why: 'answered without access_token', again: false } : { token };
  } catch (error) {
    if (signal.aborted) return { why: `did not answer within ${timeoutMilliseconds / 1000} s`, again: true };
    if (error instanceof TokenFailure) return { why: error.message, again: false };
    return { why: `cannot be reached (${codeOf(error)})`, again: true };
  }
}

function headersOf({ clientId, clientSecret, credentials }: EndpointSettings): Record<string, string> {
  const basic = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(credentials === 'header' && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
  };
}

function bodyOf(settings: EndpointSettings): URLSearchParams {
  const { scope, audience, credentials, clientId, clientSecret } = settings;
  return new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(credentials === 'body' && { client_id: clientId, client_secret: clientSecret }),
  });
}

async function readSome(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > tokenLimit) throw new TokenFailure(`answered with more than ${tokenLimit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The error code of RFC 6749 (`invalid_client`), and nothing else of the answer. */
function errorOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : '';
  } catch {
    return '';
  }
}

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return String(cause?.code ?? code ?? (error as Error).name);
}
