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
}

/** Callbacks in ClickHouse. */
export function createCallbacks({ database, db = 'leeway' }: CallbacksDeps): Callbacks {
  return {
    append: ({ orderId, eventId, state, at, body }) =>
      database.insertRows(`${db}.callbacks`, [
        { order_id: orderId, event_id: eventId, state, at: Math.round(at), body },
      ]),
    find: async (orderId, eventId) => {
      const rows = await database.rows<{ state: string; at_ms: string; body: string }>(
        `SELECT state, toUnixTimestamp64Milli(at) AS at_ms, body FROM ${db}.callbacks FINAL
         WHERE order_id = {orderId:String} AND event_id = {eventId:String}`,
        { orderId, eventId },
      );
      const row = rows[0];
      return row === undefined
        ? null
        : { orderId, eventId, state: row.state, at: Number(row.at_ms), body: row.body };
    },
  };
}
