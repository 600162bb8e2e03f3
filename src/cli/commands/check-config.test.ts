import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-check-config-'));
const at = (name: string) => join(directory, name);
beforeAll(() => {
  for (const name of ['a', 'b']) {
    const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x';
    const where = ['-keyout', at(`${name}.key`), '-out', at(`${name}.crt`)];
    execFileSync('openssl', [...made.split(' '), ...where], { stdio: 'ignore' });
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function check(text: string) {
  const out: string[] = [];
  const terminal = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void out.push(line),
    environment: {},
  };
  writeFileSync(at('leeway.yaml'), text);
  const code = await runCommand(['check-config', at('leeway.yaml')], {
    terminal,
    version: '0.1.0',
  } as unknown as CliContext);
  return { code, out: out.join('\n') };
}

const tls = (cert: string, key: string) => `listen:\n  tls:\n    cert: ${at(cert)}\n    key: ${at(key)}\n`;

it('reads the certificate files that the service would start with', async () => {
  expect((await check(tls('a.crt', 'a.key'))).out).toMatch(/is right/);
  const yaml = at('leeway.yaml');
  const none = await check(tls('none.crt', 'a.key'));
  expect(none.code).toBe(1);
  expect(none.out.split('\n')[0]).toBe(
    `${yaml}:3:11: listen.tls.cert (${at('none.crt')}) cannot be read: there is no such file or directory`,
  );
  expect((await check(tls('a.crt', 'b.key'))).out).toContain(
    `${yaml}:4:10: listen.tls.key (${at('b.key')}) is the key of another certificate than the one in ${at('a.crt')}`,
  );
  expect((await check(tls('leeway.yaml', 'a.key'))).out).toMatch(/holds no certificate as PEM$/m);
});
