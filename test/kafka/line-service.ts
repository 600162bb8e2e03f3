import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../src/app/options.ts';

/** `leeway start` in a process of its own, from the compiled code: what an operator runs. */
export interface LineService {
  /** Address of its HTTP interface, once it listens; rejects when it ends before. */
  readonly url: Promise<string>;
  /** Lines of its log with this message (all of them without one), oldest first. */
  log(message?: string): LogLine[];
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface ServiceOptions {
  readonly directory: string;
  readonly roles: readonly Role[];
  /** As in a configuration file. */
  readonly config: Readonly<Record<string, unknown>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist', 'cli', 'main.js');

/** Compiles the code if it is newer than dist/: the processes start from there. */
export function buildService(): void {
  if (isFresh()) return;
  const done = spawnSync('npm', ['run', '-s', 'build:code'], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the code does not compile:\n${done.stdout}${done.stderr}`);
}

function isFresh(): boolean {
  const built = statSync(main, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
  return files.every(
    file =>
      !/(?<!\.test)\.ts$/.test(file.name) || statSync(join(file.parentPath, file.name)).mtimeMs <= built,
  );
}

/** Starts a service; `url` resolves when it listens. It ends with the process that started it. */
export function startService({ directory, roles, config }: ServiceOptions): LineService {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'leeway.yaml');
  writeFileSync(file, JSON.stringify(config));
  const args = ['start', '--config', file, '--data', directory, '--port', '0', '--roles', roles.join()];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const lines: LogLine[] = [];
  const url = new Promise<string>((resolve, reject) => {
    child.once('exit', code => {
      const last = lines.slice(-20).map(line => JSON.stringify(line));
      reject(new Error(`the service ended with ${code} before it listened:\n${last.join('\n')}`));
    });
    readLines(child, line => {
      const address = /^Leeway listens on (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
      lines.push(parseLine(line));
    });
  });
  url.catch(() => undefined);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };
  return {
    url,
    log: message => (message === undefined ? lines : lines.filter(line => line.msg === message)),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  let rest = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part !== '') take(part);
  });
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { msg: line };
  }
}
