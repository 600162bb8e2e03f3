import { statSync } from 'node:fs';
import type { Server } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { LeewayError } from '../lib/errors.ts';
import { fingerprintOf, readTlsFiles, type TlsConfig, tlsText } from './tls-files.ts';

/** How often the files are looked at, milliseconds. */
const lookEveryMs = 5000;

/** What a TLS server needs, read from the files. @throws LeewayError LW_TLS_INVALID */
export function readTls(tls: TlsConfig): TlsOptions & { readonly cert: Buffer } {
  const read = readTlsFiles(tls);
  if ('options' in read) return read.options;
  throw new LeewayError('LW_TLS_INVALID', tlsText(read.problems));
}

/**
 * Has a server take new certificates when their files change; connections that are open keep theirs. A change that
 * cannot be used is told once and leaves the old ones in use. Returns what ends it.
 */
export function followTls(deps: {
  readonly tls: TlsConfig;
  readonly server: Pick<Server, 'setSecureContext'>;
  readonly problem: (e: { readonly code: string; readonly message: string }) => void;
  /** Told when others are served from now on. */
  readonly replaced?: (fingerprint: string) => void;
  readonly everyMs?: number;
}): () => void {
  const { tls, server } = deps;
  let state = stateOf(tls);
  const look = () => {
    const next = stateOf(tls);
    if (next === state) return;
    state = next;
    try {
      const options = readTls(tls);
      server.setSecureContext(options);
      deps.replaced?.(fingerprintOf(options.cert));
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
