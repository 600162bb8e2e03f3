import type { Delivery, Transition } from '../domain/alert.ts';
import type { ControlledAlert } from '../domain/control.ts';
import { type TransitionRow, toTransition, transitionColumns } from './alerts.ts';
import { type AttemptRow, attemptColumns, attemptOf } from './attempt-rows.ts';
import type { Database } from './database.ts';

export interface EpisodesDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** What alerts have been through, as people look at it. */
export interface Episodes {
  /** The last transition of every alert; of one model, or of all (null). */
  latest(model: string | null): Promise<readonly Transition[]>;
  /** Transitions of an alert, the first one first, of the `limit` newest episodes before `before` (null: all). */
  transitions(of: EpisodesOf): Promise<readonly Transition[]>;
  /** Attempts to deliver the messages of transitions or orders, oldest first. */
  attempts(ids: readonly string[]): Promise<readonly Delivery[]>;
}

interface EpisodesOf {
  readonly alert: ControlledAlert;
  readonly before: number | null;
  readonly limit: number;
}

const step = "JSONExtractUInt(memory, 'step')";

export function createEpisodes({ database, db = 'leeway' }: EpisodesDeps): Episodes {
  return {
    latest: async model => {
      const rows = await database.rows<TransitionRow>(
        `SELECT ${transitionColumns} FROM ${db}.transitions FINAL ${model === null ? '' : 'WHERE model = {model:String}'}
         ORDER BY model, environment, policy, ${step} DESC LIMIT 1 BY model, environment, policy`,
        model === null ? {} : { model },
      );
      return rows.map(toTransition);
    },
    transitions: async ({ alert: { model, environment, policy }, before, limit }) => {
      const own = `model = {model:String} AND environment = {environment:String} AND policy = {policy:String}
        AND episode < {before:UInt32}`;
      const rows = await database.rows<TransitionRow>(
        `SELECT ${transitionColumns} FROM ${db}.transitions FINAL WHERE ${own}
           AND episode + {limit:UInt32} > (SELECT max(episode) FROM ${db}.transitions WHERE ${own})
         ORDER BY ${step}, at`,
        { model, environment, policy, before: before ?? 4_294_967_295, limit },
      );
      return rows.map(toTransition);
    },
    attempts: async ids => {
      if (ids.length === 0) return [];
      const rows = await database.rows<AttemptRow>(
        `SELECT ${attemptColumns} FROM ${db}.deliveries FINAL
         WHERE arrayExists(id -> startsWith(message, concat(id, '_')), {ids:Array(String)})
         ORDER BY at, endpoint, attempt`,
        { ids },
      );
      return rows.map(attemptOf);
    },
  };
}
