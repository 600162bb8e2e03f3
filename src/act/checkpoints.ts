import type { Alert } from './alerts.ts';
import { type Memory, parseMemory } from './memory.ts';
import type { AlertMemory, AlertStore } from './ports.ts';

/** An alert that has moved on by so much since it was last stored is written down again, seconds. */
const apart = 86_400;

/** Writes down what alerts know that has not changed them, so that a restart goes on from there. Never needed. */
export interface Checkpoints {
  /** An alert with everything folded in that was judged. */
  note(alert: Alert): void;
  /** Writes what is due; alerts of many streams in one go, and not before there are `least`. */
  write(least?: number): Promise<void>;
}

export function createCheckpoints(alerts: Pick<AlertStore, 'remember'>): Checkpoints {
  const due = new Set<Alert>();
  return {
    note: alert => {
      // Back, too: a clock that was ahead has been set right.
      const moved = Math.abs(newestEnd(alert.memory) - alert.stored);
      // While paused, windows are only noted: after a restart they are decided on if the pause is over.
      if (alert.current && alert.memory.state !== 'paused' && moved >= apart) due.add(alert);
    },
    write: async (least = 1) => {
      if (due.size < least) return;
      const all = [...due];
      due.clear();
      await alerts.remember(all.map(toStored));
      for (const alert of all) alert.stored = newestEnd(alert.memory);
    },
  };
}

/** Memories written together. */
export const checkpointBatch = 200;

/** What was written down of an alert, if it has not changed since. */
export function checkpointOf(stored: readonly AlertMemory[], policy: string, step: number): Memory | null {
  const found = stored.find(each => each.policy === policy && each.step === step);
  return found === undefined ? null : parseMemory(found.memory);
}

/** End of the newest window that was folded in, epoch seconds. */
export function newestEnd({ lengths }: Memory): number {
  return Math.max(0, ...Object.values(lengths).map(length => length.lastEnd));
}

function toStored({ key, memory }: Alert): AlertMemory {
  return { ...key, step: memory.step, memory: JSON.stringify(memory) };
}
