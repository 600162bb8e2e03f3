import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followTls, readTls } from './tls.ts';
import { fingerprintOf } from './tls-files.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-tls-'));
const at = (name: string) => join(directory, name);
const tls = { cert: at('a.crt'), key: at('a.key'), minVersion: 'TLSv1.2' as const };

/** A certificate of its own for `name`, and its key. */
function certify(name: string, files: { cert: string; key: string }): void {
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const where = ['-subj', `/CN=${name}`, '-keyout', files.key, '-out', files.cert];
  execFileSync('openssl', [...made.split(' '), ...where], { stdio: 'ignore' });
}

beforeAll(() => {
  certify('first', tls);
  certify('second', { cert: at('b.crt'), key: at('b.key') });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('readTls', () => {
  it('names the file that is missing, and what does not belong together', () => {
    const code = expect.objectContaining({ code: 'LW_TLS_INVALID' });
    expect(() => readTls({ ...tls, key: at('none') })).toThrowError(code);
    expect(() => readTls({ ...tls, key: at('none') })).toThrowError(/listen\.tls\.key .*none.*no such file/);
    expect(() => readTls({ ...tls, key: at('b.key') })).toThrowError(
      /b\.key\) is the key of another certificate than .*a\.crt/,
    );
    writeFileSync(at('text'), 'no certificate');
    expect(() => readTls({ ...tls, cert: at('text') })).toThrowError(
      /listen\.tls\.cert .*text\) holds no certificate/,
    );
    expect(() => readTls({ ...tls, cert: at('none'), key: at('text'), clientCa: directory })).toThrowError(
      /cert .*no such file or directory\. listen\.tls\.key .*holds no private key as PEM\. listen\.tls\.clientCa .*a directory/,
    );
    const locked = ['pkcs8', '-topk8', '-passout', 'pass:x', '-in', tls.key, '-out', at('locked')];
    execFileSync('openssl', locked, { stdio: 'ignore' });
    expect(() => readTls({ ...tls, key: at('locked') })).toThrowError(/locked\) is encrypted/);
  });

  it('asks for certificates of callers only where an authority for them is given', () => {
    expect(readTls(tls).requestCert).toBeUndefined();
    expect(readTls({ ...tls, clientCa: tls.cert })).toMatchObject({
      requestCert: true,
      rejectUnauthorized: true,
    });
  });
});

it('shows a new certificate when the files change, and keeps the old one when they are damaged', async () => {
  const problems: string[] = [];
  const server = createServer(readTls(tls), (_request, response) => void response.end('ok'));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const taken: string[] = [];
  const end = followTls({
    tls,
    server,
    problem: e => void problems.push(e.code),
    replaced: fingerprint => void taken.push(fingerprint),
    everyMs: 5,
  });
  const shown = () =>
    new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent: false, rejectUnauthorized: false }, response => {
        resolve((response.socket as TLSSocket).getPeerCertificate().subject.CN as string);
        response.resume();
      })
        .on('error', reject)
        .end();
    });
  expect(await shown()).toBe('first');
  certify('renewed', tls);
  await expect.poll(shown).toBe('renewed');
  expect(taken.at(-1)).toBe(fingerprintOf(readFileSync(tls.cert)));
  problems.length = 0;
  writeFileSync(tls.cert, 'damaged');
  await expect.poll(() => problems).toEqual(['LW_TLS_INVALID']);
  expect(await shown()).toBe('renewed');
  end();
  await new Promise(resolve => server.close(resolve));
});
