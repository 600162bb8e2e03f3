import { openDoor } from './app/door.ts';
import { createElection } from './app/election.ts';
import { createErasureKeeper } from './app/erasure-desk.ts';
import { fenced } from './app/fence.ts';
import { startIngest } from './app/ingest.ts';
import { createJobs, type Jobs, outboxPatience } from './app/jobs.ts';
import { createKeptReceivers } from './app/kept-receivers.ts';
import { openKeys } from './app/keys.ts';
import { createLiveConfig, type LiveConfig } from './app/live-config.ts';
import { createLiveDecoders } from './app/live-decoders.ts';
import { keepLockFile } from './app/lock-file.ts';
import { type AppOptions, allRoles, type Failpoint, type Role } from './app/options.ts';
import { createReading } from './app/reading.ts';
import { createReload } from './app/reload.ts';
import { meterRows, type RowMeter } from './app/row-meter.ts';
import { type RunClock, runTime } from './app/run-clock.ts';
import { createSettle } from './app/settle.ts';
import { createSources } from './app/sources.ts';
import { createStages, type Stages } from './app/stages.ts';
import { openStorage, type Storage } from './app/storage.ts';
import { createTelemetry, type Hiding } from './app/telemetry.ts';
import type { Config } from './config/schema.ts';
import type { Election } from './elect/election.ts';
import { createGate, type Gate } from './elect/gate.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { LeewayError } from './lib/errors.ts';
import type { Events } from './lib/events.ts';
import { createLifecycle } from './lib/lifecycle.ts';
import type { Publisher } from './publish/publisher.ts';
import type { Source } from './source/ports.ts';
import type { Replay } from './source/replay.ts';
import { createIntake, type Intake } from './store/intake.ts';

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
  /** Whether this process does the scheduled work now; of several over one database one does. */
  readonly leads: () => boolean;
  readonly storage: Storage;
  /** Goes on with another configuration as far as that can be without a restart; the log says what differs. */
  reload(read: () => Config): void;
  /** Stops intake, finishes what is in hand, marks, commits, flushes, closes. Idempotent. */
  stop(): Promise<void>;
  /** Rejects when the service cannot go on: the process should end with its message. */
  readonly failed: Promise<never>;
}

/** Limits of the intake that people do not set. */
const intakeLimits = { batchRows: 20_000, lingerMs: 250, maxWaitingRows: 100_000 };

