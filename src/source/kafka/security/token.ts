import type { Clock } from '../../../lib/clock.ts';

/** A bearer token. `expiresAt` is in epoch milliseconds, null when nobody said it. */
export interface Token {
  readonly value: string;
  readonly expiresAt: number | null;
}

/** Asks for a new token. Rejects with a `TokenFailure`, or with what went wrong. */
export type AskToken = () => Promise<Token>;

/** A token could not be had. The message holds no secret and may be logged. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
}

/** The token of the moment. */
export interface TokenKeeper {
  token(): Promise<string>;
  /** It was refused: the next one is asked for anew. */
  refused(): void;
}

/** A new token is asked for this long before the old one ends, or when half of its life is over if that is later. */
const earlyMilliseconds = 30_000;

/**
 * Keeps a token until shortly before its end; who asks while it is being fetched waits for the same one. A token of which
 * nobody said when it ends is asked for at each connection.
 */
export function keepToken(ask: AskToken, clock: Clock): TokenKeeper {
  let kept: { readonly value: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;
  const fetchOne = async () => {
    const began = clock.now();
    const { value, expiresAt } = await ask();
    // A broker may take it all the same, and close the connection at the first request.
    if (expiresAt !== null && expiresAt <= began)
      throw new TokenFailure(
        `the token ended at ${new Date(expiresAt).toISOString()}; look at this machine's clock too`,
      );
    const life = expiresAt === null ? 0 : expiresAt - began;
    kept = { value, until: began + life - Math.min(earlyMilliseconds, life / 2) };
    return value;
  };
  return {
    token: () => {
      if (kept !== null && clock.now() < kept.until) return Promise.resolve(kept.value);
      asking ??= fetchOne().finally(() => {
        asking = null;
      });
      return asking;
    },
    refused: () => {
      kept = null;
    },
  };
}

/** Longest text that is taken for a token, characters. */
export const tokenLimit = 65_536;

/** When a JWT says that it ends, epoch milliseconds; null for what is no JWT or does not say. */
export function jwtExpiry(token: string): number | null {
  const [, payload, ...rest] = token.split('.');
  if (payload === undefined || rest.length === 0) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

/**
 * Reads a token as programs print it and endpoints answer it: the token alone, or JSON with `access_token` (or `token`)
 * and `expires_in` (or `expiresInSeconds`). Null when it is neither.
 */
export function readToken(text: string, now: number): Token | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return isToken(trimmed) ? tokenOf(trimmed, undefined, now) : null;
  try {
    const answer = JSON.parse(trimmed) as Readonly<Record<string, unknown>>;
    const value = answer['access_token'] ?? answer['token'];
    return isToken(value) ? tokenOf(value, answer['expires_in'] ?? answer['expiresInSeconds'], now) : null;
  } catch {
    return null;
  }
}

/** What the token says of its own end goes first. */
function tokenOf(value: string, seconds: unknown, now: number): Token {
  const told = Number(seconds);
  const expiresAt = Number.isFinite(told) && told > 0 ? now + told * 1000 : null;
  return { value, expiresAt: jwtExpiry(value) ?? expiresAt };
}

function isToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= tokenLimit && /^[\x21-\x7e]+$/.test(value);
}
