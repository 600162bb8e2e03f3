import type { Delivery } from '../domain/alert.ts';
import { type AttemptRow, attemptColumns, attemptOf } from './attempt-rows.ts';
import type { Database } from './database.ts';
import { isMessageFor, type Pending, type PendingQuery, readPending } from './pending.ts';

export interface DeliveriesDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** Delivery attempts (facts), and what is still to be sent. Times are epoch milliseconds of the wall clock. */
export interface Deliveries {
  record(delivery: Delivery, answer?: string): Promise<void>;
  /** Messages of an endpoint that are due, oldest first. */
  pending(query: PendingQuery): Promise<readonly Pending[]>;
  /** Last attempt of a message, null before the first. */
  outcome(message: string, endpoint: string): Promise<Last | null>;
  /** Last attempts at an endpoint, newest first. */
  recent(endpoint: string, limit: number): Promise<readonly Pick<Delivery, 'status' | 'at'>[]>;
  /** Every record of a transition or order, or of one message, in order of time. */
  attempts(id: string): Promise<readonly Attempt[]>;
  /** Whether a transition or order is a message to a receiver, sent or not. */
  isFor(id: string, endpoint: string): Promise<boolean>;
  /** Newest first; null is any. */
  list(query: ListQuery): Promise<readonly Attempt[]>;
  endpointState(name: string, kind: string): Promise<EndpointState | null>;
  setEndpointState(name: string, kind: string, state: EndpointState): Promise<void>;
}

interface ListQuery {
  readonly endpoint: string | null;
  /** Id of a transition or an order. */
  readonly id: string | null;
  readonly outcome: string | null;
  readonly limit: number;
}

type Attempt = Delivery & { readonly answer: string };

type Last = Pick<Delivery, 'outcome' | 'status' | 'detail'>;

interface EndpointState {
  readonly state: 'active' | 'disabled';
  readonly detail: string;
  readonly since: number;
  readonly at: number;
}

/** Deliveries in ClickHouse. */
export function createDeliveries({ database, db = 'leeway' }: DeliveriesDeps): Deliveries {
  const table = `${db}.deliveries`;
  // The first condition is for the index alone: one receiver's name may begin with another's.
  const ofMessage = `startsWith(message, {id:String})
    AND (message = {id:String} OR message = replaceAll(concat({id:String}, '_', endpoint), '.', '-'))`;
  const read = async (
    where: string,
    order: string,
    parameters: Readonly<Record<string, string | number>>,
  ) => {
    const rows = await database.rows<AttemptRow>(
      `SELECT ${attemptColumns} FROM ${table} FINAL WHERE ${where} ORDER BY ${order}`,
      parameters,
    );
    return rows.map(attemptOf);
  };
  return {
    record: (d, answer = '') => database.insertRows(table, [{ ...rowOf(d), answer }]),
    pending: query => readPending(database, db, query),
    outcome: async (message, endpoint) => {
      const rows = await database.rows<Last>(
        `SELECT outcome, status, detail FROM ${table} FINAL
         WHERE message = {message:String} AND endpoint = {endpoint:String} ORDER BY attempt DESC LIMIT 1`,
        { message, endpoint },
      );
      return rows[0] === undefined ? null : { ...rows[0], status: Number(rows[0].status) };
    },
    recent: async (endpoint, limit) => {
      const rows = await database.rows<{ status: number; at_ms: string }>(
        `SELECT status, toUnixTimestamp64Milli(at) AS at_ms FROM ${table} FINAL
         WHERE endpoint = {endpoint:String} AND outcome != 'again' ORDER BY at DESC, attempt DESC LIMIT {limit:UInt32}`,
        { endpoint, limit },
      );
      return rows.map(row => ({ status: Number(row.status), at: Number(row.at_ms) }));
    },
    attempts: id => read(ofMessage, 'at, endpoint, attempt', { id }),
    isFor: (id, endpoint) => isMessageFor(database, db, { id, endpoint }),
    list: ({ endpoint, id, outcome, limit }) =>
      read(
        [
          '1',
          endpoint === null ? '1' : 'endpoint = {endpoint:String}',
          id === null ? '1' : ofMessage,
          outcome === null ? '1' : 'outcome = {outcome:String}',
        ].join(' AND '),
        'at DESC, message, attempt DESC LIMIT {limit:UInt32}',
        {
          limit,
          ...(endpoint === null ? {} : { endpoint }),
          ...(id === null ? {} : { id }),
          ...(outcome === null ? {} : { outcome }),
        },
      ),
    ...endpointStates(database, db),
  };
}

function endpointStates(
  database: Database,
  db: string,
): Pick<Deliveries, 'endpointState' | 'setEndpointState'> {
  return {
    endpointState: async (name, kind) => {
      const rows = await database.rows<{
        state: 'active' | 'disabled';
        detail: string;
        since_ms: string;
        at_ms: string;
      }>(
        `SELECT state, detail, toUnixTimestamp64Milli(if(toUnixTimestamp64Milli(since) = 0, at, since)) AS since_ms,
           toUnixTimestamp64Milli(at) AS at_ms FROM ${db}.endpoints FINAL
         WHERE name = {name:String} AND kind = {kind:String}`,
        { name, kind },
      );
      const row = rows[0];
      if (row === undefined) return null;
      return { state: row.state, detail: row.detail, since: Number(row.since_ms), at: Number(row.at_ms) };
    },
    setEndpointState: (name, kind, { state, detail, since, at }) =>
      database.insertRows(`${db}.endpoints`, [
        { name, kind, state, detail, since: Math.round(since), at: Math.round(at) },
      ]),
  };
}

function rowOf(d: Delivery): Record<string, unknown> {
  return {
    message: d.message,
    endpoint: d.endpoint,
    attempt: d.attempt,
    at: Math.round(d.at),
    outcome: d.outcome,
    status: d.status,
    detail: d.detail,
    duration_seconds: d.durationSeconds,
    next: Math.round(d.next),
    run: d.run ?? '',
    url: d.url ?? '',
  };
}
