import { Pool } from 'undici';
import { type ErrorCode, errorCodes, LeewayError } from '../../lib/errors.ts';
import { pinnedConnector } from '../../lib/pinned.ts';
import type { Payload } from '../../simulate/payload.ts';
import type { Answer, Sender } from '../../simulate/ports.ts';

/** How long an answer may take, milliseconds: the service itself gives up after ten seconds. */
const patience = 30_000;
/** Waited for after "not now" without a `Retry-After`, milliseconds. */
const usualWait = 1_000;
const newline = Buffer.from('\n');

/** Sends rows to a running service, one connection a user. */
export function createHttpSender(of: {
  /** Address of the service, without a slash at its end. */
  readonly url: string;
  /** API key; null for none. */
  readonly key: string | null;
  /** The one certificate that is trusted; null or absent: as the machine does. */
  readonly certificate?: (() => string | null) | null;
  readonly connections: number;
  /** The wall clock, for a `Retry-After` that is a date. */
  readonly now: () => number;
}): Sender {
  const { origin, pathname } = new URL(of.url);
  const path = `${pathname.replace(/\/$/, '')}/v1/inferences`;
  const { certificate = null } = of;
  const pool = new Pool(origin, {
    ...(certificate === null ? {} : { connect: pinnedConnector(certificate) }),
    connections: of.connections,
    headersTimeout: patience,
    bodyTimeout: patience,
  });
  const headers = {
    'content-type': 'application/x-ndjson',
    ...(of.key === null ? {} : { authorization: `Bearer ${of.key}` }),
  };
  return {
    target: `http ${of.url}`,
    send: async (payloads, signal) => {
      try {
        const body = bodyOf(payloads);
        const response = await pool.request({ path, method: 'POST', headers, body, signal });
        const text = await response.body.text();
        return answerOf(response.statusCode, response.headers['retry-after'], {
          text,
          payloads,
          now: of.now,
        });
      } catch (error) {
        if (error instanceof LeewayError) throw error;
        return { kind: 'failed', reason: reasonOf(error, signal) };
      }
    },
    close: () => pool.destroy(),
  };
}

function bodyOf(payloads: readonly Payload[]): Buffer {
  if (payloads.length === 1) return Buffer.from(payloads[0]!.body);
  return Buffer.concat(payloads.flatMap(payload => [payload.body, newline]));
}

interface Got {
  readonly text: string;
  readonly payloads: readonly Payload[];
  readonly now: () => number;
}

function answerOf(status: number, retryAfter: string | string[] | undefined, got: Got): Answer {
  if (status === 429 || status === 503)
    return { kind: 'later', afterMs: waitOf(retryAfter, got.now()), reason: `HTTP ${status}` };
  const body = jsonOf(got.text);
  // 422 with a list: every row was refused, each for its own reason.
  const refused = status === 200 || status === 422 ? body?.['refused'] : undefined;
  if (Array.isArray(refused))
    return { kind: 'taken', refused: refused as { index: number; reason: string }[] };
  if (status === 200) return { kind: 'failed', reason: 'an answer that is no answer of Leeway' };
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown };
  if (status === 401 || status === 403 || status === 404)
    throw new LeewayError(
      typeof code === 'string' && Object.hasOwn(errorCodes, code)
        ? (code as ErrorCode)
        : 'LW_SERVICE_UNREACHABLE',
      typeof message === 'string' ? message : `What answers (status ${status}) takes no inferences.`,
    );
  // The whole body was refused for what it holds: each payload of it was.
  if (status >= 400 && status < 500 && typeof code === 'string')
    return { kind: 'taken', refused: got.payloads.map((_, index) => ({ index, reason: code })) };
  return { kind: 'failed', reason: `HTTP ${status}` };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Seconds or a date; at most a minute is waited, so that a wrong clock stops nobody for hours. */
export function waitOf(header: string | string[] | undefined, now: number): number {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return usualWait;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - now;
  return Number.isFinite(wait) ? Math.min(60_000, Math.max(100, wait)) : usualWait;
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer until the end';
  const { code, message, cause } = error as { code?: string; message?: string; cause?: { code?: string } };
  return code ?? cause?.code ?? message ?? 'unknown';
}
