import type { Clock } from '../lib/clock.ts';

/** How long an order was waited for, and when a promotion that failed is tried again. */
export interface Patience {
  /** Milliseconds since an order was first asked about. */
  waited(id: string): number;
  /** True on calls 1, 2, 4, ... 64 and then every 64th. */
  turn(id: string): boolean;
}

export function createPatience(wall: Pick<Clock, 'now'>): Patience {
  const first = new Map<string, number>();
  const turns = new Map<string, number>();
  return {
    waited: id => {
      const now = wall.now();
      const start = first.get(id) ?? now;
      first.set(id, start);
      return now - start;
    },
    turn: id => {
      const count = (turns.get(id) ?? 0) + 1;
      turns.set(id, count);
      return count % 64 === 0 || (count < 64 && (count & (count - 1)) === 0);
    },
  };
}
