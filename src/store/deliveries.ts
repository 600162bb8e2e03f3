import type { Delivery } from '../domain/alert.ts';
import type { Database } from './database.ts';

export interface DeliveriesDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** Delivery attempts (facts), and what is still to be sent. */
export interface Deliveries {
  record(delivery: Delivery): Promise<void>;
  /** Messages of an endpoint that have not come to an end, oldest first. */
  pending(query: PendingQuery): Promise<readonly Pending[]>;
  /** Last attempt of a message, null before the first. */
  outcome(message: string, endpoint: string): Promise<Last | null>;
  endpointState(name: string, kind: string): Promise<EndpointState | null>;
  setEndpointState(name: string, kind: string, state: EndpointState): Promise<void>;
}

interface PendingQuery {
  readonly endpoint: string;
  readonly takes: 'alerts' | 'orders';
  /** Written at or after this, epoch milliseconds. */
  readonly since: number;
  readonly limit: number;
}

type Last = Pick<Delivery, 'outcome' | 'status' | 'detail'>;

interface Pending {
  readonly id: string;
  readonly body: string;
  readonly attempts: number;
  readonly next: number;
}

interface EndpointState {
  readonly state: 'active' | 'disabled';
  readonly detail: string;
  readonly at: number;
}

/** Deliveries in ClickHouse. */
export function createDeliveries({ database, db = 'leeway' }: DeliveriesDeps): Deliveries {
  return {
    record: d =>
      database.insertRows(`${db}.deliveries`, [
        {
          message: d.message,
          endpoint: d.endpoint,
          attempt: d.attempt,
          at: Math.round(d.at),
          outcome: d.outcome,
          status: d.status,
          detail: d.detail,
          duration_seconds: d.durationSeconds,
          next: Math.round(d.next),
        },
      ]),
    pending: query => readPending(database, db, query),
    outcome: async (message, endpoint) => {
      const rows = await database.rows<Last>(
        `SELECT outcome, status, detail FROM ${db}.deliveries FINAL
         WHERE message = {message:String} AND endpoint = {endpoint:String} ORDER BY attempt DESC LIMIT 1`,
        { message, endpoint },
      );
      return rows[0] === undefined ? null : { ...rows[0], status: Number(rows[0].status) };
    },
    endpointState: async (name, kind) => {
      const rows = await database.rows<{ state: 'active' | 'disabled'; detail: string; at_ms: string }>(
        `SELECT state, detail, toUnixTimestamp64Milli(at) AS at_ms FROM ${db}.endpoints FINAL
         WHERE name = {name:String} AND kind = {kind:String}`,
        { name, kind },
      );
      return rows[0] === undefined
        ? null
        : { state: rows[0].state, detail: rows[0].detail, at: Number(rows[0].at_ms) };
    },
    setEndpointState: (name, kind, { state, detail, at }) =>
      database.insertRows(`${db}.endpoints`, [{ name, kind, state, detail, at: Math.round(at) }]),
  };
}

async function readPending(database: Database, db: string, query: PendingQuery): Promise<readonly Pending[]> {
  const outbox = {
    alerts: `SELECT id, body, written FROM ${db}.transitions FINAL
      WHERE notify = 1 AND written >= fromUnixTimestamp64Milli({since:Int64})`,
    orders: `SELECT id, argMax(body, step) AS body, max(written) AS written FROM ${db}.orders FINAL
      GROUP BY id HAVING argMax(state, step) = 'requested' AND written >= fromUnixTimestamp64Milli({since:Int64})`,
  };
  const { endpoint, takes, since, limit } = query;
  const rows = await database.rows<{ id: string; body: string; attempts: string; next_ms: string }>(
    `SELECT id, body, attempts, toUnixTimestamp64Milli(next) AS next_ms
         FROM (SELECT *, replaceAll(concat(id, '_', {endpoint:String}), '.', '-') AS message FROM (${outbox[takes]})) AS o
         LEFT JOIN (
           SELECT message, max(attempt) AS attempts, argMax(next, attempt) AS next, countIf(outcome != 'retry') AS ended
           FROM ${db}.deliveries FINAL WHERE endpoint = {endpoint:String} GROUP BY message
         ) AS d ON o.message = d.message
         WHERE ended = 0 ORDER BY written, id LIMIT {limit:UInt32}`,
    { endpoint, since: Math.round(since), limit },
  );
  return rows.map(row => ({
    id: row.id,
    body: row.body,
    attempts: Number(row.attempts),
    next: Number(row.attempts) === 0 ? 0 : Number(row.next_ms),
  }));
}
