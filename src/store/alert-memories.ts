import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';

/** What an alert knew some time after a transition. */
export interface AlertMemory {
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  /** Step of the transition it follows. */
  readonly step: number;
  /** JSON. */
  readonly memory: string;
}

/** What alerts know besides their transitions. */
export interface AlertMemories {
  /** Stores what alerts know, in place of what they knew before. */
  remember(memories: readonly AlertMemory[]): Promise<void>;
  /** What was stored of the alerts of a stream. */
  remembered(stream: {
    readonly model: string;
    readonly environment: string;
  }): Promise<readonly AlertMemory[]>;
}

export function createAlertMemories(deps: {
  readonly database: Database;
  readonly db: string;
  /** Wall clock: when a row was written. */
  readonly clock: Pick<Clock, 'now'>;
}): AlertMemories {
  const { database, db, clock } = deps;
  return {
    remember: memories => {
      const written = Math.round(clock.now());
      return database.insertRows(
        `${db}.alert_memories`,
        memories.map(each => ({ ...each, written })),
      );
    },
    remembered: ({ model, environment }) =>
      database.rows(
        `SELECT model, environment, policy, step, memory FROM ${db}.alert_memories FINAL
         WHERE model = {model:String} AND environment = {environment:String} ORDER BY policy`,
        { model, environment },
      ),
  };
}
