import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type TlsOptions } from 'node:tls';
import type { Config } from '../config/schema.ts';
import { fileReason } from '../lib/file-reason.ts';

export type TlsConfig = NonNullable<Config['listen']['tls']>;

/** What is wrong with one of the files, as the end of a sentence about its key. */
export interface TlsProblem {
  readonly key: 'cert' | 'key' | 'clientCa';
  readonly message: string;
}

/** What a TLS server needs, read from the files; what is wrong with them instead, when it could not start with them. */
export function readTlsFiles(
  tls: TlsConfig,
):
  | { readonly options: TlsOptions & { readonly cert: Buffer } }
  | { readonly problems: readonly TlsProblem[] } {
  const problems: TlsProblem[] = [];
  const read = <T>(key: TlsProblem['key'], path: string, parse: (pem: Buffer) => T) => {
    try {
      const pem = readFileSync(path);
      return { pem, parsed: parse(pem) };
    } catch (error) {
      problems.push({ key, message: `(${path}) ${reasonOf(key, error)}` });
      return null;
    }
  };
  const cert = read('cert', tls.cert, pem => new X509Certificate(pem));
  const key = read('key', tls.key, privateKey);
  const ca =
    tls.clientCa === undefined ? null : read('clientCa', tls.clientCa, pem => new X509Certificate(pem));
  if (cert !== null && key !== null && !cert.parsed.checkPrivateKey(key.parsed))
    problems.push({
      key: 'key',
      message: `(${tls.key}) is the key of another certificate than the one in ${tls.cert}`,
    });
  if (cert === null || key === null || problems.length > 0) return { problems };
  const options = {
    cert: cert.pem,
    key: key.pem,
    minVersion: tls.minVersion,
    ...(ca === null ? {} : { ca: ca.pem, requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const { reason, message } = error as Error & { readonly reason?: string };
    return { problems: [{ key: 'cert', message: `(${tls.cert}) cannot be served: ${reason ?? message}` }] };
  }
  return { options };
}

/** SHA-256 of the certificate in a PEM file (of several the first: that of the service itself), as TLS clients write it. */
export function fingerprintOf(pem: Buffer): string {
  return new X509Certificate(pem).fingerprint256;
}

/** Problems as one text, each with its key. */
export function tlsText(problems: readonly TlsProblem[]): string {
  return problems.map(({ key, message }) => `listen.tls.${key} ${message}.`).join(' ');
}

class EncryptedKey extends Error {}

function privateKey(pem: Buffer): KeyObject {
  if (/ENCRYPTED/.test(pem.toString('latin1'))) throw new EncryptedKey();
  return createPrivateKey(pem);
}

function reasonOf(key: TlsProblem['key'], error: unknown): string {
  const { syscall } = error as NodeJS.ErrnoException;
  if (error instanceof EncryptedKey) return 'is encrypted; Leeway needs it without a passphrase';
  if (syscall !== undefined) return `cannot be read: ${fileReason(error)}`;
  return key === 'key' ? 'holds no private key as PEM' : 'holds no certificate as PEM';
}
