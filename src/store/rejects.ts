import type { Reject, RejectReason } from '../domain/reject.ts';
import type { Database } from './database.ts';
import { chunks } from './inferences.ts';

/** A stored reject; `at` is the store's clock when it was written, epoch milliseconds. */
export interface StoredReject extends Reject {
  readonly at: number;
}

export interface RejectFilter {
  /** Empty or left out: every reason. */
  readonly reason?: string;
  readonly source?: string;
  readonly limit: number;
}

/** Records that could not be used, once each. */
export interface RejectStore {
  write(rejects: readonly Reject[]): Promise<void>;
  /** Newest first. */
  list(filter: RejectFilter): Promise<StoredReject[]>;
  /** How many of each reason are kept, commonest first; of positions that begin with `positions`, if given. */
  counts(
    source?: string,
    positions?: string,
  ): Promise<{ readonly reason: RejectReason; readonly n: number }[]>;
}

export function createRejectStore({ database, db }: { database: Database; db: string }): RejectStore {
  const where = `({reason:String} = '' OR reason = {reason:String}) AND ({source:String} = '' OR source = {source:String})`;
  return {
    write: async rejects => {
      const distinct = new Map(rejects.map(r => [JSON.stringify([r.source, r.position]), r]));
      const rows = [...distinct.values()].map(r => ({
        source: r.source,
        position: r.position,
        reason: r.reason,
        detail: r.detail,
        content: r.content,
        payload: r.payload,
      }));
      for (const part of chunks(rows, 5000)) await database.insertRows(`${db}.rejects`, part);
    },
    list: async filter => {
      const rows = await database.rows<Omit<StoredReject, 'at'> & { at: string }>(
        `SELECT source, position, reason, detail, content, payload, toUnixTimestamp64Milli(r.at) AS at
         FROM ${db}.rejects AS r FINAL WHERE ${where} ORDER BY r.at DESC, source, position LIMIT {limit:UInt32}`,
        { reason: filter.reason ?? '', source: filter.source ?? '', limit: filter.limit },
      );
      return rows.map(row => ({ ...row, at: Number(row.at) }));
    },
    counts: async (source, positions) => {
      const rows = await database.rows<{ reason: RejectReason; n: string }>(
        `SELECT reason, count() AS n FROM ${db}.rejects FINAL
         WHERE ${where} AND startsWith(position, {positions:String}) GROUP BY reason ORDER BY n DESC, reason`,
        { reason: '', source: source ?? '', positions: positions ?? '' },
      );
      return rows.map(row => ({ reason: row.reason, n: Number(row.n) }));
    },
  };
}
