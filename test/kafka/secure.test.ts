import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaOptions } from '../../src/app/kafka-options.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { KafkaSourceConfig } from '../../src/config/schema.ts';
import { kafkaAvailable } from './broker.ts';
import { createAuthority } from './certificates.ts';
import { createTools, fresh, type Reader, startReader, type Tools, until } from './harness.ts';
import { type SecureBroker, sessionMilliseconds, startSecureBroker } from './secure-broker.ts';

const own = kafkaAvailable() && !process.env['KAFKA_BROKERS'];

describe.skipIf(!own)('a broker with TLS and SASL', () => {
  let secure: SecureBroker;
  let tools: Tools;
  let topic: string;
  let directory: string;
  /** Endpoint of tokens; each test may say how it answers. */
  let endpoint: Server;
  let url: string;
  const asked: { authorization: string | undefined; body: string }[] = [];
  let answers: { status: number; body: string }[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'leeway-secure-test-'));
    secure = await startSecureBroker();
    tools = await createTools(secure.broker.brokers);
    topic = fresh('infer');
    await tools.admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
    await tools.producer.send({ topic, messages: ['a', 'b', 'c'].map(value => ({ value })) });
    endpoint = createServer((request, response) => {
      let body = '';
      request.on('data', chunk => (body += String(chunk)));
      request.on('end', () => {
        asked.push({ authorization: request.headers.authorization, body });
        const answer = answers.shift() ?? {
          status: 200,
          body: JSON.stringify({ access_token: secure.token(24), token_type: 'Bearer', expires_in: 24 }),
        };
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    await new Promise<void>(resolve => endpoint.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/oauth/token`;
  });
  afterAll(async () => {
    endpoint?.close();
    await tools?.close();
    await secure?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A reader as a configuration file describes its connection. */
  const read = (brokers: string, yaml: string, tuning = {}): Promise<Reader> => {
    const file = join(directory, `${fresh('config')}.yaml`);
    const source = `{name: kafka, type: kafka, brokers: ["${brokers}"], topics: [${topic}], ${yaml}}`;
    writeFileSync(file, `sources: [${source}]`);
    const config = loadConfig(file).sources[0] as KafkaSourceConfig;
    const { security } = kafkaOptions(config);
    return startReader({ brokers: [brokers], group: fresh('g'), topics: [topic], security, tuning });
  };
  const script = (name: string, text: string) => {
    const file = join(directory, `${name}.mjs`);
    writeFileSync(file, text);
    return `[${process.execPath}, ${file}]`;
  };
  const trust = () => `tls: {ca: ${secure.authority.ca}}`;
  const password = (mechanism: string, text = secure.user.password) =>
    `${trust()}, sasl: {mechanism: ${mechanism}, username: ${secure.user.name}, password: "${text}"}`;
  const client = (secret = 'client-secret') =>
    `${trust()}, sasl: {mechanism: oauthbearer, token: {url: "${url}", clientId: leeway, clientSecret: "${secret}", scope: kafka}, extensions: {logicalCluster: lkc-1}}`;

  it('reads by a token of an endpoint, and goes on with a new one when the session ends', async () => {
    const reader = await read(secure.sasl, client());
    await until('all is read', () => reader.bodies().length === 3);
    expect(asked).toHaveLength(1);
    const basic = Buffer.from('leeway:client-secret').toString('base64');
    expect(asked[0]).toEqual({
      authorization: `Basic ${basic}`,
      body: 'grant_type=client_credentials&scope=kafka',
    });
    const began = Date.now();
    await Promise.all([everyMechanism(), everyRefusal()]);
    await until('a new token was asked for', () => asked.length > 1);
    // Longer than the broker lets a connection live without a new authentication.
    await until('a session would be over', () => Date.now() - began > sessionMilliseconds + 500);
    await tools.producer.send({ topic, messages: [{ value: 'd' }] });
    await until('it is read too', () => reader.bodies().length === 4);
    expect(reader.seen('sourceCrashed')).toEqual([]);
    expect(reader.seen('partitionLost')).toEqual([]);
    await reader.source.stop();
  });

  /** Each way in, one after the other; beside it the ways that lead nowhere. */
  async function everyMechanism() {
    const locked = join(directory, 'locked.key');
    const lock = ['-topk8', '-in', secure.client.key, '-out', locked, '-passout', 'pass:key-pass'];
    execFileSync('openssl', ['pkcs8', ...lock], { stdio: 'ignore' });
    const certificate = `ca: ${secure.authority.ca}, cert: ${secure.client.cert}`;
    const ways: Record<string, [broker: string, yaml: string]> = {
      plain: [secure.sasl, password('plain')],
      'scram-sha-256': [secure.sasl, password('scram-sha-256')],
      'scram-sha-512': [secure.sasl, password('scram-sha-512')],
      'a token of a command': [
        secure.sasl,
        `${trust()}, sasl: {mechanism: oauthbearer, token: {command: ${script('token', `console.log(${JSON.stringify(secure.token(300))})`)}}}`,
      ],
      'a client certificate': [secure.mutual, `tls: {${certificate}, key: ${locked}, passphrase: key-pass}`],
      'nothing verified': [
        secure.sasl,
        `tls: {insecure: true}, sasl: {username: ${secure.user.name}, password: "${secure.user.password}"}`,
      ],
    };
    for (const [name, [broker, yaml]] of Object.entries(ways)) {
      const reader = await read(broker, yaml);
      await until(`all is read by ${name}`, () => reader.bodies().length >= 3);
      expect([name, reader.seen('problemOccurred')]).toEqual([name, []]);
      await reader.source.stop();
    }
  }

  /** Each is told in a line that names broker and reason, tried again, and shows no secret. */
  async function everyRefusal() {
    const other = createAuthority(join(directory, 'other'), 'Another authority');
    const stale = script('stale', `console.log(${JSON.stringify(secure.token(-300))})`);
    const foreign = script('foreign', `console.log(${JSON.stringify(secure.token(300, 'somebody else'))})`);
    const wrong: Record<string, [broker: string, yaml: string, line: RegExp]> = {
      'wrong password, plain': [
        secure.sasl,
        password('plain', 'hunter2'),
        /SASL PLAIN authentication failed: .*\(127\.0\.0\.1:\d+\).*sasl\.password/,
      ],
      'wrong password, scram': [
        secure.sasl,
        password('scram-sha-512', 'hunter2'),
        /SCRAM.*authentication failed.*\(127\.0\.0\.1:\d+\).*sasl\.password/,
      ],
      'unknown authority': [
        secure.sasl,
        password('plain').replace(secure.authority.ca, other.ca),
        /Connection error: .*certificate.*\(127\.0\.0\.1:\d+\).*tls\.ca/,
      ],
      'another name': [
        secure.sasl,
        password('plain').replace('tls: {', 'tls: {serverName: elsewhere.test, '),
        /altnames.*tls\.serverName/,
      ],
      'no client certificate': [secure.mutual, trust(), /tls\.cert and tls\.key/],
      'no TLS there': [secure.broker.brokers[0]!, trust(), /look at the port in brokers, and at tls/],
      'a token out of date': [
        secure.sasl,
        `${trust()}, sasl: {mechanism: oauthbearer, token: {command: ${stale}}}`,
        /OAUTHBEARER authentication failed: the token ended at 20.*clock.*\(127\.0\.0\.1:\d+\)/,
      ],
      'a token for somebody else': [
        secure.sasl,
        `${trust()}, sasl: {mechanism: oauthbearer, token: {command: ${foreign}}}`,
        /OAUTHBEARER authentication failed: the broker refused the token \(invalid_token\) \(127\.0\.0\.1:\d+\)/,
      ],
      'a command that fails': [
        secure.sasl,
        `${trust()}, sasl: {mechanism: oauthbearer, token: {command: ${script('fails', 'console.log("hunter2"); console.error("hunter2"); process.exit(3)')}}}`,
        /the token command .*node.* ended with code 3/,
      ],
      'a command that is not there': [
        secure.sasl,
        `${trust()}, sasl: {mechanism: oauthbearer, token: {command: [/no/such/program, hunter2]}}`,
        /the token command \/no\/such\/program cannot be run \(ENOENT\)/,
      ],
    };
    await Promise.all(
      Object.entries(wrong).map(async ([name, [broker, yaml, line]]) => {
        const reader = await read(broker, yaml);
        const lines = () => reader.seen('problemOccurred') as { code: string; message: string }[];
        await until(`${name} is said: ${line}`, () =>
          lines().some(p => p.code === 'LW_KAFKA_ERROR' && line.test(p.message)),
        ).catch(error => {
          throw new Error(
            `${String(error)}\n${lines()
              .map(l => l.message)
              .join('\n')}`,
          );
        });
        // The client itself tries connections that fail, for some 15 s; the others are tried anew at once.
        const again = /authentication/.test(line.source) ? 2 : 0;
        await until(`${name} is tried again`, () => reader.seen('sourceCrashed').length >= again);
        expect(reader.seen('sourceCrashed').every(e => (e as { restarts: boolean }).restarts)).toBe(true);
        expect([name, reader.crashes, reader.source.state]).toEqual([name, [], 'starting']);
        const said = JSON.stringify(reader.events.seen);
        for (const secret of ['hunter2', secure.user.password, 'eyJ']) expect(said).not.toContain(secret);
        await reader.source.stop();
      }),
    );
  }

  it('comes in by itself when the endpoint is well again, and when a new token is right', async () => {
    asked.length = 0;
    answers = [
      { status: 503, body: 'client-secret' },
      { status: 401, body: '{"error":"invalid_client","error_description":"client-secret is wrong"}' },
      { status: 200, body: JSON.stringify({ access_token: secure.token(300, 'somebody else') }) },
    ];
    const reader = await read(secure.sasl, client());
    await until('all is read', () => reader.bodies().length >= 3);
    const said = JSON.stringify(reader.events.seen);
    expect(said).toContain(`the token endpoint ${url} answered 401 invalid_client`);
    expect(said).toContain('the broker refused the token (invalid_token)');
    expect(said).not.toContain('client-secret');
    expect(said).not.toContain('eyJ');
    expect(asked).toHaveLength(4);
    await reader.source.stop();
  });
});
