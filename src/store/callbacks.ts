import type { Database } from './database.ts';

export interface CallbacksDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

interface Callback {
  readonly orderId: string;
  /** Chosen by the receiver. */
  readonly eventId: string;
  readonly state: string;
  /** Run's clock, epoch milliseconds. */
  readonly at: number;
  /** The report as JSON. */
  readonly body: string;
}

/** What receivers of orders reported (facts). */
export interface Callbacks {
  append(callback: Callback): Promise<void>;
  find(orderId: string, eventId: string): Promise<Callback | null>;
  /** Reports on an order, oldest first. */
  of(orderId: string): Promise<readonly Callback[]>;
}

/** Callbacks in ClickHouse. */
export function createCallbacks({ database, db = 'leeway' }: CallbacksDeps): Callbacks {
  return {
    append: ({ orderId, eventId, state, at, body }) =>
      database.insertRows(`${db}.callbacks`, [
        { order_id: orderId, event_id: eventId, state, at: Math.round(at), body },
      ]),
    find: async (orderId, eventId) => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${db}.callbacks FINAL
         WHERE order_id = {orderId:String} AND event_id = {eventId:String}`,
        { orderId, eventId },
      );
      return rows[0] === undefined ? null : toCallback(rows[0]);
    },
    of: async orderId => {
      const rows = await database.rows<Row>(
        `SELECT ${columns} FROM ${db}.callbacks FINAL WHERE order_id = {orderId:String} ORDER BY at, event_id`,
        { orderId },
      );
      return rows.map(toCallback);
    },
  };
}

const columns = 'order_id AS orderId, event_id AS eventId, state, toUnixTimestamp64Milli(at) AS at_ms, body';

type Row = Omit<Callback, 'at'> & { readonly at_ms: string };

function toCallback({ at_ms, ...same }: Row): Callback {
  return { ...same, at: Number(at_ms) };
}
