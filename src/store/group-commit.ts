import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { IntakeBatch } from './admission.ts';
import type { Intake, IntakeAnswer, IntakeLimits } from './intake.ts';

export interface GroupCommitDeps {
  readonly clock: Clock;
  readonly limits: Omit<IntakeLimits, 'autoModels'>;
  readonly steady: { readonly healthy: boolean; giveUp(): void };
  /** Which models take a place. */
  readonly gate: { readonly size: number };
  /** Stores joined batches, the oldest handed over at `since` (the clock); one answer each. */
  store(batches: readonly IntakeBatch[], since: number): Promise<IntakeAnswer[]>;
  /** Told once, when the store has failed for good. */
  readonly onFatal?: ((error: LeewayError) => void) | undefined;
}

/** Group commit: one flush at a time; what arrives meanwhile makes the next one. */
export function createGroupCommit({ clock, limits, steady, gate, store, onFatal }: GroupCommitDeps): Intake {
  const line = createWaitingLine(clock, limits);
  let waiting = 0;
  let running: Promise<void> | null = null;
  let stopped = false;
  let dead: LeewayError | null = null;

  const flush = async (entries: readonly Entry[]) => {
    try {
      if (dead !== null) throw dead;
      const batches = entries.map(entry => entry.batch);
      const answers = await store(batches, entries[0]!.arrived);
      waiting -= rowsOf(entries);
      for (const [i, entry] of entries.entries()) entry.resolve(answers[i]!);
    } catch (error) {
      if (dead === null && error instanceof LeewayError && error.code === 'LW_STORE_FATAL') {
        dead = error;
        onFatal?.(error);
      }
      waiting -= rowsOf(entries);
      for (const entry of entries) entry.reject(error);
    }
  };
  const run = async () => {
    // Whether anything is left is asked in the same breath as `running` is cleared: no write can slip in between.
    while (!line.empty) await flush(await line.next());
    running = null;
  };

  return {
    get waitingRows() {
      return waiting;
    },
    get full() {
      return waiting >= limits.maxWaitingRows;
    },
    get healthy() {
      return dead === null && steady.healthy;
    },
    get models() {
      return gate.size;
    },
    write: (batch, options) => {
      if (stopped) return Promise.reject(new LeewayError('LW_NOT_READY', 'the intake is stopped'));
      if (dead !== null) return Promise.reject(dead);
      return new Promise((resolve, reject) => {
        waiting += batch.outcomes.length;
        line.push({ batch, linger: options?.linger === true, arrived: clock.now(), resolve, reject });
        running ??= run();
      });
    },
    stop: async () => {
      stopped = true;
      line.hurry();
      steady.giveUp();
      await running;
    },
  };
}

interface Entry {
  readonly batch: IntakeBatch;
  readonly linger: boolean;
  readonly arrived: number;
  resolve(answer: IntakeAnswer): void;
  reject(error: unknown): void;
}

const rowsOf = (entries: readonly Entry[]) => entries.reduce((sum, e) => sum + e.batch.outcomes.length, 0);

/** Writes in order of arrival, and when the next flush of them begins. */
function createWaitingLine(
  clock: Clock,
  { batchRows, lingerMs }: Pick<IntakeLimits, 'batchRows' | 'lingerMs'>,
) {
  const entries: Entry[] = [];
  let hurried = false;
  let wake: AbortController | null = null;
  const ready = () => hurried || entries.some(e => !e.linger) || rowsOf(entries) >= batchRows;

  return {
    get empty() {
      return entries.length === 0;
    },
    push: (entry: Entry) => {
      entries.push(entry);
      if (ready()) wake?.abort();
    },
    /** Nothing lingers any more. */
    hurry: () => {
      hurried = true;
      wake?.abort();
    },
    /** The next writes to flush together, up to `batchRows` rows but at least one write. Not for an empty line. */
    next: async (): Promise<Entry[]> => {
      const left = entries[0]!.arrived + lingerMs - clock.now();
      if (left > 0 && !ready()) {
        wake = new AbortController();
        await clock.sleep(left, wake.signal).catch(() => undefined);
        wake = null;
      }
      let count = 1;
      let rows = entries[0]!.batch.outcomes.length;
      while (count < entries.length && rows + entries[count]!.batch.outcomes.length <= batchRows)
        rows += entries[count++]!.batch.outcomes.length;
      return entries.splice(0, count);
    },
  };
}
