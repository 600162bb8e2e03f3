import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';

/** A real Kafka broker of one node. With KAFKA_BROKERS set it is that broker, which nobody here stops or kills. */
export interface Broker {
  readonly brokers: string[];
  /** Whether it may be killed and restarted here. */
  readonly own: boolean;
  /** Orderly shutdown; `restart` brings it back on the same logs. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Stops it and removes its logs. */
  remove(): Promise<void>;
  /** Runs a class of Kafka's own tools (from the broker's jars), with text on its standard input; gives its output. */
  tool(javaClass: string, args: readonly string[], input?: string): Promise<string>;
}

const version = '4.1.0';
const cache = join(homedir(), '.cache', 'leeway', `kafka-${version}`);
const libs = join(cache, 'libs');
const classpath = join(libs, '*');

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>dev.leeway</groupId><artifactId>kafka-broker-jars</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${version}</version></dependency>
<dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.25.1</version></dependency>
</dependencies></project>
`;

const runs = (command: string) => spawnSync(command, ['-version'], { stdio: 'ignore' }).status === 0;

/** Why there is no broker to test with, or null when there is one. */
export function kafkaMissing(): string | null {
  if (process.env['KAFKA_BROKERS']) return null;
  if (!runs('java')) return 'no Java on the path';
  if (!hasJars() && !runs('mvn')) return 'no Maven on the path to fetch the broker with';
  return null;
}

/**
 * Whether the Kafka suite can run. Where it cannot, one line says so and the suite is skipped; with
 * LEEWAY_REQUIRE_KAFKA=1 a missing broker is a failure instead.
 */
export function kafkaAvailable(): boolean {
  const missing = kafkaMissing();
  if (missing === null) return true;
  if (process.env['LEEWAY_REQUIRE_KAFKA'] === '1') throw new Error(`LEEWAY_REQUIRE_KAFKA=1, but ${missing}`);
  // Once, not once a file.
  if (process.env['LEEWAY_KAFKA_TOLD'] !== '1')
    console.warn(`Kafka suite skipped: ${missing} (set KAFKA_BROKERS to use a running broker)`);
  process.env['LEEWAY_KAFKA_TOLD'] = '1';
  return false;
}

function hasJars(): boolean {
  return existsSync(join(cache, 'complete')) && readdirSync(libs).length > 50;
}

function fetchJars(): void {
  if (hasJars()) return;
  mkdirSync(libs, { recursive: true });
  writeFileSync(join(cache, 'pom.xml'), pom);
  const args = [
    '-q',
    '-B',
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${libs}`,
  ];
  const done = spawnSync('mvn', args, { cwd: cache, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Error(`mvn could not fetch the broker's jars:\n${done.stdout}${done.stderr}`);
  writeFileSync(join(cache, 'complete'), '');
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Settings that add listeners; the controller's stays as it is, for `listeners` is written as a whole. */
function listenerSettings(
  port: number,
  more: NonNullable<BrokerExtras['listeners']>,
): Record<string, string> {
  if (more.length === 0) return {};
  const addresses = [
    `PLAINTEXT://127.0.0.1:${port}`,
    ...more.map(l => `${l.name}://127.0.0.1:${l.port}`),
  ].join();
  const protocols = more.map(l => `,${l.name}:${l.protocol}`).join('');
  return {
    listeners: addresses,
    'advertised.listeners': addresses,
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols}`,
  };
}

const properties = (
  port: number,
  controller: number,
  logs: string,
  extra: Readonly<Record<string, string>>,
) =>
  Object.entries<string>({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logs,
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed may register again when its old session is over: 9 s by default.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'auto.create.topics.enable': 'true',
    ...extra,
    ...(extra['listeners'] === undefined
      ? {}
      : { listeners: `${extra['listeners']},CONTROLLER://127.0.0.1:${controller}` }),
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');

/** Options for a JVM that lives for minutes: what it saves at the start it never loses again. */
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

function javaOnce(args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('java', [...quickStart, '-Xmx256m', '-cp', classpath, ...args], { cwd: cache });
    let out = '';
    child.stdout.on('data', chunk => (out += String(chunk)));
    child.stderr.on('data', chunk => (out += String(chunk)));
    child.once('error', reject);
    child.once('exit', code =>
      code === 0 ? resolve(out) : reject(new Error(`java ${args[0]} ended with ${code}:\n${out}`)),
    );
    child.stdin.end(input);
  });
}

const answers = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Waits until the broker takes requests and can coordinate groups. */
async function ready(brokers: string[], seconds = 60): Promise<void> {
  const kafka = new kafkajs.Kafka({
    brokers,
    clientId: 'probe',
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 2, initialRetryTime: 100 },
  });
  for (let left = seconds * 4; ; left--) {
    const admin = kafka.admin();
    try {
      await admin.connect();
      await admin.fetchOffsets({ groupId: 'probe', topics: [] });
      return;
    } catch (error) {
      if (left <= 0) throw error;
      await pause(250);
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }
}

/** What a broker of one's own may be given besides free ports. */
export interface BrokerExtras {
  /** Further listeners, in front of those that every broker has; `NAME://127.0.0.1:port`. */
  readonly listeners?: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
  /** Further arguments of `kafka.tools.StorageTool format`. */
  readonly format?: readonly string[];
  /** Options of the JVM. */
  readonly jvm?: readonly string[];
}

/** Starts a broker on free ports. `extra` are further lines of server.properties. */
export async function startBroker(
  extra: Readonly<Record<string, string>> = {},
  extras: BrokerExtras = {},
): Promise<Broker> {
  if (process.env['KAFKA_BROKERS'] && extras.listeners === undefined)
    return foreignBroker(process.env['KAFKA_BROKERS'].split(','));
  fetchJars();
  const directory = mkdtempSync(join(tmpdir(), 'leeway-kafka-'));
  const port = await freePort();
  const file = join(directory, 'server.properties');
  const settings = { ...extra, ...listenerSettings(port, extras.listeners ?? []) };
  writeFileSync(file, properties(port, await freePort(), join(directory, 'logs'), settings));
  // As Kafka makes them: no dash in front, which would look like an option.
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  await javaOnce(['kafka.tools.StorageTool', 'format', '-t', id, '-c', file, ...(extras.format ?? [])]);
  const brokers = [`127.0.0.1:${port}`];
  const start = async () => {
    const options = [...quickStart, ...(extras.jvm ?? []), '-Xmx768m', '-cp', classpath];
    const child = spawn('java', [...options, 'kafka.Kafka', file], { cwd: directory, stdio: 'ignore' });
    try {
      await ready(brokers);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return child;
  };
  let child: ChildProcess | null = await start();
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null) return;
    const exited = new Promise(resolve => ending.once('exit', resolve));
    ending.kill(signal);
    await Promise.race([exited, pause(15_000).then(() => ending.kill('SIGKILL'))]);
    while (await answers(port)) await pause(50);
  };
  // A test run that dies leaves no broker behind.
  process.once('exit', () => child?.kill('SIGKILL'));
  return {
    brokers,
    own: true,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      child = await start();
    },
    remove: async () => {
      await end('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
    tool: (javaClass, args, input) => javaOnce([javaClass, ...args], input),
  };
}

function foreignBroker(brokers: string[]): Broker {
  const refuse = () => Promise.reject(new Error('KAFKA_BROKERS is not ours to stop'));
  return {
    brokers,
    own: false,
    stop: refuse,
    kill: refuse,
    restart: refuse,
    remove: () => Promise.resolve(),
    tool: (javaClass, args, input) => {
      fetchJars();
      return javaOnce([javaClass, ...args], input);
    },
  };
}
