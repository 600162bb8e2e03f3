import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { openServer } from '../../src/store/server.ts';
import { createHistory, hourMs, model, stepHours, trainingRows } from '../fault/story/history.ts';
import { type Arrived, startReceiver } from '../fault/story/receiver.ts';
import { readState, type State } from '../fault/story/state.ts';
import { startRig } from '../rig/start.ts';
import type { DetectorOptions, Strike } from './detector.ts';
import { startFront } from './front.ts';
import { pause, until } from './harness.ts';

/** A strike, and from which step of the story on. */
export interface PlannedStrike extends Strike {
  readonly step: number;
}

export interface StoryPlan {
  /** Bundled programs. */
  readonly detector: string;
  readonly rig: string;
  readonly directory: string;
  /** One name without an election, two with. */
  readonly names: readonly string[];
  readonly election: Readonly<Record<string, unknown>> | null;
  /** Where the history begins, epoch milliseconds, and how many of its steps are told. */
  readonly start: number;
  readonly steps: number;
  readonly strikes: readonly PlannedStrike[];
}

/** A takeover: who was struck where, and how long nobody led. */
export interface Takeover {
  readonly struck: string;
  readonly point: string;
  readonly signal: string;
  readonly seconds: number;
}

export interface Told {
  readonly state: State;
  readonly arrived: readonly Arrived[];
  readonly takeovers: readonly Takeover[];
  /** Points that a process passed after it was woken and before it led again. */
  readonly afterwards: readonly string[];
  /** Windows whose findings of one generation differ, and transitions that stand there twice. */
  readonly doubled: readonly unknown[];
}

/** Steps of the history told at once at the beginning: nothing happens in them. */
const calmSteps = 4;

interface Mark {
  readonly name: string;
  readonly at: number;
}

/** Tells the story to one or two detectors, striking whoever passes the planned points. */
export async function tellStory(plan: StoryPlan): Promise<Told> {
  const { directory, names } = plan;
  mkdirSync(directory, { recursive: true });
  const receiver = await startReceiver();
  const store = await startRig({ directory: join(directory, 'store'), script: plan.rig });
  const ports = await Promise.all(names.map(freePort));
  const front = await startFront(ports.map(port => `http://127.0.0.1:${port}`));
  const options = {
    directory,
    clickhouse: store.url,
    receiver: receiver.url,
    publicUrl: front.url,
    election: plan.election,
    start: plan.start,
    begun: Date.now(),
  };
  const cast = names.map((name, i) => createMember(plan.detector, { ...options, name, port: ports[i]! }));
  writeFileSync(join(directory, 'clock'), String(plan.start));
  const database = await openServer({ url: store.url, username: 'default', password: '' });
  const query = (sql: string) => database.rows<Record<string, unknown>>(sql);
  try {
    for (const member of cast) await member.start();
    await post(`${front.url}/v1/models/${model}/baselines`, 'application/x-ndjson', trainingRows(plan.start));
    await post(`${front.url}/v1/models/${model}/arm`, 'application/json', '{"armed":true,"by":"test"}');
    const stage: Stage = { plan, cast, front: front.url, takeovers: [], query, strikes: [...plan.strikes] };
    for (let step = 0; step < plan.steps; step++) await tell(stage, step);
    for (const member of cast) await member.stop();
    const now = plan.start + (plan.steps + calmSteps - 1) * stepHours * hourMs;
    return {
      state: await readState(database, 'leeway', now),
      arrived: receiver.arrived,
      takeovers: stage.takeovers,
      afterwards: cast.flatMap(afterwards),
      doubled: await query(doubled),
    };
  } finally {
    for (const member of cast) member.kill();
    await database.close();
    await front.close();
    await receiver.close();
    await store.kill();
  }
}

interface Stage {
  readonly plan: StoryPlan;
  readonly cast: readonly Member[];
  readonly front: string;
  readonly takeovers: Takeover[];
  readonly strikes: PlannedStrike[];
  readonly query: (sql: string) => Promise<readonly Record<string, unknown>[]>;
}

/** One step: its records arrive, time moves on, and everything is done that is due, through all that is struck. */
async function tell(stage: Stage, step: number): Promise<void> {
  const { plan, front } = stage;
  const history = createHistory(plan.start);
  const steps = history.steps.slice(calmSteps - 1);
  const body = history.lines.slice(step === 0 ? 0 : steps[step - 1], steps[step]).join('\n');
  await post(`${front}/v1/inferences`, 'application/x-ndjson', body, `step-${step}`);
  const strikeFile = join(plan.directory, 'strike');
  const next = stage.strikes[0];
  if (next !== undefined && next.step <= step && !existsSync(strikeFile))
    writeFileSync(strikeFile, JSON.stringify(next));
  const armed = existsSync(strikeFile) ? stage.strikes[0] : undefined;
  const time = plan.start + (step + calmSteps) * stepHours * hourMs;
  writeFileSync(join(plan.directory, 'clock'), String(time));
  await until(
    `step ${step} is over`,
    async () => {
      if (armed !== undefined && stage.strikes[0] === armed && !existsSync(strikeFile)) {
        stage.strikes.shift();
        await followStrike(stage, armed);
      }
      return isQuiet(stage, time);
    },
    120,
  );
}

