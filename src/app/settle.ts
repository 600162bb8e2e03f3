import type { Clock } from '../lib/clock.ts';
import type { Jobs } from './jobs.ts';

/** How often an order under way is looked at, milliseconds. */
const look = 100;

/** A round, and more of them while an order is under way, until the service stops: what a replay waits for. */
export function createSettle(
  jobs: Pick<Jobs, 'round'>,
  retraining: { inFlight(): boolean },
  { clock, stopping }: { readonly clock: Clock; readonly stopping: () => boolean },
): () => Promise<void> {
  return async () => {
    await jobs.round();
    while (retraining.inFlight()) {
      await clock.sleep(look);
      if (stopping()) return;
      await jobs.round();
    }
  };
}
