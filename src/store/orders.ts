import type { Order, OrderState } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';

export interface OrdersDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
  /** Wall clock: when a row was written. Tests inject theirs. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Orders as appended steps. */
export interface Orders {
  append(order: Order): Promise<void>;
  /** Last step of an order. */
  latest(id: string): Promise<Order | null>;
  /** All steps of an order, the first one first. */
  steps(id: string): Promise<readonly Order[]>;
  /** Last steps of the orders that are in one of these states, oldest first. */
  inStates(states: readonly string[]): Promise<readonly Order[]>;
  /** The same of one model, newest first. */
  ofModel(model: string, states: readonly string[]): Promise<readonly Order[]>;
  /** Steps at which orders of the model were cleared for sending, at or after `since` of the run's clock, oldest first. */
  requested(model: string, since: number): Promise<readonly Order[]>;
  /** Last steps of the orders of a model (null: of every model), newest first. */
  orders(model: string | null, limit: number): Promise<readonly Order[]>;
}

const columns = `id, step, model, environment, kind, state, reason, toUnixTimestamp64Milli(at) AS at_ms, transition, target, trigger, by, body, result`;

/** Orders in ClickHouse. */
export function createOrders({ database, db = 'leeway', clock }: OrdersDeps): Orders {
  const table = `${db}.orders`;
  return {
    append: order =>
      database.insertRows(table, [{ ...order, at: Math.round(order.at), written: Math.round(clock.now()) }]),
    latest: async id => {
      const rows = await database.rows<OrderRow>(
        `SELECT ${columns} FROM ${table} FINAL WHERE id = {id:String} ORDER BY step DESC LIMIT 1`,
        { id },
      );
      return rows[0] === undefined ? null : toOrder(rows[0]);
    },
    inStates: async states => {
      const rows = await database.rows<OrderRow>(
        `SELECT * FROM (SELECT ${columns} FROM ${table} FINAL ORDER BY id, step DESC LIMIT 1 BY id)
         WHERE state IN {states:Array(String)} ORDER BY at_ms, id`,
        { states },
      );
      return rows.map(toOrder);
    },
    steps: async id => {
      const rows = await database.rows<OrderRow>(
        `SELECT ${columns} FROM ${table} FINAL WHERE id = {id:String} ORDER BY step`,
        { id },
      );
      return rows.map(toOrder);
    },
    ofModel: async (model, states) => {
      const rows = await database.rows<OrderRow>(
        `SELECT * FROM (SELECT ${columns} FROM ${table} FINAL WHERE model = {model:String} ORDER BY id, step DESC LIMIT 1 BY id)
         WHERE state IN {states:Array(String)} ORDER BY at_ms DESC, id`,
        { model, states },
      );
      return rows.map(toOrder);
    },
    requested: async (model, since) => {
      const rows = await database.rows<OrderRow>(
        `SELECT ${columns} FROM ${table} FINAL WHERE model = {model:String} AND state = 'requested'
           AND at >= fromUnixTimestamp64Milli({since:Int64}) ORDER BY at, id`,
        { model, since: Math.round(since) },
      );
      return rows.map(toOrder);
    },
    orders: async (model, limit) => {
      const rows = await database.rows<OrderRow>(
        `SELECT * FROM (SELECT ${columns} FROM ${table} FINAL ${model === null ? '' : 'WHERE model = {model:String}'}
           ORDER BY id, step DESC LIMIT 1 BY id) ORDER BY at_ms DESC, id LIMIT {limit:UInt32}`,
        { limit, ...(model === null ? {} : { model }) },
      );
      return rows.map(toOrder);
    },
  };
}

type OrderRow = Omit<Order, 'at' | 'state'> & { readonly at_ms: string; readonly state: OrderState };

function toOrder({ at_ms, ...same }: OrderRow): Order {
  return { ...same, step: Number(same.step), at: Number(at_ms) };
}
