import type { Delivery } from '../domain/alert.ts';

/** Columns of an attempt as they are read. */
export const attemptColumns = `message, endpoint, attempt, toUnixTimestamp64Milli(at) AS at_ms, outcome, status, detail,
  duration_seconds, toUnixTimestamp64Milli(next) AS next_ms, run, url, answer`;

export interface AttemptRow {
  readonly message: string;
  readonly endpoint: string;
  readonly attempt: number;
  readonly at_ms: string;
  readonly outcome: Delivery['outcome'];
  readonly status: number;
  readonly detail: string;
  readonly duration_seconds: number;
  readonly next_ms: string;
  readonly run: string;
  readonly url: string;
  readonly answer: string;
}

export function attemptOf(row: AttemptRow): Delivery & { readonly answer: string } {
  return {
    message: row.message,
    endpoint: row.endpoint,
    attempt: Number(row.attempt),
    at: Number(row.at_ms),
    outcome: row.outcome,
    status: Number(row.status),
    detail: row.detail,
    durationSeconds: Number(row.duration_seconds),
    next: Number(row.next_ms),
    ...(row.run === '' ? {} : { run: row.run }),
    ...(row.url === '' ? {} : { url: row.url }),
    answer: row.answer,
  };
}
