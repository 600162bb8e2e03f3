import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../../src/lib/clock.ts';
import { type Rig, startRig } from '../../rig/start.ts';
import type { Bundle } from './bundle.ts';
import { createHistory } from './history.ts';
import type { Standing, TimedKill, Victim } from './kill-plan.ts';
import { type Arrived, startReceiver } from './receiver.ts';
import type { ServiceOptions } from './service.ts';
import type { State } from './state.ts';

/** A point that was passed, and when: epoch milliseconds. */
export interface Mark {
  readonly name: string;
  readonly at: number;
}

/** A kill that happened. */
export interface Kill {
  readonly victim: Victim;
  /** Last point passed before. */
  readonly after: string;
  /** Epoch milliseconds: when, and for a store when it was back. */
  readonly at: number;
  readonly back: number;
}

/** A run of the service from the first record to the last, over as many lives as it takes. */
export interface Run {
  readonly directory: string;
  readonly state: State;
  readonly arrived: readonly Arrived[];
  /** Every point passed, in order, over all lives. */
  readonly marks: readonly Mark[];
  readonly killed: readonly Kill[];
  readonly seconds: number;
  /** From the first life's begin until it reads, milliseconds. */
  readonly startMs: number;
}

/** Where the rows are: chDB in the service, or a ClickHouse behind HTTP. */
export type Over = 'embedded' | 'http';

export interface RunPlan {
  readonly over: Over;
  readonly directory: string;
  /** Where the history begins, epoch milliseconds. */
  readonly start: number;
  /** Failpoints at which the service kills itself, with the numbers of the hits. */
  readonly kills?: ServiceOptions['kills'];
  /** Asked for the next kill. */
  readonly next?: (standing: Standing) => TimedKill | undefined;
}

/** Runs the history to its end, killing the service or its store on the way as planned. */
export async function runLives(bundle: Bundle, plan: RunPlan): Promise<Run> {
  const { directory, start, kills = {} } = plan;
  mkdirSync(directory, { recursive: true });
  const receiver = await startReceiver();
  const store = plan.over === 'http' ? await createStore(bundle, join(directory, 'store')) : null;
  const begun = systemClock.now();
  const common = { directory, start, begun, port: await freePort(), receiver: receiver.url, kills };
  const options = { ...common, clickhouse: store?.url ?? null };
  try {
    await live(bundle.service, { ...options, prepare: true }).ended;
    const began = performance.now();
    const killed: Kill[] = [];
    const stage: Stage = { plan, store, killed, starts: [], records: createHistory(start).lines.length };
    while (await disturbedLife(bundle.service, { ...options, prepare: false }, stage));
    return {
      directory,
      state: JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as State,
      arrived: receiver.arrived,
      marks: marksOf(directory),
      killed,
      seconds: (performance.now() - began) / 1000,
      startMs: stage.starts[0]!,
    };
  } finally {
    await receiver.close();
    await store?.close();
  }
}

interface Stage {
  readonly plan: RunPlan;
  readonly store: Store | null;
  readonly killed: Kill[];
  /** How long each start took, or takes at least, milliseconds. */
  readonly starts: number[];
  readonly records: number;
}

/** One life, and the kills that fall into it. Resolves to whether another must follow. */
async function disturbedLife(service: string, options: ServiceOptions, stage: Stage): Promise<boolean> {
  const { plan, store, killed, starts } = stage;
  const last = () => marksOf(options.directory).at(-1)?.name ?? 'start';
  const over = new AbortController();
  const began = systemClock.now();
  const life = live(service, options, over);
  const kill = async () => {
    for (;;) {
      const next = plan.next?.({
        read: offsetOf(options.directory) / stage.records,
        startMs: starts.at(-1) ?? null,
      });
      if (next === undefined) return;
      await systemClock.sleep(next.afterMs, over.signal);
      if (next.victim === 'service') return life.child.kill('SIGKILL');
      const at = systemClock.now();
      const after = last();
      const back = await store!.bounce(next.awayMs);
      killed.push({ victim: 'store', after, at, back });
    }
  };
  // Ends with the life: what was not due by then is not done.
  const killing = kill().catch(() => undefined);
  const end = await life.ended;
  await killing;
  const reads = marksOf(options.directory).find(({ name, at }) => name === 'step' && at >= began);
  // One that was killed before it read says only how long it takes at least.
  const lasted = (reads?.at ?? systemClock.now()) - began;
  starts.push(reads === undefined ? Math.max(lasted, starts.at(-1) ?? 0) : lasted);
  if (end === 'killed') {
    const at = systemClock.now();
    killed.push({ victim: 'service', after: last(), at, back: at });
  }
  if (end === 'store-away' && !killed.some(({ victim }) => victim === 'store'))
    throw new Error('the service ended for a store that was never away');
  return end !== 'done';
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

/** How a life ended: with the history read, by a kill, or before HTTP was open because the store was killed. */
type End = 'done' | 'killed' | 'store-away';

function live(service: string, options: ServiceOptions, over = new AbortController()) {
  const child = spawn(process.execPath, [service, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', chunk => {
    errors += String(chunk);
  });
  const end = async (): Promise<End> => {
    const { code, signal } = await closed(child);
    over.abort();
    if (signal === 'SIGKILL') return 'killed';
    if (code === 0) return 'done';
    if (!options.prepare && /^the store went away/m.test(errors)) return 'store-away';
    throw new Error(`the service ended with ${code ?? signal}: ${errors}`);
  };
  return { child, ended: end() };
}

function closed(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal })));
}

/** A ClickHouse that can be killed and comes back at its address. */
interface Store {
  readonly url: string;
  /** SIGKILL, and started again after `awayMs`. Resolves with when it was back, epoch milliseconds. */
  bounce(awayMs: number): Promise<number>;
  close(): Promise<void>;
}

async function createStore(bundle: Bundle, directory: string): Promise<Store> {
  let rig: Rig = await startRig({ directory, script: bundle.rig });
  const { url } = rig;
  return {
    url,
    bounce: async awayMs => {
      await rig.kill();
      await systemClock.sleep(awayMs);
      rig = await startRig({ directory, script: bundle.rig, port: Number(new URL(url).port) });
      return systemClock.now();
    },
    close: () => rig.kill(),
  };
}

/** A port that every life of a run takes: the messages hold the service's address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