/** Two rounds in which nothing was left to do, and no order under way. */
async function isQuiet({ cast, query }: Stage, time: number): Promise<boolean> {
  const rounds = cast
    .flatMap(member => member.marks())
    .filter(({ name }) => name.startsWith('round-'))
    .sort((a, b) => a.at - b.at)
    .slice(-2);
  if (rounds.length < 2 || rounds.some(({ name }) => name !== `round-${time}-0`)) return false;
  const open = await query(
    `SELECT id FROM (SELECT id, argMax(state, step) AS state FROM leeway.orders FINAL GROUP BY id)
     WHERE state IN ('requested', 'sent', 'running', 'succeeded')`,
  );
  return open.length === 0;
}

/** Waits for another leader; then the struck one comes back. */
async function followStrike(stage: Stage, strike: Strike): Promise<void> {
  const { cast } = stage;
  const hit = `struck-${strike.signal}`;
  const when = (member: Member) => member.marks().findLast(({ name }) => name === hit)?.at ?? 0;
  const struck = cast.reduce((last, member) => (when(member) > when(last) ? member : last));
  const at = when(struck);
  const others = cast.filter(member => member !== struck);
  const led = () => others.flatMap(member => member.marks()).find(m => m.name === 'leads' && m.at > at);
  await until(`another leads after ${hit}`, () => led() !== undefined, 60);
  stage.takeovers.push({
    struck: struck.name,
    point: strike.point,
    signal: strike.signal,
    seconds: (led()!.at - at) / 1000,
  });
  if (strike.signal === 'SIGSTOP') struck.wake();
  else await struck.start();
}

/** What a woken process passed before it led again. */
function afterwards(member: Member): string[] {
  let woken = false;
  return (
    [...member.marks(), ...member.elected().map(at => ({ name: 'elected', at }))]
      .sort((a, b) => a.at - b.at)
      .filter(({ name }) => {
        if (name === 'struck-SIGSTOP') woken = true;
        if (name === 'elected' || name === 'up') woken = false;
        return woken;
      })
      .map(({ name }) => name)
      // Every process goes on taking rows in.
      .filter(name => !['struck-SIGSTOP', 'follows', 'rows-inserted', 'marked', 'committed'].includes(name))
  );
}

/** Findings FINAL are one for each key; of one generation and baseline they say the same wherever they were made. */
const doubled = `SELECT model, window_start, window_seconds, check, subject, generation, count() AS n
  FROM (SELECT DISTINCT * EXCEPT (at) FROM leeway.findings WHERE check != 'reused')
  GROUP BY model, environment, window_start, window_seconds, check, subject, version, segment, generation, baseline
  HAVING n > 1`;

interface Member {
  readonly name: string;
  start(): Promise<void>;
  wake(): void;
  kill(): void;
  stop(): Promise<void>;
  marks(): readonly Mark[];
  /** When it was elected, epoch milliseconds: before it takes over. */
  elected(): readonly number[];
}

function createMember(script: string, options: DetectorOptions): Member {
  const { name, directory } = options;
  const file = join(directory, `marks-${name}`);
  const marks = () => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map(line => ({ name: line.split(' ')[0]!, at: Number(line.split(' ')[1]) }));
  };
  let child: ChildProcess | null = null;
  process.once('exit', () => child?.kill('SIGKILL'));
  return {
    name,
    marks,
    elected: () =>
      readFileSync(join(directory, `log-${name}`), 'utf8')
        .split('\n')
        .filter(line => line.includes('"this process leads"'))
        .map(line => Date.parse((JSON.parse(line) as { time: string }).time)),
    start: async () => {
      const ups = () => marks().filter(mark => mark.name === 'up').length;
      const before = ups();
      const log = openSync(join(directory, `log-${name}`), 'a');
      child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', log, log] });
      closeSync(log);
      const starting = child;
      await until(`${name} is up`, () => {
        if (starting.exitCode !== null)
          throw new Error(
            `${name} ended:\n${readFileSync(join(directory, `log-${name}`), 'utf8').slice(-3000)}`,
          );
        return ups() > before;
      });
    },
    wake: () => void child?.kill('SIGCONT'),
    kill: () => void child?.kill('SIGKILL'),
    stop: async () => {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await Promise.race([exited, pause(15_000).then(() => child?.kill('SIGKILL'))]);
    },
  };
}

/** Posts until it is taken: a process may just have been struck. */
async function post(url: string, type: string, body: string, key = ''): Promise<void> {
  const headers = { 'content-type': type, ...(key === '' ? {} : { 'idempotency-key': key }) };
  await until(`${url} takes it`, async () => {
    const answer = await fetch(url, { method: 'POST', headers, body });
    if (answer.status >= 400 && answer.status < 500) throw new Error(`${url}: ${await answer.text()}`);
    return answer.ok;
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}
