import type { ControlledAlert, Pause } from '../domain/control.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';

export interface PausesDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
  /** Wall clock: when a row was written. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Who stopped which alert from changing, and let it go on: every word is kept. */
export interface Pauses {
  append(pause: Pause): Promise<void>;
  /** The last word on every alert that was ever paused. */
  latest(): Promise<readonly Pause[]>;
  /** Every word on an alert, oldest first; of more than `limit` the newest. */
  of(alert: ControlledAlert, limit: number): Promise<readonly Pause[]>;
}

const columns = `model, environment, policy, paused, toUnixTimestamp64Milli(until) AS until_ms, by, note,
  toUnixTimestamp64Milli(at) AS at_ms`;

/** Pauses in ClickHouse. */
export function createPauses({ database, db = 'leeway', clock }: PausesDeps): Pauses {
  const table = `${db}.pauses`;
  return {
    append: pause =>
      database.insertRows(table, [
        {
          ...pause,
          paused: pause.paused ? 1 : 0,
          until: Math.round(pause.until ?? 0),
          at: Math.round(pause.at),
          written: Math.round(clock.now()),
        },
      ]),
    latest: async () => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${table} FINAL ORDER BY model, environment, policy, at DESC, written DESC
         LIMIT 1 BY model, environment, policy`,
      );
      return rows.map(toPause);
    },
    of: async ({ model, environment, policy }, limit) => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${table} FINAL WHERE model = {model:String} AND environment = {environment:String}
         AND policy = {policy:String} ORDER BY at DESC, written DESC LIMIT {limit:UInt32}`,
        { model, environment, policy, limit },
      );
      return rows.map(toPause).reverse();
    },
  };
}

type Row = Omit<Pause, 'at' | 'until' | 'paused'> & {
  readonly at_ms: string;
  readonly until_ms: string;
  readonly paused: number;
};

function toPause({ at_ms, until_ms, ...same }: Row): Pause {
  const until = Number(until_ms);
  return { ...same, paused: Number(same.paused) === 1, until: until === 0 ? null : until, at: Number(at_ms) };
}
