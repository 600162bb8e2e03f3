import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { Events } from '../../lib/events.ts';
import { backoffMilliseconds } from '../../lib/retry.ts';
import type { Intake, Source, SourceState } from '../ports.ts';
import { installCodecs } from './codecs/install.ts';
import { kafkaAction, kafkaFailureText } from './failures.ts';
import type { GroupControl } from './group.ts';
import type { KafkaOptions } from './options.ts';
import { relieveRequestQueue } from './request-queue.ts';
import { runSession } from './session.ts';

export interface KafkaSourceDeps {
  readonly options: KafkaOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly events: Events;
}

/** Waits before a new consumer after a crash, milliseconds. */
const restartBackoff = { first: 500, most: 15_000 };
/** A session that lasted longer counts as healthy: the next crash waits the first wait again. */
const healthyMilliseconds = 60_000;
/** A stop that takes longer (a broker that does not answer) is left to end by itself. */
const longestStop = 9_500;

/** Where the source stands, and the consumer that has joined, if any. */
interface Run {
  state: SourceState;
  /** Why it is paused, '' when it is not. */
  paused: string;
  control: GroupControl | null;
  readonly stopping: AbortController;
}

/**
 * Kafka as a source: at-least-once, committed only after the batch is stored. What kafkajs cannot get over by itself is
 * decided here: a broker that is away is tried again for ever, a failure that cannot pass ends in `intake.crashed`.
 */
export function createKafkaSource(deps: KafkaSourceDeps): Source {
  const { options, clock, events } = deps;
  const run: Run = { state: 'stopped', paused: '', control: null, stopping: new AbortController() };
  let running: Promise<void> = Promise.resolve();
  return {
    name: options.name,
    get state() {
      return run.state;
    },
    start: async intake => {
      if (run.state !== 'stopped' || run.stopping.signal.aborted) return;
      run.state = 'starting';
      installCodecs(options.tuning.codecs);
      relieveRequestQueue(clock);
      for (const message of options.warnings ?? [])
        events.problemOccurred({ code: 'LW_KAFKA_WARNING', message: `${options.name}: ${message}` });
      running = supervise(deps, run, intake);
    },
    pause: reason => {
      if (run.paused !== '') return;
      run.paused = reason;
      run.control?.pause();
      if (run.state === 'running') run.state = 'paused';
      events.sourcePaused({ source: options.name, reason });
    },
    resume: () => {
      if (run.paused === '') return;
      run.paused = '';
      run.control?.resume();
      if (run.state === 'paused') run.state = 'running';
      events.sourceResumed({ source: options.name });
    },
    stop: async () => {
      run.stopping.abort(new Error('the source is stopping'));
      await Promise.race([running, clock.sleep(longestStop)]);
      if (run.state !== 'crashed') run.state = 'stopped';
    },
  };
}

/** One session after the other, until the source is stopped or a failure ends it. */
async function supervise(deps: KafkaSourceDeps, run: Run, intake: Intake): Promise<void> {
  const { options, clock, events } = deps;
  const stopping = run.stopping.signal;
  const onJoined = (control: GroupControl) => {
    run.control = control;
    if (run.paused !== '') control.pause();
    run.state = run.paused === '' ? 'running' : 'paused';
  };
  for (let attempt = 1; !stopping.aborted; attempt++) {
    const began = clock.now();
    try {
      await runSession({ ...deps, intake, onJoined }, stopping);
      attempt = 0;
    } catch (error) {
      if (stopping.aborted) return;
      const ends = kafkaAction(error) === 'end';
      events.sourceCrashed({ source: options.name, message: kafkaFailureText(error), restarts: !ends });
      if (ends) return crash(deps, run, { intake, error });
      if (clock.now() - began > healthyMilliseconds) attempt = 1;
      const wait = backoffMilliseconds(restartBackoff, attempt, deps.random);
      await clock.sleep(wait, stopping).catch(() => {});
    } finally {
      run.control = null;
      if (run.state !== 'crashed') run.state = 'starting';
    }
  }
}

function crash(
  { options }: KafkaSourceDeps,
  run: Run,
  { intake, error }: { intake: Intake; error: unknown },
): void {
  run.state = 'crashed';
  const where = `${options.name} (${options.brokers.join(', ')}, group ${options.group})`;
  intake.crashed(new LeewayError('LW_SOURCE_CRASHED', `${where}: ${kafkaFailureText(error)}`, error));
}
