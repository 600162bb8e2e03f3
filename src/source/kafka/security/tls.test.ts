import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeewayError } from '../../../lib/errors.ts';
import { readTls, type TlsSettings } from './tls.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-tls-'));
const at = (name: string) => join(directory, name);
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];

beforeAll(() => {
  const make = (name: string, ...lock: string[]) =>
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        ...curve,
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.pem`,
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        ...lock,
      ],
      { cwd: directory, stdio: 'ignore' },
    );
  make('one', '-nodes');
  make('two', '-nodes');
  make('locked', '-passout', 'pass:hunter2');
  writeFileSync(at('text'), 'hunter2 is not PEM');
  writeFileSync(at('damaged.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const own = (name: string) => ({ cert: at(`${name}.pem`), key: at(`${name}.key`) });

describe('files of TLS', () => {
  it('are read, and taken by Node as they are', () => {
    const options = readTls('kafka', {
      ...own('locked'),
      ca: at('one.pem'),
      passphrase: 'hunter2',
      serverName: 'b',
    });
    expect(options.servername).toBe('b');
    expect(() => createSecureContext(options)).not.toThrow();
    expect(readTls('kafka', own('one'))).not.toHaveProperty('rejectUnauthorized');
    expect(readTls('kafka', { insecure: true })).toEqual({ rejectUnauthorized: false });
    expect(readTls('kafka', {})).toEqual({});
  });

  const wrong: readonly [name: string, settings: () => TlsSettings, says: RegExp][] = [
    [
      'not there',
      () => ({ ca: at('gone') }),
      /^source kafka: tls\.ca: cannot read .*gone: there is no such file$/,
    ],
    ['a directory', () => ({ ca: directory }), /^source kafka: tls\.ca: cannot read .*: it is a directory$/],
    ['no PEM', () => ({ ca: at('text') }), /^source kafka: tls\.ca .*text: holds no certificate in PEM/],
    ['damaged', () => ({ ca: at('damaged.pem') }), /certificate 1 in it is damaged$/],
    [
      'a key for a certificate',
      () => ({ ...own('one'), cert: at('one.key') }),
      /tls\.cert .*holds no certificate/,
    ],
    [
      'a certificate for a key',
      () => ({ ...own('one'), key: at('one.pem') }),
      /tls\.key .*holds no private key/,
    ],
    [
      'of another',
      () => ({ ...own('one'), key: at('two.key') }),
      /is not the key of the certificate in .*one\.pem$/,
    ],
    ['locked', () => own('locked'), /tls\.key .*is locked: give tls\.passphrase$/],
    [
      'locked otherwise',
      () => ({ ...own('locked'), passphrase: 'wrong' }),
      /is not opened by tls\.passphrase$/,
    ],
  ];
  it.each(wrong)('%s: said with the file, without what is in it', (_, settings, says) => {
    let error: LeewayError | null = null;
    try {
      readTls('kafka', settings());
    } catch (caught) {
      error = caught as LeewayError;
    }
    expect(error?.code).toMatch(/^LW_CONFIG_/);
    expect(error?.message).toMatch(says);
    expect(`${error?.stack} ${JSON.stringify(error)}`).not.toContain('hunter2');
  });
});
