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

export function createSteady(deps: { clock: Clock; events: Events; random: () => number }): Steady {
  const { clock, events, random } = deps;
  const abort = new AbortController();
  let awaySince: number | null = null;

  const onRetry = (error: unknown, attempt: number) => {
    const { code, failure, message } = toStoreError(error);
    awaySince ??= clock.now();
    events.storeFailed({ code, failure, attempt, message });
  };
  const onSuccess = () => {
    if (awaySince === null) return;
    events.storeRecovered({ seconds: (clock.now() - awaySince) / 1000 });
    awaySince = null;
  };

  const persist = async <T>(work: () => Promise<T>, halvable: boolean): Promise<T> => {
    let last: unknown;
    try {
      const retriable = (error: unknown) => {
        last = error;
        const { failure, code } = toStoreError(error);
        return failure === 'retry' || (code === memoryCode && !halvable);
      };
      const result = await retry({ clock, random, backoff, signal: abort.signal, retriable, onRetry }, work);
      onSuccess();
      return result;
    } catch (error) {
      // An aborted wait throws the signal's reason: what it was waiting for is what failed.
      const failure = toStoreError(error === abort.signal.reason ? (last ?? error) : error);
      if (failure.failure === 'fatal') {
        awaySince ??= clock.now();
        events.storeFailed({ code: failure.code, failure: 'fatal', attempt: 1, message: failure.message });
      }
      throw failure;
    }
  };

  return {
    get healthy() {
      return awaySince === null;
    },
    run: async work => {
      try {
        return await persist(work, false);
      } catch (error) {
        throw toLeewayError(toStoreError(error));
      }
    },
    insert: async (rows, work) => {
      try {
        await persist(work, rows > 1);
      } catch (error) {
        const failure = toStoreError(error);
        if (failure.failure === 'fatal' || failure.failure === 'retry') throw toLeewayError(failure);
        onSuccess();
        throw failure;
      }
    },
    giveUp: () => abort.abort(),
  };
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
