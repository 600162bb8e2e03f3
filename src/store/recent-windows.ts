import { type Verdict, verdicts } from '../domain/finding.ts';
import type { Database } from './database.ts';

/** Which windows are wanted; what is left out does not matter. */
export interface WindowFilter {
  readonly model: string;
  readonly environment?: string;
  readonly windowSeconds?: number;
  /** Only windows that could not be read in time. */
  readonly blind?: boolean;
  readonly limit: number;
}

/** A window that was looked at, and how many findings say what. Times in epoch seconds. */
export interface RecentWindow {
  readonly environment: string;
  readonly start: number;
  readonly seconds: number;
  readonly rows: number;
  readonly baseline: number;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

/** Windows of a model over all versions and segments, newest first, longest first among those that end together. */
export function createRecentWindows({ database, db }: { database: Database; db: string }) {
  return async (filter: WindowFilter): Promise<readonly RecentWindow[]> => {
    const { model, environment, windowSeconds, blind = false } = filter;
    const where = ['model = {model:String}', "version = ''", "segment = ''"];
    const params: Record<string, string | number> = { model };
    if (environment !== undefined) {
      where.push('environment = {environment:String}');
      params['environment'] = environment;
    }
    if (windowSeconds !== undefined) {
      where.push('window_seconds = {seconds:UInt32}');
      params['seconds'] = windowSeconds;
    }
    const counts = verdicts.map(verdict => `countIf(verdict = '${verdict}')`).join(', ');
    const rows = await database.rows<{
      environment: string;
      start: string;
      seconds: string;
      counted: string;
      by: string;
      counts: readonly string[];
    }>(
      `SELECT environment, toUnixTimestamp(window_start) AS start, window_seconds AS seconds,
         maxIf(n, "check" = 'volume') AS counted, max(baseline) AS by, [${counts}] AS counts
       FROM ${db}.findings FINAL WHERE ${where.join(' AND ')}
       GROUP BY environment, window_start, window_seconds
       ${blind ? "HAVING countIf(verdict = 'blind') > 0" : ''}
       ORDER BY start + seconds DESC, seconds DESC, environment LIMIT ${Math.max(1, Math.floor(filter.limit))}`,
      params,
    );
    return rows.map(row => ({
      environment: row.environment,
      start: Number(row.start),
      seconds: Number(row.seconds),
      rows: Number(row.counted),
      baseline: Number(row.by),
      verdicts: Object.fromEntries(
        verdicts.flatMap((verdict, i) => {
          const count = Number(row.counts[i]);
          return count === 0 ? [] : [[verdict, count]];
        }),
      ),
    }));
  };
}
