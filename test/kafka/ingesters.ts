import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { bundle } from '../fault/story/bundle.ts';

/** A service that only takes in, in a process of its own. */
export interface Ingester {
  readonly url: string;
  /** Lines of its log with this message, oldest first. */
  log(message: string): Readonly<Record<string, unknown>>[];
  /** Resident memory, bytes; read from the process table, so that one that is busy answers too. */
  memory(): number;
  /** Value of a metric; sum over its series. NaN when there is none. */
  metric(name: string): Promise<number>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
}

let script: Promise<string> | null = null;

/** Starts one with this configuration and waits until it listens. It ends with the process that started it. */
export async function startIngester(config: Readonly<Record<string, unknown>>): Promise<Ingester> {
  script ??= bundle('test/kafka/ingester.ts', 'ingester');
  const child = spawn(process.execPath, [await script, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const url = await listening(child, () => log);
  const metric = async (name: string) => {
    const text = await (await fetch(`${url}/metrics`)).text();
    const lines = text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    if (lines.length === 0) return Number.NaN;
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  };
  return {
    url,
    log: message =>
      log
        .split('\n')
        .filter(line => line.includes(`"msg":${JSON.stringify(message)}`))
        .map(line => JSON.parse(line) as Record<string, unknown>),
    memory: () => {
      const pages = Number(readFileSync(`/proc/${child.pid}/statm`, 'utf8').split(' ')[1]);
      return pages * 4096;
    },
    metric,
    signal: name => void child.kill(name),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

function listening(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', code =>
      reject(new Error(`it ended with ${code} before it listened:\n${log().slice(-3000)}`)),
    );
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const url = /listens on (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
