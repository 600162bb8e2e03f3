import type { Clock } from '../lib/clock.ts';
import type { ArmingStore, Turn } from './ports.ts';

/** What people turn: armed models, and the stop of everything. */
export interface Switches {
  arm(model: string, armed: boolean, by: string): Promise<void>;
  stop(stopped: boolean, by: string, reason: string): Promise<void>;
}

/**
 * The newest turn counts, by its time. A clock that was set back must not make a stop older than the start before it:
 * so a turn is always later than the last one.
 */
export function createSwitches(arming: ArmingStore, wall: Pick<Clock, 'now'>): Switches {
  const after = (last: Turn | null | undefined) =>
    Math.max(wall.now(), last === null || last === undefined ? 0 : last.at + 1);
  return {
    arm: async (model, armed, by) => arming.set(model, armed, by, after((await arming.history(model, 1))[0])),
    stop: async (on, by, reason) => arming.stop({ on, by, reason, at: after(await arming.stopped()) }),
  };
}
