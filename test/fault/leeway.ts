import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** `leeway start` in a process of its own, as an operator runs it. */
export interface Leeway {
  readonly url: string;
  /** Everything it wrote to stderr, log lines among them. */
  said(): string;
  /** Log lines as objects; those of a code where one is given. */
  log(code?: string): LogLine[];
  ready(): Promise<{ readonly status: number; readonly reasons: readonly string[] }>;
  /** Sum of a metric's series. */
  metric(name: string): Promise<number>;
  /** One try to send rows under an Idempotency-Key: whether it was answered 200. */
  postOnce(key: string, rows: readonly object[]): Promise<boolean>;
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface LeewayOptions {
  /** The command line as one file (bundle.ts). */
  readonly program: string;
  readonly directory: string;
  /** As in a configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Folder of the configuration file, where the data directory's is not to be used. */
  readonly settings?: string;
  /** Put before the command: enters another namespace, sets limits. */
  readonly wrapper?: readonly string[];
}

/** A start that did not succeed: what the user read, and the exit code. */
export class NotStarted extends Error {
  readonly code: number | null;

  constructor(code: number | null, said: string) {
    super(said);
    this.code = code;
  }
}

/** Starts it and waits until it listens. Rejects with NotStarted when it ends before. */
export async function startLeeway(options: LeewayOptions): Promise<Leeway> {
  const { child, said, ended } = launch(options);
  const url = await listening(said, ended);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return ended;
  };
  const log = () => said().split('\n').flatMap(parseLine);
  return {
    url,
    said,
    log: code => log().filter(line => code === undefined || line['code'] === code),
    ready: async () => {
      const response = await fetch(`${url}/readyz`);
      const { reasons } = (await response.json()) as { reasons: string[] };
      return { status: response.status, reasons };
    },
    metric: async name => sumOf(await (await fetch(`${url}/metrics`)).text(), name),
    postOnce: async (key, rows) => {
      const body = rows.map(row => JSON.stringify(row)).join('\n');
      const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key };
      return (await fetch(`${url}/v1/inferences`, { method: 'POST', headers, body })).ok;
    },
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    ended,
  };
}

function launch({ program, directory, wrapper = [], ...more }: LeewayOptions) {
  const folder = more.settings ?? dirname(directory);
  const settings = join(folder, `${basename(directory)}.yaml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(settings, JSON.stringify(more.config ?? {}));
  const start = ['start', '--config', settings, '--data', directory, '--port', '0'];
  const [command, ...args] = [...wrapper, process.execPath, program, ...start];
  const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const ended = closed(child).finally(() => process.off('exit', endWithUs));
  return { child, said: () => text, ended };
}

async function closed(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

async function listening(said: () => string, ended: Promise<number | null>): Promise<string> {
  for (;;) {
    const url = /^Leeway listens on (\S+)/m.exec(said())?.[1];
    if (url !== undefined) return url;
    const code = await Promise.race([ended, pause(20)]);
    if (code !== 'paused') throw new NotStarted(code, said());
  }
}

function sumOf(text: string, name: string): number {
  const series = text.split('\n').filter(line => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function parseLine(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine];
  } catch {
    return [];
  }
}

export const pause = (milliseconds: number) =>
  new Promise<'paused'>(resolve => setTimeout(() => resolve('paused'), milliseconds));

/** Waits until `condition` holds; gives how long it took, seconds. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  seconds = 40,
): Promise<number> {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  while (!(await condition())) {
    if (passed() > seconds) throw new Error(`gave up waiting until ${what}`);
    await pause(50);
  }
  return passed();
}
