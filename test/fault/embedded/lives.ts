import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { build } from 'vite';
import { systemClock } from '../../../src/lib/clock.ts';
import type { ServiceOptions } from '../service.ts';
import { createHistory } from './history.ts';
import { type Arrived, startReceiver } from './receiver.ts';
import type { State } from './state.ts';

/** A point that was passed, and when: epoch milliseconds. */
export interface Mark {
  readonly name: string;
  readonly at: number;
}

/** A run of the service from the first record to the last, over as many lives as it takes. */
export interface Run {
  readonly directory: string;
  readonly state: State;
  readonly arrived: readonly Arrived[];
  /** Every point passed, in order, over all lives. */
  readonly marks: readonly Mark[];
  /** Last point passed before each kill. */
  readonly killed: readonly string[];
  readonly seconds: number;
}

export interface RunPlan {
  readonly directory: string;
  /** Where the history begins, epoch milliseconds. */
  readonly start: number;
  /** Failpoints at which the service kills itself, with the numbers of the hits. */
  readonly kills?: ServiceOptions['kills'];
  /** Asked at the start of each life, with the share of the history that is read: milliseconds until it is killed. */
  readonly delay?: (read: number) => number | undefined;
}

/** The service as one file, so that it starts quickly and as it is in the sources now. Returns its path. */
export async function bundleService(): Promise<string> {
  // Two levels below the root, as the sources are.
  const outDir = join(process.cwd(), '.cache', 'fault');
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: 'test/fault/service.ts',
      outDir,
      emptyOutDir: false,
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'service.js' } },
    },
  });
  return join(outDir, 'service.js');
}

/** Runs the history to its end, killing the service on the way as planned. */
export async function runLives(service: string, plan: RunPlan): Promise<Run> {
  const { directory, start, kills = {}, delay = () => undefined } = plan;
  mkdirSync(directory, { recursive: true });
  const receiver = await startReceiver();
  const begun = systemClock.now();
  const common = { directory, start, begun, port: await freePort(), receiver: receiver.url, kills };
  const records = createHistory(start).lines.length;
  try {
    await live(service, { ...common, prepare: true });
    const began = performance.now();
    const killed: string[] = [];
    while (await live(service, { ...common, prepare: false }, delay(offsetOf(directory) / records)))
      killed.push(marksOf(directory).at(-1)?.name ?? 'start');
    return {
      directory,
      state: JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as State,
      arrived: receiver.arrived,
      marks: marksOf(directory),
      killed,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await receiver.close();
  }
}

function offsetOf(directory: string): number {
  const file = join(directory, 'offset');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
}

function marksOf(directory: string): Mark[] {
  const file = join(directory, 'marks');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.slice(0, -1).map(line => ({ name: line.split(' ')[0]!, at: Number(line.split(' ')[1]) }));
}

/** One life. Resolves to whether it was killed. */
async function live(service: string, options: ServiceOptions, delay?: number): Promise<boolean> {
  const child = spawn(process.execPath, [service, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const timer = delay === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), delay);
  let errors = '';
  child.stderr.on('data', chunk => {
    errors += String(chunk);
  });
  const { code, signal } = await ended(child);
  clearTimeout(timer);
  if (signal === 'SIGKILL') return true;
  if (code !== 0) throw new Error(`the service ended with ${code ?? signal}: ${errors}`);
  return false;
}

function ended(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal })));
}

/** A port that every life of a run takes: the messages hold the service's address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
