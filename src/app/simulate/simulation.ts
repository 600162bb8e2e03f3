import type { Clock } from '../../lib/clock.ts';
import { type Feature, parseFeatures } from '../../simulate/feature.ts';
import { createInjector, type Injected } from '../../simulate/injection.ts';
import { createLatencies } from '../../simulate/latency-shape.ts';
import { type Measured, measure } from '../../simulate/limits.ts';
import { createPopulation } from '../../simulate/population.ts';
import type { Sender } from '../../simulate/ports.ts';
import { factsOf, type NextRow, type Row } from '../../simulate/row.ts';
import { type RunEnd, runUsers } from '../../simulate/run.ts';
import { createTally, type Tally } from '../../simulate/tally.ts';
import { createTraffic } from '../../simulate/traffic.ts';
import { seededRandom } from '../../stats/random.ts';
import { openRowFile } from './file-rows.ts';
import { type FoundProblem, foundIn } from './found.ts';
import { createHttpSender } from './http-sender.ts';
import { openKafkaSender } from './kafka-sender.ts';
import { type MemoryTarget, openMemoryTarget } from './memory-sender.ts';
import type { SimulateRequest } from './request.ts';
import { acceptedAge, type Schedule, scheduleOf } from './schedule.ts';

export interface SimulateDeps {
  readonly clock: Clock;
  /** A clock that only goes on, milliseconds with parts. */
  readonly elapsed: () => number;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Told every second. */
  readonly everySecond: (now: Second) => void;
  /** Told once what is about to begin. */
  readonly begins: (of: {
    readonly target: string;
    readonly schedule: Schedule;
    /** Whether a service with the default retention would refuse the first rows for their age. */
    readonly tooOld: boolean;
  }) => void;
}

/** A run under way. */
export interface Second {
  readonly tally: Tally;
  readonly users: number;
  /** Milliseconds since the start, and what there is of it; infinite without an end. */
  readonly elapsed: number;
  readonly runTime: number;
  /** Event time of what is due now, epoch milliseconds. */
  readonly eventTime: number;
}

/** What a run came to. Times in epoch milliseconds. */
export interface Simulation extends RunEnd {
  readonly target: string;
  readonly model: string;
  readonly started: number;
  readonly from: number;
  /** Event time reached. */
  readonly to: number;
  readonly tally: Tally;
  readonly injected: readonly Injected[];
  readonly limits: readonly Measured[];
  /** What the service of a run in this process found and refused; null elsewhere. */
  readonly found: readonly FoundProblem[] | null;
}

const connectionsAtMost = 512;
/** Rows drawn to learn the standard deviations of a synthetic model. */
const drawnRows = 5_000;

/** Runs a simulation to its end. @throws LeewayError for what cannot be run, or makes no sense to go on with. */
export async function runSimulation(request: SimulateRequest, deps: SimulateDeps): Promise<Simulation> {
  const features = request.file === null ? parseFeatures(request.features) : [];
  const started = deps.clock.now();
  // What is wrong with the times is said before anything is opened; rows of a file are counted later.
  const early = scheduleOf(request, started, null);
  const opened = await openTarget(request, early, deps);
  try {
    const rows = await openRows(request, features, opened);
    try {
      return await drive({ request, deps, opened, rows, started });
    } finally {
      await rows.close();
    }
  } finally {
    await opened.sender.close();
  }
}

interface Opened {
  readonly sender: Sender;
  readonly memory: MemoryTarget | null;
}

async function openTarget(
  { target, users }: SimulateRequest,
  schedule: Schedule,
  { clock }: SimulateDeps,
): Promise<Opened> {
  switch (target.kind) {
    case 'http': {
      const connections = Math.min(users, connectionsAtMost);
      return { sender: createHttpSender({ ...target, connections, now: () => clock.now() }), memory: null };
    }
    case 'kafka':
      return { sender: await openKafkaSender(target, clock), memory: null };
    case 'memory': {
      const memory = await openMemoryTarget({ keep: target.keep, from: schedule.span.from });
      return { sender: memory, memory };
    }
  }
}

interface Rows {
  readonly next: NextRow;
  readonly sample: readonly Row[];
  /** Rows of a file that is sent once; null otherwise. */
  readonly rowCount: number | null;
  close(): Promise<void>;
}

async function openRows(
  request: SimulateRequest,
  features: readonly Feature[],
  { memory }: Opened,
): Promise<Rows> {
  const { file, once } = request;
  if (file === null) {
    const next = createPopulation(features, request.valueSeason);
    const random = seededRandom(request.seed);
    const sample = Array.from({ length: drawnRows }, (_, i) => next(i * 17_280, random));
    return { next, sample, rowCount: null, close: async () => undefined };
  }
  const delayedLabels = request.disorder.labels.share > 0;
  const database = memory?.app.storage.database ?? null;
  const opened = await openRowFile({ path: file, once, delayedLabels, database });
  return { ...opened, rowCount: once ? opened.rowCount : null };
}

interface Driving {
  readonly request: SimulateRequest;
  readonly deps: SimulateDeps;
  readonly opened: Opened;
  readonly rows: Rows;
  readonly started: number;
}

async function drive({ request, deps, opened, rows, started }: Driving): Promise<Simulation> {
  const { sender, memory } = opened;
  const schedule = scheduleOf(request, started, rows.rowCount);
  const { span, eventClock, runTime } = schedule;
  const injector = createInjector(request.drifts, factsOf(rows.sample), span);
  const latency = createLatencies({ shape: request.latency, step: request.latencyStep, span });
  const tally = createTally();
  const users = { active: 0 };
  const tooOld = memory === null && span.from < started - acceptedAge;
  deps.begins({ target: sender.target, schedule, tooOld });
  const zero = deps.elapsed();
  const elapsed = () => deps.elapsed() - zero;
  const plan = { ...request, rows: rows.next, injector, latency, from: span.from };
  const end = await runUsers(
    {
      arrivals: { ...request, batch: request.batch ?? usualBatch(request) },
      runTime,
      stopTimeout: request.stopTimeout,
      from: span.from,
      eventClock,
    },
    {
      sender,
      traffic: user => createTraffic(plan, user),
      tally,
      clock: deps.clock,
      elapsed,
      signal: deps.signal,
      everySecond: at => {
        const eventTime = eventClock.at(Math.min(at, runTime));
        deps.everySecond({ tally, users: users.active, elapsed: at, runTime, eventTime });
        tally.interval();
      },
    },
    users,
  );
  const model = request.model === '' ? String(rows.sample[0]?.payload['model'] ?? '') : request.model;
  const found = memory === null ? null : await foundIn(memory, { model, from: span.from, tally });
  return {
    ...end,
    target: sender.target,
    model,
    started,
    from: span.from,
    to: eventClock.at(Math.min(end.milliseconds, runTime)),
    tally,
    injected: injector.injected(),
    limits: measure(request.limits, tally, end.milliseconds / 1000),
    found,
  };
}

/** HTTP as clients send it, one by one; the others at most a hundred requests a second. */
function usualBatch({ target, rate }: SimulateRequest): number {
  if (target.kind === 'http') return 1;
  return Number.isFinite(rate) ? Math.min(500, Math.max(1, Math.ceil(rate / 100))) : 500;
}
