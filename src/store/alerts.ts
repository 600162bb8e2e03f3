import type { AlertSeverity, AlertState as State, Transition } from '../domain/alert.ts';
import type { Finding, JudgedWindow, Verdict } from '../domain/finding.ts';
import type { Clock } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { type FindingColumns, findingColumns, findingOf } from './finding-rows.ts';

export interface AlertsDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
  /** Wall clock: when a row was written. Tests inject theirs. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Transitions of alerts (facts), and the findings they are decided on. */
export interface Alerts {
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
  /** Windows that ended at or after `windowEnd` (epoch seconds) with their findings, in order of end, then length. */
  findingsSince(query: FindingsQuery): Promise<readonly JudgedWindow[]>;
  /** Starts of all activations of a model but the first, epoch milliseconds, ascending. */
  promotions(model: string): Promise<readonly number[]>;
}

interface AlertState {
  readonly environment: string;
  readonly policy: string;
  readonly state: State;
  /** Since when it is in this state, run's clock, epoch milliseconds. */
  readonly since: number;
  readonly subjects: readonly string[];
  readonly episode: number;
}

interface FindingsQuery {
  readonly model: string;
  readonly environment: string;
  readonly windowEnd: number;
  readonly skipQuiet: boolean;
  readonly loud?: readonly Verdict[];
}

export const transitionColumns = `id, model, environment, policy, episode, from, to, reason, toUnixTimestamp64Milli(at) AS at_ms,
  toUnixTimestamp(window_start) AS start, window_seconds, notify, severity, routes, subjects, memory, body`;

/** Alert facts in ClickHouse. A transition written twice is one row (its id is derived). */
export function createAlerts({ database, db = 'leeway', clock }: AlertsDeps): Alerts {
  const stream = 'model = {model:String} AND environment = {environment:String}';
  const transitions = async (model: string, limit: number) => {
    const rows = await database.rows<TransitionRow>(
      `SELECT ${transitionColumns} FROM ${db}.transitions FINAL WHERE model = {model:String}
         ORDER BY at DESC, JSONExtractUInt(memory, 'step') DESC LIMIT {limit:UInt32}`,
      { model, limit },
    );
    return rows.map(toTransition);
  };
  return {
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
    alerts: async model => standing(await transitions(model, 1000)),
    streams: () =>
      database.rows(
        `SELECT DISTINCT model, environment FROM (SELECT model, environment FROM ${db}.findings
         UNION ALL SELECT model, environment FROM ${db}.transitions) ORDER BY model, environment`,
      ),
    findingsSince: async ({ model, environment, windowEnd, skipQuiet, loud = ['drift', 'blind'] }) => {
      const end = 'toUnixTimestamp(window_start) + window_seconds';
      // A week more, the longest window: what the last quiet window of each length said is remembered too.
      const those = `${stream} AND verdict IN {loud:Array(String)} AND ${end} >= {windowEnd:Int64}`;
      const first = `AND ${end} + 604800 >= (SELECT min(${end}) FROM ${db}.findings FINAL WHERE ${those})
        AND (SELECT count() FROM ${db}.findings FINAL WHERE ${those}) > 0`;
      const rows = await database.rows<FindingColumns>(
        `SELECT ${findingColumns} FROM ${db}.findings FINAL
         WHERE ${stream} AND ${end} >= {windowEnd:Int64} ${skipQuiet ? first : ''}
         ORDER BY ${end}, window_seconds, check, subject, version, segment`,
        { model, environment, windowEnd, loud: [...loud] },
      );
      return toWindows(rows.map(findingOf));
    },
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

/** State of each alert from its transitions, newest first. */
function standing(transitions: readonly Transition[]): readonly AlertState[] {
  const states = new Map<string, AlertState>();
  for (const { environment, policy, episode, from, to, at, subjects } of transitions) {
    const key = JSON.stringify([environment, policy]);
    const known = states.get(key);
    if (known === undefined)
      states.set(key, { environment, policy, state: to, since: at, subjects, episode });
    // A state that was announced later began with the change before.
    else if (known.episode === episode && known.state === to && from !== to)
      states.set(key, { ...known, since: at });
  }
  return [...states.values()];
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

/** Findings that follow each other in order of window become windows. */
function toWindows(findings: readonly Finding[]): readonly JudgedWindow[] {
  const windows = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.windowStart}/${finding.windowSeconds}`;
    const known = windows.get(key);
    if (known === undefined) windows.set(key, [finding]);
    else known.push(finding);
  }
  return [...windows.values()].map(group => ({
    model: group[0]!.model,
    environment: group[0]!.environment,
    windowStart: group[0]!.windowStart,
    windowSeconds: group[0]!.windowSeconds,
    generation: group.reduce((most, f) => (f.generation > most ? f.generation : most), 0n),
    findings: group,
  }));
}
