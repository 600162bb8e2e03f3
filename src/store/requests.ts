import type { Database, StoreClock } from './database.ts';

const keptMilliseconds = 24 * 3600 * 1000;

/** What is remembered about a request with an `Idempotency-Key`. */
export interface RememberedRequest {
  /** When it first arrived, epoch milliseconds: the event time of its rows that have none, on every retry. */
  readonly time: number;
  /** The answer given, '' while the first attempt has not finished. */
  readonly answer: string;
}

/** Answers of requests with an `Idempotency-Key`, for 24 hours. */
export interface RequestStore {
  /** What is known of this key, or null when it is new or older than 24 hours. */
  get(key: string): Promise<RememberedRequest | null>;
  /** Remembers the request: first with its time and no answer, before rows are stored, then with its answer. */
  put(key: string, request: RememberedRequest): Promise<void>;
}

export function createRequestStore(deps: {
  database: Database;
  db: string;
  storeClock: StoreClock;
}): RequestStore {
  const { database, db, storeClock } = deps;
  return {
    get: async key => {
      const [row] = await database.rows<{ time: string; answer: string }>(
        `SELECT toUnixTimestamp64Milli(r.time) AS time, answer FROM ${db}.requests AS r FINAL
         WHERE idempotency_key = {key:String}`,
        { key },
      );
      if (row === undefined || Number(row.time) <= (await storeClock.now()) - keptMilliseconds) return null;
      return { time: Number(row.time), answer: row.answer };
    },
    // Of two rows with one time the later insert survives, so the answer replaces the empty one.
    put: (key, { time, answer }) =>
      database.insertRows(`${db}.requests`, [{ idempotency_key: key, time: Math.round(time), answer }]),
  };
}
