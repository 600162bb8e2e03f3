import { createDecoders } from './app/decoders.ts';
import { openDoor } from './app/door.ts';
import { startIngest } from './app/ingest.ts';
import { createJobs, type Jobs } from './app/jobs.ts';
import { writeLockFile } from './app/lock-file.ts';
import { type AppOptions, allRoles, type Role } from './app/options.ts';
import { createReading } from './app/reading.ts';
import { type RunClock, runTime } from './app/run-clock.ts';
import { createSettle } from './app/settle.ts';
import { createSources } from './app/sources.ts';
import { createStages, type Stages } from './app/stages.ts';
import { openStorage, type Storage } from './app/storage.ts';
import { createTelemetry } from './app/telemetry.ts';
import type { Config } from './config/schema.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { LeewayError } from './lib/errors.ts';
import type { Events } from './lib/events.ts';
import { createLifecycle } from './lib/lifecycle.ts';
import type { Source } from './source/ports.ts';
import type { Replay } from './source/replay.ts';
import { createIntake } from './store/intake.ts';

export { type AppOptions, allRoles, type Role } from './app/options.ts';
export { loadConfig } from './config/load.ts';

/** A running Leeway. */
export interface App {
  /** Address of the HTTP interface. */
  readonly url: string;
  /** One round of the jobs now, besides those that are scheduled. */
  readonly round: Jobs['round'];
  /** A round, and more of them while an order is under way. */
  readonly settle: () => Promise<void>;
  readonly storage: Storage;
  /** Stops intake, finishes what is in hand, marks, commits, flushes, closes. Idempotent. */
  stop(): Promise<void>;
  /** Rejects when the service cannot go on: the process should end with its message. */
  readonly failed: Promise<never>;
}

const noSources: { readonly sources: readonly Source[]; readonly replay: Replay | null } = {
  sources: [],
  replay: null,
};

/** Limits of the intake that people do not set. */
const intakeLimits = { batchRows: 20_000, lingerMs: 250, maxWaitingRows: 100_000 };

/**
 * Starts the service: opens the store, builds the stages, connects them, and starts what the roles ask for.
 * Throws LeewayError when the configuration, the data directory or the address do not allow it; what was started by
 * then is stopped again.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const clock = options.clock ?? systemClock;
  const publisher = createTelemetry(config, options.logs, clock);
  const lifecycle = createLifecycle((name, error) =>
    publisher.problemOccurred({
      code: 'LW_STORE_FATAL',
      message: `${name} did not stop cleanly: ${String(error)}`,
    }),
  );
  try {
    return await assemble({ config, options, clock, publisher, lifecycle });
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

interface Parts {
  readonly config: Config;
  readonly options: AppOptions;
  readonly clock: Clock;
  readonly publisher: ReturnType<typeof createTelemetry>;
  readonly lifecycle: ReturnType<typeof createLifecycle>;
}

async function assemble({ config, options, clock, publisher, lifecycle }: Parts): Promise<App> {
  const roles = rolesOf(options.roles ?? allRoles);
  const random = Math.random;
  const failpoint = options.failpoint ?? (() => undefined);
  const common = { config, clock, random, events: publisher, failpoint };
  const end = createEnd();
  let stopping = false;
  let settle = async (): Promise<void> => undefined;

  const storage = await openStorage(common);
  lifecycle.add('store', storage.close);
  const limits = { ...intakeLimits, autoModels: config.limits.autoModels };
  const intake = roles.ingest
    ? await createIntake({ ...common, ...storage, limits, onFatal: end.fail })
    : null;
  const made = roles.ingest
    ? await createSources({ ...common, ...storage, gate: () => settle() })
    : noSources;
  const sources = [...made.sources, ...(options.sources ?? [])];
  const runClock = options.runClock ?? clockOf(made.replay, clock);

  let url = '';
  const learning = createLearning();
  const stages = createStages({ ...common, storage, runClock, publicUrl: () => url, policy: options.policy });
  lifecycle.add('channels', stages.close);
  if (intake !== null) lifecycle.add('intake', () => intake.stop());
  const jobs = wireJobs({ ...common, storage, stages, roles, runClock, learning });
  lifecycle.add('jobs', jobs.stop);
  settle = createSettle(jobs, stages.retraining, { clock, stopping: () => stopping });

  const decoders = createDecoders(config);
  const door = await openDoor({
    ...common,
    runClock,
    storage,
    intake,
    decoders,
    stages,
    sources,
    publisher,
    learning: learning.of,
    stopping: () => stopping,
  });
  url = door.url;
  lifecycle.add('http', door.close);
  if (config.clickhouse === undefined)
    lifecycle.add('lock file', writeLockFile(config.data, { url, pid: process.pid }));
  if (roles.act) await recoverAct(stages, clock, runTime(runClock, config.latenessSeconds));
  if (options.scheduled !== false) jobs.schedule();
  const linger = runClock.kind === 'wall';
  if (intake !== null)
    lifecycle.add(
      'sources',
      await startIngest({ ...common, sources, intake, decoders, linger, crashed: end.fail }),
    );
  const stop = () => {
    stopping = true;
    // Rows that wait for a store that is away would hold the stop up; whoever sent them sends them again.
    if (intake?.healthy === false) void intake.stop();
    return lifecycle.stop();
  };
  return { url, round: jobs.round, settle: () => settle(), storage, stop, failed: end.failed };
}

function wireJobs(of: {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly storage: Storage;
  readonly stages: Stages;
  readonly roles: Readonly<Record<Role, boolean>>;
  readonly runClock: RunClock;
  readonly learning: ReturnType<typeof createLearning>;
}): Jobs {
  const { config, storage, runClock } = of;
  return createJobs({
    ...of,
    ...of.stages,
    streams: () => storage.windows.streams(),
    readUpTo: createReading(storage.progress, config, runClock),
    record: run => storage.jobRuns.append([run]),
    latenessSeconds: config.latenessSeconds,
    onLearning: of.learning.note,
  });
}

/** What the streams without a baseline still need, as sentences. */
function createLearning() {
  const sentences = new Map<string, string>();
  const key = (model: string, environment: string) => JSON.stringify([model, environment]);
  return {
    note: (stream: { readonly model: string; readonly environment: string }, sentence: string) =>
      void sentences.set(key(stream.model, stream.environment), sentence),
    of: (model: string, environment: string) => sentences.get(key(model, environment)) ?? '',
  };
}

/** Orders under way first; then receivers are known; then what was judged and not decided on. */
async function recoverAct(stages: Stages, clock: Clock, now: (windowEnd: number) => number): Promise<void> {
  await stages.retraining.recover();
  await stages.outbox.tick(clock.now());
  await stages.actor.recover(now);
}

function rolesOf(roles: readonly Role[]): Readonly<Record<Role, boolean>> {
  // Alerts are decided on what this process has judged; the findings of another process would be missed.
  if (roles.includes('act') && !roles.includes('detect'))
    throw new LeewayError('LW_USAGE', 'the role act needs the role detect in the same process');
  return Object.fromEntries(allRoles.map(role => [role, roles.includes(role)])) as Record<Role, boolean>;
}

/** A replay's position is the clock of a service that replays; the wall clock otherwise. */
function clockOf(replay: Replay | null, clock: Clock): RunClock {
  if (replay === null) return { kind: 'wall', now: () => clock.now() };
  return { kind: 'event', now: () => replay.eventTime };
}

function createEnd(): { readonly failed: Promise<never>; fail(error: Error): void } {
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  return { failed, fail: error => fail(error) };
}
