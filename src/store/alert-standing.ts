import type { AlertState as State } from '../domain/alert.ts';
import type { Database } from './database.ts';

/** Where an alert stands. */
export interface AlertState {
  readonly environment: string;
  readonly policy: string;
  readonly state: State;
  /** Since when it is in this state, run's clock, epoch milliseconds. */
  readonly since: number;
  readonly subjects: readonly string[];
  readonly episode: number;
}

const step = "JSONExtractUInt(memory, 'step')";

/** Where each alert of a model stands: from the last episode of each, however long ago. */
export async function readStanding(
  database: Database,
  db: string,
  model: string,
): Promise<readonly AlertState[]> {
  const rows = await database.rows<StandingRow>(
    `SELECT environment, policy, episode, from, to, toUnixTimestamp64Milli(at) AS at_ms, subjects
     FROM ${db}.transitions FINAL WHERE model = {model:String} AND (environment, policy, episode) IN (
       SELECT environment, policy, argMax(episode, ${step}) FROM ${db}.transitions FINAL
       WHERE model = {model:String} GROUP BY environment, policy)
     ORDER BY environment, policy, ${step} DESC`,
    { model },
  );
  return standing(rows);
}

interface StandingRow extends Pick<AlertState, 'environment' | 'policy' | 'episode' | 'subjects'> {
  readonly from: State;
  readonly to: State;
  readonly at_ms: string;
}

/** State of each alert from the transitions of its last episode, the last one first; the newest change first. */
function standing(rows: readonly StandingRow[]): readonly AlertState[] {
  const states = new Map<string, { readonly changed: number; state: AlertState }>();
  for (const { environment, policy, episode, from, to, at_ms, subjects } of rows) {
    const key = JSON.stringify([environment, policy]);
    const known = states.get(key);
    const at = Number(at_ms);
    if (known === undefined) {
      const state = { environment, policy, state: to, since: at, subjects, episode };
      states.set(key, { changed: at, state });
    }
    // A state that was announced later began with the change before.
    else if (known.state.state === to && from !== to) known.state = { ...known.state, since: at };
  }
  return [...states.values()].sort((a, b) => b.changed - a.changed).map(({ state }) => state);
}
