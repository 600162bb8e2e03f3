import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { LeewayError } from '../../../lib/errors.ts';

/** Files are PEM. */
export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly serverName?: string | undefined;
  /** Takes any certificate. */
  readonly insecure?: boolean;
}

/**
 * What Node's TLS is told. Files are read and tried out now, so that what is wrong with them is said at the start.
 * @throws LeewayError LW_CONFIG_UNREADABLE, LW_CONFIG_INVALID, naming the source, the key and the file
 */
export function readTls(source: string, settings: TlsSettings): ConnectionOptions {
  const read = (key: 'ca' | 'cert' | 'key') => {
    const path = settings[key];
    return path === undefined ? undefined : { path, text: readText(`source ${source}: tls.${key}`, path) };
  };
  const place = (key: string, path: string) => `source ${source}: tls.${key} ${path}`;
  const ca = read('ca');
  const cert = read('cert');
  const key = read('key');
  if (ca) certificates(place('ca', ca.path), ca.text);
  if (cert && key) {
    const [first] = certificates(place('cert', cert.path), cert.text);
    const secret = privateKey(place('key', key.path), key.text, settings.passphrase);
    if (!first!.checkPrivateKey(secret))
      throw new LeewayError(
        'LW_CONFIG_INVALID',
        `${place('key', key.path)}: is not the key of the certificate in ${cert.path}`,
      );
  }
  return {
    ...(ca && { ca: ca.text }),
    ...(cert && { cert: cert.text }),
    ...(key && { key: key.text }),
    ...(settings.passphrase !== undefined && { passphrase: settings.passphrase }),
    ...(settings.serverName !== undefined && { servername: settings.serverName }),
    ...(settings.insecure === true && { rejectUnauthorized: false }),
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not read it',
};

function readText(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new LeewayError(
      'LW_CONFIG_UNREADABLE',
      `${what}: cannot read ${path}: ${reasons[code] ?? message}`,
    );
  }
}

const block =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function certificates(place: string, text: string): X509Certificate[] {
  const found = text.match(block) ?? [];
  if (found.length === 0)
    throw new LeewayError(
      'LW_CONFIG_INVALID',
      `${place}: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
    );
  return found.map((each, index) => {
    try {
      return new X509Certificate(each);
    } catch {
      throw new LeewayError('LW_CONFIG_INVALID', `${place}: certificate ${index + 1} in it is damaged`);
    }
  });
}

function privateKey(place: string, text: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    // The cause may quote what stood in the file.
    const { code } = error as { code?: unknown };
    const locked = code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(text);
    const why = !locked
      ? 'holds no private key in PEM (-----BEGIN PRIVATE KEY-----)'
      : passphrase === undefined
        ? 'is locked: give tls.passphrase'
        : 'is not opened by tls.passphrase';
    throw new LeewayError('LW_CONFIG_INVALID', `${place}: ${why}`);
  }
}
