import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key with its certificate, as PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
  /** Both in one file, as Kafka's PEM key stores want them. */
  readonly both: string;
}

/** An authority of one's own, and what it signs; everything is made anew by openssl, and lives for two days. */
export interface Authority {
  readonly ca: string;
  /** @param names subjectAltName, e.g. `IP:127.0.0.1` */
  sign(name: string, names: string): Pair;
}

const openssl = (directory: string, command: string, ...args: readonly (readonly string[])[]) =>
  execFileSync('openssl', [command, ...args.flat()], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });

export function createAuthority(directory: string, name: string): Authority {
  mkdirSync(directory, { recursive: true });
  const at = (file: string) => join(directory, file);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const days = ['-days', '2'];
  const own = ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', `/CN=${name}`];
  openssl(directory, 'req', ['-x509'], curve, days, own);
  return {
    ca: at('ca.pem'),
    sign: (host, names) => {
      const request = ['-keyout', `${host}.key`, '-out', `${host}.csr`, '-subj', `/CN=${host}`];
      openssl(directory, 'req', curve, request);
      writeFileSync(at(`${host}.ext`), `subjectAltName=${names}\n`);
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${host}.ext`];
      openssl(directory, 'x509', ['-req', '-in', `${host}.csr`, '-out', `${host}.pem`], by, days);
      const pair = { cert: at(`${host}.pem`), key: at(`${host}.key`), both: at(`${host}.both.pem`) };
      writeFileSync(pair.both, readFileSync(pair.key, 'utf8') + readFileSync(pair.cert, 'utf8'));
      return pair;
    },
  };
}
