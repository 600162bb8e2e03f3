import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keepLockFile } from '../app/lock-file.ts';
import { fingerprintOf } from '../app/tls-files.ts';
import { createManualClock } from '../lib/clock.ts';
import { runCommand } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-pinned-'));
const at = (name: string) => join(directory, name);
let server: Server;
let url: string;
const seen: (string | undefined)[] = [];

/** A self-signed certificate for a name that is not where it is served. */
function certify(name: string) {
  const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const where = ['-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
  execFileSync('openssl', [...made.split(' '), ...where], { stdio: 'ignore' });
  return { cert: readFileSync(at(`${name}.crt`)), key: readFileSync(at(`${name}.key`)) };
}

beforeAll(async () => {
  server = createServer(certify('first.test'), ({ headers }, response) => {
    seen.push(headers.authorization);
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ models: [] }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise(resolve => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const err: string[] = [];
  const code = await runCommand(args, {
    terminal: { out: () => undefined, err: t => void err.push(t), interactive: false, environment: {} },
    startApp: () => Promise.reject(new Error('not here')),
    signals: process,
    clock: createManualClock(0),
    fetch,
    exit: () => undefined,
    version: '0.1.0',
  });
  return { code, err: err.join('\n') };
}

it('trusts the certificate of the lock file, the one taken over, and no other', async () => {
  const problems: string[] = [];
  let told = (): void => undefined;
  const door = {
    url,
    certificate: fingerprintOf(readFileSync(at('first.test.crt'))),
    onCertificate: (listener: () => void) => {
      told = listener;
    },
  };
  const remove = keepLockFile({ directory, door, key: 'lw_k', problem: e => void problems.push(e.code) });
  expect(statSync(at('leeway.json')).mode & 0o777).toBe(0o600);
  expect(await run('models', '--data', directory)).toEqual({ code: 0, err: '' });
  expect(seen).toEqual(['Bearer lw_k']);

  const second = certify('second.test');
  server.setSecureContext(second);
  const refused = await run('models', '--data', directory);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('another certificate than the service has written into leeway.json');
  expect(seen).toHaveLength(1);

  door.certificate = fingerprintOf(second.cert);
  told();
  expect(statSync(at('leeway.json')).mode & 0o777).toBe(0o600);
  expect((await run('models', '--data', directory)).code).toBe(0);
  expect(seen).toHaveLength(2);

  remove();
  told();
  expect((await run('models', '--data', directory)).err).toContain('No Leeway runs');
  expect(problems).toEqual([]);
});

it('names the cause at an address that was given', async () => {
  const plain = await run('models', '--url', url);
  expect(plain.code).toBe(1);
  expect(plain.err).toMatch(/cannot be reached: its certificate is self-signed/);
  expect(plain.err).toContain('NODE_EXTRA_CA_CERTS=FILE.pem');
  const closed = await run('models', '--url', 'http://127.0.0.1:9');
  expect(closed.err).toMatch(/connection was refused|bad port/);
  expect((await run('models', '--url', 'http://leeway.invalid')).err).toContain('name cannot be resolved');
});

it('says that it does not follow to another address with a key', async () => {
  const file = at('key');
  writeFileSync(file, 'lw_abc_def');
  const { createServer: createPlain } = await import('node:http');
  const sends = createPlain((_, response) => void response.writeHead(302, { location: '/x' }).end());
  await new Promise<void>(resolve => sends.listen(0, '127.0.0.1', resolve));
  const { port } = sends.address() as AddressInfo;
  const { err } = await run('models', '--url', `http://127.0.0.1:${port}`, '--key-file', file);
  await new Promise(resolve => sends.close(resolve));
  expect(err).toContain('sends on to another address');
});
