import type { Silence } from '../domain/control.ts';
import type { Database } from './database.ts';

export interface SilencesDeps {
  readonly database: Database;
  /** Name of the database; 'leeway' unless told. */
  readonly db?: string;
}

/** Silences, each one row: written again when it is ended. */
export interface Silences {
  /** The same id again replaces. */
  write(silence: Silence): Promise<void>;
  find(id: string): Promise<Silence | null>;
  /** Those that count longest first (for ever, then by their end). */
  list(limit: number): Promise<readonly Silence[]>;
}

const columns = `id, models, environments, policies, checks, subjects, toUnixTimestamp64Milli(from) AS from_ms,
  toUnixTimestamp64Milli(to) AS to_ms, cron, duration_seconds, time_zone, by, note,
  toUnixTimestamp64Milli(created) AS created_ms, deleted, toUnixTimestamp64Milli(ended) AS ended_ms, ended_by`;

/** Silences in ClickHouse. */
export function createSilences({ database, db = 'leeway' }: SilencesDeps): Silences {
  const table = `${db}.silences`;
  return {
    write: silence => database.insertRows(table, [toRow(silence)]),
    find: async id => {
      const rows = await database.rows<SilenceRow>(
        `SELECT ${columns} FROM ${table} FINAL WHERE id = {id:String}`,
        { id },
      );
      return rows[0] === undefined ? null : toSilence(rows[0]);
    },
    list: async limit => {
      const over = `if(deleted = 1, ended_ms, if(to_ms = 0, toInt64(${forEver}), to_ms))`;
      const rows = await database.rows<SilenceRow>(
        `SELECT ${columns} FROM ${table} FINAL ORDER BY ${over} DESC, created_ms DESC, id LIMIT {limit:UInt32}`,
        { limit },
      );
      return rows.map(toSilence);
    },
  };
}

/** Later than any moment that can be stored, epoch milliseconds. */
const forEver = 8.64e15;

function toRow(silence: Silence): Record<string, unknown> {
  const { match, recurrence, ended } = silence;
  return {
    id: silence.id,
    ...match,
    from: Math.round(silence.from),
    to: Math.round(silence.to ?? 0),
    cron: recurrence?.cron ?? '',
    duration_seconds: recurrence?.durationSeconds ?? 0,
    time_zone: recurrence?.timeZone ?? '',
    by: silence.by,
    note: silence.note,
    created: Math.round(silence.created),
    deleted: ended === null ? 0 : 1,
    ended: Math.round(ended ?? 0),
    ended_by: silence.endedBy,
    // The version of the row: the one that ends it is the later one, however the clock goes.
    at: Math.round(ended === null ? silence.created : Math.max(ended, silence.created + 1)),
  };
}

interface SilenceRow {
  readonly id: string;
  readonly models: readonly string[];
  readonly environments: readonly string[];
  readonly policies: readonly string[];
  readonly checks: readonly string[];
  readonly subjects: readonly string[];
  readonly from_ms: string;
  readonly to_ms: string;
  readonly cron: string;
  readonly duration_seconds: number;
  readonly time_zone: string;
  readonly by: string;
  readonly note: string;
  readonly created_ms: string;
  readonly deleted: number;
  readonly ended_ms: string;
  readonly ended_by: string;
}

function toSilence(row: SilenceRow): Silence {
  const { models, environments, policies, checks, subjects, cron } = row;
  const to = Number(row.to_ms);
  return {
    id: row.id,
    match: { models, environments, policies, checks, subjects },
    from: Number(row.from_ms),
    to: to === 0 ? null : to,
    recurrence:
      cron === '' ? null : { cron, durationSeconds: Number(row.duration_seconds), timeZone: row.time_zone },
    by: row.by,
    note: row.note,
    created: Number(row.created_ms),
    ended: Number(row.deleted) === 1 ? Number(row.ended_ms) : null,
    endedBy: row.ended_by,
  };
}
