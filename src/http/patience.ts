import { LeewayError } from '../lib/errors.ts';

/** Bounds how long and how many requests wait for the store. */
export interface Patience {
  /** @throws LeewayError LW_STORE_AWAY when it takes too long, LW_NOT_READY when too many wait already */
  wait<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * A request that waits longer than `waitMs` is answered 503. What it holds may still be stored afterwards; sent again,
 * it is the same rows. The work goes on counting as waiting until it ends, so memory stays bounded.
 */
export function createPatience({ waitMs, waiting: most }: { waitMs: number; waiting: number }): Patience {
  let waiting = 0;
  return {
    wait: async work => {
      if (waiting >= most)
        throw new LeewayError('LW_NOT_READY', 'Too many requests wait for the store already.');
      waiting++;
      const running = work().finally(() => {
        waiting--;
      });
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(away(waitMs)), waitMs);
      });
      // When the wait is over first, what the work comes to has no listener any more.
      running.catch(() => {});
      try {
        return await Promise.race([running, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function away(waitMs: number): LeewayError {
  return new LeewayError(
    'LW_STORE_AWAY',
    `The rows were not stored within ${waitMs / 1000} s; send them again.`,
  );
}
