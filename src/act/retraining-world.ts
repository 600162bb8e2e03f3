import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import type { Rails } from './guards.ts';
import { createLinks } from './links.ts';
import { createRetraining, type Retraining, type RetrainingDeps } from './retraining.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const hour = 3_600_000;

/** Guard rails as they are without configuration. */
export const usualRails: Rails = {
  cooldown: 24 * hour,
  perDay: 2,
  per30Days: 10,
  leastRows: 1000,
  leastLabels: 0,
  windows: 1,
  timeout: 24 * hour,
};

/** Retraining over in-memory stores and a clock moved by hand: for tests. */
export interface RetrainingWorld {
  readonly clock: ReturnType<typeof createManualClock>;
  readonly stores: ActTwins;
  readonly events: ReturnType<typeof createRecordedEvents>;
  /** A process that begins anew over the same stores. */
  restart(over?: Partial<RetrainingDeps>): Promise<Retraining>;
}

export function createRetrainingWorld(start: number): RetrainingWorld {
  const clock = createManualClock(start);
  const stores = createActTwins(clock);
  const events = createRecordedEvents();
  return {
    clock,
    stores,
    events,
    restart: async (over = {}) => {
      const desk = createRetraining({
        ...stores,
        target: () => 'trainer',
        rails: () => usualRails,
        counts: { rows: async () => 5000, labels: async () => 500 },
        doubts: async () => [],
        token: async order => `token-of-${order}`,
        promoter: { promote: async () => 2 },
        links: createLinks('http://127.0.0.1:8080'),
        events,
        clock,
        ...over,
      });
      await desk.recover();
      return desk;
    },
  };
}
