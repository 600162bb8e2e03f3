import type { Acknowledgement, ControlledAlert } from '../domain/control.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';

export interface AcknowledgementsDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
  /** Wall clock: when a row was written. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Who took which episode on, and gave it back: every word is kept. */
export interface Acknowledgements {
  append(acknowledgement: Acknowledgement): Promise<void>;
  /** The last word on the newest acknowledged episode of every alert. */
  latest(): Promise<readonly Acknowledgement[]>;
  /** Every word on an alert from an episode on, oldest first. */
  of(alert: ControlledAlert, episode: number): Promise<readonly Acknowledgement[]>;
}

const columns =
  'model, environment, policy, episode, acknowledged, by, note, toUnixTimestamp64Milli(at) AS at_ms';

/** Acknowledgements in ClickHouse. */
export function createAcknowledgements(deps: AcknowledgementsDeps): Acknowledgements {
  const { database, db = 'leeway', clock } = deps;
  const table = `${db}.acknowledgements`;
  return {
    append: one =>
      database.insertRows(table, [
        {
          ...one,
          acknowledged: one.acknowledged ? 1 : 0,
          at: Math.round(one.at),
          written: Math.round(clock.now()),
        },
      ]),
    latest: async () => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${table} FINAL ORDER BY model, environment, policy, episode DESC, at DESC, written DESC
         LIMIT 1 BY model, environment, policy`,
      );
      return rows.map(toAcknowledgement);
    },
    of: async ({ model, environment, policy }, episode) => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${table} FINAL WHERE model = {model:String} AND environment = {environment:String}
         AND policy = {policy:String} AND episode >= {episode:UInt32} ORDER BY at, written`,
        { model, environment, policy, episode },
      );
      return rows.map(toAcknowledgement);
    },
  };
}

type Row = Omit<Acknowledgement, 'at' | 'acknowledged'> & {
  readonly at_ms: string;
  readonly acknowledged: number;
};

function toAcknowledgement({ at_ms, ...same }: Row): Acknowledgement {
  return {
    ...same,
    episode: Number(same.episode),
    acknowledged: Number(same.acknowledged) === 1,
    at: Number(at_ms),
  };
}
