import type { Acknowledgement, Pause, Silence } from '../domain/control.ts';
import type { Clock } from '../lib/clock.ts';
import type { ControlReader, Controls, StreamKey } from './ports.ts';
import { covers, coversStream, isActive } from './silence.ts';

/** Silences, those that count longest first. */
export interface SilenceStore {
  write(silence: Silence): Promise<void>;
  find(id: string): Promise<Silence | null>;
  list(limit: number): Promise<readonly Silence[]>;
}

/** Every word on who has taken which episode on. */
export interface AcknowledgementStore {
  append(acknowledgement: Acknowledgement): Promise<void>;
  /** The last word on the newest acknowledged episode of every alert. */
  latest(): Promise<readonly Acknowledgement[]>;
  /** Every word on an alert from an episode on, oldest first. */
  of(alert: AlertName, episode: number): Promise<readonly Acknowledgement[]>;
}

/** Every word on which alert is paused. */
export interface PauseStore {
  append(pause: Pause): Promise<void>;
  /** The last word on every alert that was ever paused. */
  latest(): Promise<readonly Pause[]>;
  /** Every word on an alert, oldest first; of more than `limit` the newest. */
  of(alert: AlertName, limit: number): Promise<readonly Pause[]>;
}

type AlertName = Pick<Pause, 'policy' | 'model' | 'environment'>;

export interface ControlDeps {
  readonly silences: Pick<SilenceStore, 'list'>;
  readonly acknowledgements: Pick<AcknowledgementStore, 'latest'>;
  readonly pauses: Pick<PauseStore, 'latest'>;
  /** Run's clock: whether a pause is over. */
  readonly runClock: Pick<Clock, 'now'>;
  /** Wall clock: what was read for one stream serves the others of the same round. */
  readonly clock: Pick<Clock, 'now'>;
}

interface Words {
  readonly silences: readonly Silence[];
  readonly acknowledgements: readonly Acknowledgement[];
  readonly pauses: readonly Pause[];
}

/** Most silences that are looked at; those that count longest come first. */
export const mostSilences = 5000;
/** For how long what was read is good, milliseconds. */
const freshFor = 1000;

/** Controls as people have set them in the store. */
export function createControls(deps: ControlDeps): ControlReader {
  let read: Promise<Words> | null = null;
  let at = Number.NEGATIVE_INFINITY;
  const words = () => {
    const now = deps.clock.now();
    if (read !== null && now >= at && now - at < freshFor) return read;
    at = now;
    const reading = readWords(deps);
    read = reading;
    // A failure is nobody else's.
    reading.catch(() => {
      if (read === reading) read = null;
    });
    return reading;
  };
  return { read: async stream => controlsOf(await words(), stream, deps.runClock.now()) };
}

async function readWords({ silences, acknowledgements, pauses }: ControlDeps): Promise<Words> {
  const [all, acknowledged, paused] = await Promise.all([
    silences.list(mostSilences),
    acknowledgements.latest(),
    pauses.latest(),
  ]);
  return { silences: all, acknowledgements: acknowledged, pauses: paused };
}

/** What was said about one stream, at `now` of the run's clock. */
function controlsOf(words: Words, stream: StreamKey, now: number): Controls {
  const { model, environment } = stream;
  const own = <T extends StreamKey>(one: T) => one.model === model && one.environment === environment;
  const silences = words.silences.filter(silence => coversStream(silence.match, stream));
  const acknowledgements = words.acknowledgements.filter(own);
  const pauses = words.pauses.filter(own);
  const active = memoized((at: number) => silences.filter(silence => isActive(silence, at)));
  return {
    silenced: (at, check, subject, policy = '') =>
      active(at).find(({ match }) => covers(match, { model, environment, policy, check, subject }))?.id ??
      null,
    paused: policy => pauses.some(pause => pause.policy === policy && isPaused(pause, now)),
    acknowledged: (policy, episode) =>
      acknowledgements.some(one => one.policy === policy && one.episode === episode && one.acknowledged),
  };
}

/** Whether an alert is paused at a moment by the last word on it. */
export function isPaused(pause: Pause, now: number): boolean {
  return pause.paused && (pause.until === null || now < pause.until);
}

/** Most findings are asked about at the same few moments. */
function memoized<T>(compute: (at: number) => T): (at: number) => T {
  const known = new Map<number, T>();
  return at => {
    const value = known.get(at) ?? compute(at);
    known.set(at, value);
    return value;
  };
}
