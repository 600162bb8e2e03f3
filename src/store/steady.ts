import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { retry } from '../lib/retry.ts';
import { type StoreError, toStoreError } from './failures.ts';

/** Runs statements until the store takes them, and knows whether it is there. */
export interface Steady {
  readonly healthy: boolean;
  /** Repeats what may pass by itself, for ever. Other failures are thrown as LeewayError. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /**
   * The same for an insert of `rows` rows, but a refusal for content or size is thrown as it is (StoreError), so that
   * the caller can halve. Being short of memory for a single row passes.
   */
  insert(rows: number, work: () => Promise<void>): Promise<void>;
  /** From now on a failure ends the waiting: LW_STORE_AWAY. */
  giveUp(): void;
}

/** MEMORY_LIMIT_EXCEEDED. */
const memoryCode = 241;
const backoff = { first: 200, most: 10_000 };
/** A statement without an answer for so long is told of like one that failed: a store that hangs refuses nothing. */
const patienceMs = 10_000;

export function createSteady(deps: { clock: Clock; events: Events; random: () => number }): Steady {
  const { clock, random } = deps;
  const abort = new AbortController();
  const absence = createAbsence(deps);
  const { onRetry, onSuccess } = absence;

  const persist = async <T>(work: () => Promise<T>, halvable: boolean): Promise<T> => {
    let last: unknown;
    try {
      const retriable = (error: unknown) => {
        last = error;
        // Not the store's: somebody has said already what is wrong.
        if (error instanceof LeewayError) return false;
        const { failure, code } = toStoreError(error);
        return failure === 'retry' || (code === memoryCode && !halvable);
      };
      const result = await retry({ clock, random, backoff, signal: abort.signal, retriable, onRetry }, () =>
        absence.watch(work),
      );
      onSuccess();
      return result;
    } catch (error) {
      if (error instanceof LeewayError) throw error;
      // An aborted wait throws the signal's reason: what it was waiting for is what failed.
      const failure = toStoreError(error === abort.signal.reason ? (last ?? error) : error);
      if (failure.failure === 'fatal') absence.onFatal(failure);
      throw failure;
    }
  };

  return {
    get healthy() {
      return !absence.away;
    },
    run: async work => {
      try {
        return await persist(work, false);
      } catch (error) {
        throw error instanceof LeewayError ? error : toLeewayError(toStoreError(error));
      }
    },
    insert: async (rows, work) => {
      try {
        await persist(work, rows > 1);
      } catch (error) {
        if (error instanceof LeewayError) throw error;
        const failure = toStoreError(error);
        if (failure.failure === 'fatal' || failure.failure === 'retry') throw toLeewayError(failure);
        onSuccess();
        throw failure;
      }
    },
    giveUp: () => abort.abort(),
  };
}

/** Since when the store is away, if it is: tells when that changes, and of every failure. */
function createAbsence({ clock, events }: { clock: Clock; events: Events }) {
  let since: number | null = null;
  const tell = (code: number, failure: 'retry' | 'fatal', { attempt, message }: Told) => {
    since ??= clock.now();
    events.storeFailed({ code, failure, attempt, message });
  };
  return {
    get away() {
      return since !== null;
    },
    /** Whatever its class: repeating is what is done about it. */
    onRetry: (error: unknown, attempt: number) => {
      const { code, message } = toStoreError(error);
      tell(code, 'retry', { attempt, message });
    },
    onFatal: ({ code, message }: StoreError) => tell(code, 'fatal', { attempt: 1, message }),
    onSuccess: () => {
      if (since === null) return;
      events.storeRecovered({ seconds: (clock.now() - since) / 1000 });
      since = null;
    },
    /** Tells of a statement that has no answer for long, and goes on waiting for it. */
    watch: async <T>(work: () => Promise<T>): Promise<T> => {
      const answered = new AbortController();
      const message = `no answer for ${patienceMs / 1000} s; it is still waited for`;
      clock.sleep(patienceMs, answered.signal).then(
        () => tell(0, 'retry', { attempt: 0, message }),
        () => undefined,
      );
      try {
        return await work();
      } finally {
        answered.abort();
      }
    },
  };
}

interface Told {
  readonly attempt: number;
  readonly message: string;
}

/** What a failure of the store is to whoever waits for it. */
export function toLeewayError(error: StoreError): LeewayError {
  const what = `ClickHouse code ${error.code}: ${error.message.slice(0, 300)}`;
  if (error.failure === 'fatal')
    return new LeewayError('LW_STORE_FATAL', `the store failed for good, ${what}`, error);
  if (error.failure === 'retry')
    return new LeewayError('LW_STORE_AWAY', `the store did not answer, ${what}`, error);
  return new LeewayError('LW_STORE_REFUSED', `the store refused a statement of the intake, ${what}`, error);
}
