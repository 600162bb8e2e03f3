import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { Intake, Source, SourceState } from './ports.ts';
import { type ReplayPlan, replayBatch, replayPartition, replaySteps } from './replay-steps.ts';
import { messageOf, storeAgain } from './storing.ts';

export interface ReplayOptions extends ReplayPlan {
  /** Event seconds per second of wall time; Infinity goes as fast as the gate lets it. */
  readonly speed: number;
  /** Wall clock: the pace, and the waits when the store is away. */
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
  /** Awaited after each step with the event time reached: resolves when the jobs have caught up and no order is in flight. */
  readonly gate: (eventTime: number) => Promise<void>;
}

export interface Replay extends Source {
  /** Event time reached, epoch milliseconds: everything before it has been stored. The clock of the run. */
  readonly eventTime: number;
  /** Rows stored so far. */
  readonly rowsStored: number;
  /** Resolves when the last row is stored and the gate has let it through, or when the replay was stopped. */
  readonly done: Promise<void>;
}

/** How long a stop waits for the batch in hand, milliseconds. */
const stopGrace = 6_000;

/** Where a replay stands. */
interface Run {
  state: SourceState;
  eventTime: number;
  rowsStored: number;
  position: string;
  /** Stop after the batch in hand. */
  readonly stopping: AbortController;
  /** Do not even wait for that one any more. */
  readonly letGo: AbortController;
  /** Resolves while it is not paused. */
  paused: Promise<void>;
  unpause: (() => void) | null;
}

/**
 * Plays a file as if it came in live, in steps of event time. Rows are delivered in the file's order; positions are the
 * file's content hash and the row number, and event times depend on nothing but the options, so a replay that is started
 * again writes the same rows.
 */
export function createReplay(options: ReplayOptions): Replay {
  const run: Run = {
    state: 'stopped',
    eventTime: options.from,
    rowsStored: 0,
    position: '',
    stopping: new AbortController(),
    letGo: new AbortController(),
    paused: Promise.resolve(),
    unpause: null,
  };
  let finish: () => void = () => {};
  const done = new Promise<void>(resolve => (finish = resolve));
  return {
    name: options.name,
    done,
    get state() {
      return run.state;
    },
    get eventTime() {
      return run.eventTime;
    },
    get rowsStored() {
      return run.rowsStored;
    },
    start: async intake => {
      if (run.state !== 'stopped' || run.stopping.signal.aborted) return;
      run.state = run.unpause === null ? 'running' : 'paused';
      options.events.sourceStarted({ source: options.name, detail: `${options.rowCount} rows` });
      void play(options, run, intake)
        .catch(error => crash(options, run, { intake, error }))
        .finally(finish);
    },
    pause: reason => pause(options, run, reason),
    resume: () => resume(options, run),
    stop: () => stop(options, run, done),
  };
}

async function play(options: ReplayOptions, run: Run, intake: Intake): Promise<void> {
  const began = options.clock.now();
  const stopping = run.stopping.signal;
  for await (const step of replaySteps(options)) {
    for (const records of step.batches) {
      await run.paused;
      if (stopping.aborted) return;
      const batch = replayBatch(options, records, run.rowsStored + records.length);
      await storeAgain({ ...options, store: intake.store }, batch, run.letGo.signal);
      run.rowsStored += records.length;
      run.position = batch.lastPosition;
    }
    run.eventTime = step.end;
    const { position, eventTime: at } = run;
    intake.measured([{ source: options.name, partition: replayPartition, position, lag: 0, at }]);
    await pace(options, began, run.eventTime, stopping);
    await untilStopped(options.gate(run.eventTime), stopping);
    if (stopping.aborted) return;
  }
  run.state = 'finished';
  options.events.sourceFinished({ source: options.name, detail: `${run.rowsStored} rows` });
}

function crash(
  options: ReplayOptions,
  run: Run,
  { intake, error }: { intake: Intake; error: unknown },
): void {
  if (run.stopping.signal.aborted) return;
  run.state = 'crashed';
  const message = messageOf(error);
  options.events.sourceCrashed({ source: options.name, message, restarts: false });
  const known = error instanceof LeewayError ? error : null;
  intake.crashed(known ?? new LeewayError('LW_SOURCE_CRASHED', `${options.name}: ${message}`, error));
}

function pause({ name, events }: ReplayOptions, run: Run, reason: string): void {
  if (run.unpause !== null) return;
  run.paused = new Promise(resolve => (run.unpause = resolve));
  if (run.state === 'running') run.state = 'paused';
  events.sourcePaused({ source: name, reason });
}

function resume({ name, events }: ReplayOptions, run: Run): void {
  if (run.unpause === null) return;
  run.unpause();
  run.unpause = null;
  if (run.state === 'paused') run.state = 'running';
  events.sourceResumed({ source: name });
}

async function stop({ clock }: ReplayOptions, run: Run, done: Promise<void>): Promise<void> {
  run.stopping.abort(new Error('the source is stopping'));
  run.unpause?.();
  if (run.state !== 'stopped') await Promise.race([done, clock.sleep(stopGrace)]);
  run.letGo.abort(run.stopping.signal.reason);
  if (run.state !== 'stopped') await Promise.race([done, clock.sleep(stopGrace / 2)]);
  if (run.state !== 'finished' && run.state !== 'crashed') run.state = 'stopped';
}

/** Waits until the wall clock has come as far as the speed allows event time to be. */
async function pace(
  options: ReplayOptions,
  began: number,
  eventTime: number,
  signal: AbortSignal,
): Promise<void> {
  const due = began + (eventTime - options.from) / options.speed;
  const wait = due - options.clock.now();
  if (wait > 0) await options.clock.sleep(wait, signal);
}

async function untilStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const ended = new AbortController();
  const stopped = new Promise<void>(resolve =>
    signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal }),
  );
  try {
    await Promise.race([work, stopped]);
  } finally {
    ended.abort();
    work.catch(() => {});
  }
}
