import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { LeewayError } from '../lib/errors.ts';

type TlsConfig = NonNullable<Config['listen']['tls']>;

/** How often the files are looked at, milliseconds. */
const lookEveryMs = 5000;

/** What a TLS server needs, read from the files. @throws LeewayError LW_TLS_INVALID */
export function readTls(tls: TlsConfig): TlsOptions {
  const options: TlsOptions = {
    cert: readPem(tls.cert, 'listen.tls.cert'),
    key: readPem(tls.key, 'listen.tls.key'),
    minVersion: tls.minVersion,
    ...(tls.clientCa === undefined
      ? {}
      : { ca: readPem(tls.clientCa, 'listen.tls.clientCa'), requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    throw new LeewayError('LW_TLS_INVALID', `TLS cannot be set up: ${(error as Error).message}.`, error);
  }
  return options;
}

function readPem(path: string, key: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new LeewayError('LW_TLS_INVALID', `${key} (${path}) cannot be read: ${code}.`, error);
  }
}

/**
 * Has a server take new certificates when their files change; connections that are open keep theirs. A change that
 * cannot be used is told once and leaves the old ones in use. Returns what ends it.
 */
export function followTls(deps: {
  readonly tls: TlsConfig;
  readonly server: Pick<Server, 'setSecureContext'>;
  readonly problem: (e: { readonly code: string; readonly message: string }) => void;
  readonly everyMs?: number;
}): () => void {
  const { tls, server } = deps;
  let state = stateOf(tls);
  const look = () => {
    const next = stateOf(tls);
    if (next === state) return;
    state = next;
    try {
      server.setSecureContext(readTls(tls));
    } catch (error) {
      const { code, message } = error as LeewayError;
      deps.problem({ code, message: `${message} The certificate in use stays in use.` });
    }
  };
  const timer = setInterval(look, deps.everyMs ?? lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

function stateOf(tls: TlsConfig): string {
  const files = [tls.cert, tls.key, tls.clientCa].filter(path => path !== undefined);
  return files
    .map(path => {
      try {
        const { ino, mtimeNs, size } = statSync(path, { bigint: true });
        return `${ino} ${mtimeNs} ${size}`;
      } catch {
        return '';
      }
    })
    .join();
}