/**
 * Starts the service: opens the store, builds the stages, connects them, and starts what the roles ask for.
 * Throws LeewayError when the configuration, the data directory or the address do not allow it; what was started by
 * then is stopped again.
 */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const clock = options.clock ?? systemClock;
  const live = createLiveConfig(config);
  const telemetry = createTelemetry(live.view, options.logs, clock, live.onChange);
  const { events: publisher, meter } = meterRows(telemetry, clock);
  const lifecycle = createLifecycle((name, error) =>
    publisher.problemOccurred({
      code: 'LW_STORE_FATAL',
      message: `${name} did not stop cleanly: ${String(error)}`,
    }),
  );
  try {
    const app = await assemble({
      config: live.view,
      onChange: live.onChange,
      options,
      clock,
      publisher,
      meter,
      lifecycle,
      hide: telemetry.hide,
    });
    return { ...app, reload: createReload(live, publisher) };
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

interface Parts {
  readonly config: Config;
  readonly onChange: LiveConfig['onChange'];
  readonly options: AppOptions;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly meter: RowMeter;
  readonly lifecycle: ReturnType<typeof createLifecycle>;
  readonly hide: Hiding['hide'];
}

async function assemble(parts: Parts): Promise<Omit<App, 'reload'>> {
  const { config, options, clock, publisher, lifecycle } = parts;
  const roles = rolesOf(options.roles ?? allRoles);
  const failpoint = options.failpoint ?? (() => undefined);
  const common: Common = { config, clock, random: Math.random, events: publisher, failpoint };
  const end = createEnd();
  let stopping = false;
  let settle = async (): Promise<void> => undefined;
  let url = '';

  const keys = openKeys({ config, clock, problem: publisher.problemOccurred });
  const storage = await openStorage(common);
  lifecycle.add('store', storage.close);
  const input = await openInput({ ...parts, common, storage, roles, gate: () => settle(), fail: end.fail });
  const { intake, sources } = input;
  const runClock = options.runClock ?? clockOf(input.replay, clock);
  const work = createWork({ ...parts, common, storage, roles, runClock, intake, url: () => url });
  const { jobs, stages, gate, election } = work;
  settle = createSettle(jobs, stages.retraining, { clock, stopping: () => stopping });

  const decoders = createLiveDecoders(config, parts.onChange);
  const erasures = createErasureKeeper({ ...common, storage, intake, gate });
  const door = await openDoor({
    ...common,
    ...work,
    runClock,
    storage,
    keys,
    intake,
    decoders,
    sources,
    publisher,
    meter: parts.meter,
    erasures,
    learning: work.learning.of,
    stopping: () => stopping,
  });
  url = door.url;
  lifecycle.add('http', door.close);
  const locked = { directory: config.data, door, key: keys.localKey, problem: publisher.problemOccurred };
  if (config.clickhouse === undefined) lifecycle.add('lock file', keepLockFile(locked));
  await election.start();
  await gate.enter();
  if (options.scheduled !== false) {
    jobs.schedule();
    if (roles.profile) lifecycle.add('erasures', erasures.schedule());
  }
  if (intake !== null) {
    const linger = runClock.kind === 'wall';
    const ingest = { ...common, sources, intake, decoders, linger, crashed: end.fail };
    lifecycle.add('sources', await startIngest(ingest));
  }
  const stop = () => {
    stopping = true;
    // Rows that wait for a store that is away would hold the stop up; whoever sent them sends them again.
    if (intake?.healthy === false) void intake.stop();
    return lifecycle.stop();
  };
  const leads = () => gate.isOpen;
  return { url, round: jobs.round, settle: () => settle(), leads, storage, stop, failed: end.failed };
}

type Roles = Readonly<Record<Role, boolean>>;

/** What every part is given. */
interface Common {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  readonly failpoint: (name: Failpoint) => void;
}

/** What comes in: the writer of rows, and the sources of the configuration and of the program that embeds Leeway. */
async function openInput(of: {
  readonly common: Common;
  readonly options: AppOptions;
  readonly storage: Storage;
  readonly roles: Roles;
  readonly gate: () => Promise<void>;
  readonly fail: (error: Error) => void;
}): Promise<{ intake: Intake | null; sources: readonly Source[]; replay: Replay | null }> {
  const { common, storage, roles, gate, fail } = of;
  const given = of.options.sources ?? [];
  if (!roles.ingest) return { intake: null, sources: given, replay: null };
  const limits = { ...intakeLimits, autoModels: common.config.limits.autoModels };
  const intake = await createIntake({ ...common, ...storage, limits, onFatal: fail });
  const made = await createSources({ ...common, ...storage, gate });
  return { intake, sources: [...made.sources, ...given], replay: made.replay };
}

/** What is done with the rows: the stages, who leads, and the jobs. Nothing runs yet. */
function createWork(of: {
  readonly common: Common;
  readonly options: AppOptions;
  readonly lifecycle: Parts['lifecycle'];
  readonly hide: Parts['hide'];
  readonly storage: Storage;
  readonly roles: Roles;
  readonly runClock: RunClock;
  readonly intake: Intake | null;
  readonly url: () => string;
}) {
  const { common, options, lifecycle, storage, roles, runClock, intake, url } = of;
  const { config, clock } = common;
  const learning = createLearning();
  const election = createElection({ ...common, roles });
  const publicUrl = () => config.listen.publicUrl ?? config.election?.publicUrl ?? url();
  const { secretsKeys } = config;
  const kept = createKeptReceivers({ ...common, store: storage.receivers, secretsKeys, hide: of.hide });
  const stages = createStages({
    ...common,
    storage,
    kept,
    runClock,
    publicUrl,
    policy: options.policy,
    prove: election.prove,
  });
  lifecycle.add('channels', stages.close);
  if (intake !== null) lifecycle.add('intake', () => intake.stop());
  lifecycle.add('election', election.stop);
  const takeOver = async () => {
    if (roles.act) await recoverAct(stages, clock, runTime(runClock, config.latenessSeconds));
  };
  const gate = createGate({ election, takeOver });
  const jobs = wireJobs({ ...common, storage, stages, roles, runClock, learning, election, gate });
  lifecycle.add('jobs', jobs.stop);
  return { learning, election, stages, gate, jobs, publicUrl, kept };
}

function wireJobs(of: {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly storage: Storage;
  readonly stages: Stages;
  readonly roles: Roles;
  readonly runClock: RunClock;
  readonly learning: ReturnType<typeof createLearning>;
  readonly election: Election;
  readonly gate: Gate;
}): Jobs {
  const { config, storage, runClock, stages } = of;
  return createJobs({
    ...of,
    ...stages,
    baselines: { learn: fenced(of.election.prove, stages.baselines.learn) },
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
  await stages.outbox.tick(clock.sleep(outboxPatience));
  await stages.actor.recover(now);
}

function rolesOf(roles: readonly Role[]): Roles {
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
