import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes, LeewayError } from '../lib/errors.ts';
import type { CliContext } from './context.ts';
import { pinnedFetch } from './pinned-fetch.ts';
import { serviceKey } from './service-key.ts';
import { printable } from './terminal.ts';
import { unreachable } from './unreachable.ts';

/** Options of every command that talks to a running service. */
export interface ServiceOptions {
  readonly url?: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly keyFile?: string;
}

/** What /readyz says. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** A running service, over HTTP. Failures are LeewayErrors: the service's own, or LW_SERVICE_UNREACHABLE. */
export interface Service {
  /** Where it is. */
  readonly url: string;
  /** The API key it is called with; null: none. */
  readonly key: string | null;
  /** Of a service on this machine that speaks TLS: the certificate it shows now, and none but it is trusted. */
  readonly certificate: (() => string | null) | null;
  get<T>(path: string, query?: Readonly<Record<string, string | undefined>>): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** Whether it can do its work, and if not, why. */
  readiness(): Promise<Readiness>;
  /** An answer that is not JSON. */
  download(path: string): Promise<Uint8Array>;
  /** Sends bytes as they are. */
  upload<T>(path: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<T>;
}

/** The service at --url, $LEEWAY_URL, or the address in the lock file of the data directory. */
export function connect(context: CliContext, options: ServiceOptions): Service {
  const { environment } = context.terminal;
  const given = options.url ?? environment['LEEWAY_URL'];
  const directory = options.data ?? '.leeway';
  const locked = given === undefined ? readLock(directory) : null;
  const url = given ?? locked!.url;
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new LeewayError(
      'LW_USAGE',
      `${printable(url)} is no address of a service: write it as http://127.0.0.1:8080.`,
    );
  const base = url.replace(/\/+$/, '');
  const key = serviceKey({ keyFile: options.keyFile, local: locked?.key ?? null, environment });
  // Read anew with every connection: the service writes it down when it takes a new certificate over.
  const certificate = (locked?.certificate ?? null) === null ? null : () => readLock(directory).certificate;
  const fetchBy = certificate === null ? context.fetch : pinnedFetch(certificate);
  const call = async <T>(path: string, init: RequestInit): Promise<T> => {
    const response = await answer(fetchBy, `${base}${path}`, withKey(init, key));
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw failureOf(response.status, body);
    return body as T;
  };
  return {
    url: base,
    key,
    certificate,
    readiness: async () => {
      // Not ready is an answer, of status 503.
      const response = await answer(fetchBy, `${base}/readyz`, withKey({}, key));
      const { ready, reasons } = ((await response.json().catch(() => null)) ?? {}) as Partial<Readiness>;
      if (typeof ready !== 'boolean' || !Array.isArray(reasons)) throw failureOf(response.status, null);
      return { ready, reasons };
    },
    get: (path, query = {}) => call(`${path}${queryText(query)}`, {}),
    download: async path => {
      const response = await answer(fetchBy, `${base}${path}`, withKey({}, key));
      if (!response.ok) throw failureOf(response.status, await response.json().catch(() => null));
      return new Uint8Array(await response.arrayBuffer());
    },
    post: (path, body) =>
      call(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    upload: (path, body, headers) =>
      call(path, { method: 'POST', body: body as NonNullable<RequestInit['body']>, headers: { ...headers } }),
  };
}

/** The key goes to the address that was named, and to no other that it may point to. */
function withKey(init: RequestInit, key: string | null): RequestInit {
  if (key === null) return init;
  return { ...init, redirect: 'error', headers: { ...init.headers, authorization: `Bearer ${key}` } };
}

async function answer(fetchBy: typeof fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetchBy(url, init);
  } catch (error) {
    throw unreachable(url, error);
  }
}

interface Lock {
  readonly url: string;
  readonly key: string | null;
  /** SHA-256 of the certificate that the service shows; null: it speaks no TLS. */
  readonly certificate: string | null;
}

function readLock(directory: string): Lock {
  const file = join(directory, 'leeway.json');
  try {
    const lock = JSON.parse(readFileSync(file, 'utf8')) as Partial<Record<keyof Lock, unknown>>;
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    if (typeof lock.url === 'string')
      return { url: lock.url, key: text(lock.key), certificate: text(lock.certificate) };
  } catch (error) {
    throw new LeewayError(
      'LW_SERVICE_UNREACHABLE',
      `No Leeway runs with the data directory ${directory} (there is no ${file}).`,
      error,
    );
  }
  throw new LeewayError(
    'LW_SERVICE_UNREACHABLE',
    `No Leeway runs with the data directory ${directory} (${file} names no address).`,
  );
}

function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function failureOf(status: number, body: unknown): LeewayError {
  const { code, message, advice } = (body ?? {}) as { code?: unknown; message?: unknown; advice?: unknown };
  if (typeof code === 'string' && Object.hasOwn(errorCodes, code) && typeof message === 'string') {
    const given = typeof advice === 'string' && advice !== '' ? printable(advice) : undefined;
    return new LeewayError(code as keyof typeof errorCodes, message, undefined, given);
  }
  return new LeewayError(
    'LW_SERVICE_UNREACHABLE',
    `What answers (status ${status}) is no Leeway of this version.`,
  );
}
