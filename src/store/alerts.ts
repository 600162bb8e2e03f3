import type { AlertSeverity, AlertState as State, Transition } from '../domain/alert.ts';
import type { Clock } from '../lib/clock.ts';
import { type AlertFindings, createAlertFindings } from './alert-findings.ts';
import { type AlertMemories, createAlertMemories } from './alert-memories.ts';
import { type AlertState, readStanding } from './alert-standing.ts';
import type { Database } from './database.ts';

export interface AlertsDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
  /** Wall clock: when a row was written. Tests inject theirs. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Transitions of alerts (facts), and the findings they are decided on. */
export interface Alerts extends AlertFindings, AlertMemories {
  append(transition: Transition): Promise<void>;
  /** The last transition of an alert, null before the first. */
  last(alert: {
    readonly policy: string;
    readonly model: string;
    readonly environment: string;
  }): Promise<Transition | null>;
  /** The last transition of every alert of a stream, by policy. */
  lastOfAll(stream: { readonly model: string; readonly environment: string }): Promise<readonly Transition[]>;
  /** Transitions of a model, newest first. */
  transitions(model: string, limit: number): Promise<readonly Transition[]>;
  /** Where each alert of a model stands. */
  alerts(model: string): Promise<readonly AlertState[]>;
  /** Every model and environment with findings or transitions. */
  streams(): Promise<readonly { readonly model: string; readonly environment: string }[]>;
  /** Starts of all activations of a model but the first, epoch milliseconds, ascending. */
  promotions(model: string): Promise<readonly number[]>;
}

const stream = 'model = {model:String} AND environment = {environment:String}';

export const transitionColumns = `id, model, environment, policy, episode, from, to, reason, toUnixTimestamp64Milli(at) AS at_ms,
  toUnixTimestamp(window_start) AS start, window_seconds, notify, severity, routes, subjects, memory, body`;

/** Alert facts in ClickHouse. A transition written twice is one row (its id is derived). */
export function createAlerts({ database, db = 'leeway', clock }: AlertsDeps): Alerts {
  const transitions = async (model: string, limit: number) => {
    const rows = await database.rows<TransitionRow>(
      `SELECT ${transitionColumns} FROM ${db}.transitions FINAL WHERE model = {model:String}
         ORDER BY at DESC, JSONExtractUInt(memory, 'step') DESC LIMIT {limit:UInt32}`,
      { model, limit },
    );
    return rows.map(toTransition);
  };
  return {
    ...createAlertFindings(database, db),
    ...createAlertMemories({ database, db, clock }),
    append: transition => database.insertRows(`${db}.transitions`, [toRow(transition, clock.now())]),
    last: async ({ policy, model, environment }) => {
      const rows = await database.rows<TransitionRow>(
        `SELECT ${transitionColumns} FROM ${db}.transitions FINAL WHERE ${stream} AND policy = {policy:String}
         ORDER BY JSONExtractUInt(memory, 'step') DESC LIMIT 1`,
        { policy, model, environment },
      );
      return rows[0] === undefined ? null : toTransition(rows[0]);
    },
    lastOfAll: async ({ model, environment }) => {
      const rows = await database.rows<TransitionRow>(
        `SELECT ${transitionColumns} FROM ${db}.transitions FINAL WHERE ${stream}
         ORDER BY policy, JSONExtractUInt(memory, 'step') DESC LIMIT 1 BY policy`,
        { model, environment },
      );
      return rows.map(toTransition);
    },
    transitions,
    alerts: model => readStanding(database, db, model),
    streams: () =>
      database.rows(
        `SELECT DISTINCT model, environment FROM (SELECT model, environment FROM ${db}.findings
         UNION ALL SELECT model, environment FROM ${db}.transitions) ORDER BY model, environment`,
      ),
    promotions: async model => {
      const rows = await database.rows<{ start: string }>(
        `SELECT DISTINCT toUnixTimestamp64Milli(from) AS start FROM ${db}.activations FINAL
         WHERE model = {model:String} ORDER BY start`,
        { model },
      );
      return rows.slice(1).map(row => Number(row.start));
    },
  };
}

function toRow(t: Transition, written: number): Record<string, unknown> {
  return {
    id: t.id,
    model: t.model,
    environment: t.environment,
    policy: t.policy,
    episode: t.episode,
    from: t.from,
    to: t.to,
    reason: t.reason,
    at: Math.round(t.at),
    window_start: t.windowStart,
    window_seconds: t.windowSeconds,
    notify: t.notify ? 1 : 0,
    severity: t.severity,
    routes: t.routes,
    subjects: t.subjects,
    memory: t.memory,
    body: t.body,
    written: Math.round(written),
  };
}

export interface TransitionRow {
  readonly id: string;
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  readonly episode: number;
  readonly from: State;
  readonly to: State;
  readonly reason: string;
  readonly at_ms: string;
  readonly start: number;
  readonly window_seconds: number;
  readonly notify: number;
  readonly severity: AlertSeverity;
  readonly routes: readonly string[];
  readonly subjects: readonly string[];
  readonly memory: string;
  readonly body: string;
}

export function toTransition(row: TransitionRow): Transition {
  const { at_ms, start, window_seconds, notify, ...same } = row;
  return {
    ...same,
    at: Number(at_ms),
    windowStart: Number(start),
    windowSeconds: Number(window_seconds),
    notify: Number(notify) === 1,
  };
}
