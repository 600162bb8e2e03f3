import type { Database } from './database.ts';

export interface PendingQuery {
  readonly endpoint: string;
  readonly takes: 'alerts' | 'orders';
  /** Written at or after this, epoch milliseconds. */
  readonly since: number;
  /** Due at this moment, epoch milliseconds. */
  readonly now: number;
  readonly limit: number;
}

export interface Pending {
  readonly id: string;
  readonly body: string;
  readonly attempts: number;
  readonly tries: number;
}

/** Where orders go whose row names no target. */
const usualTarget = 'retraining';

/**
 * Messages of an endpoint that are due, each with its body as it is stored. A message somebody asked for again is one
 * whatever its age. `line` holds the messages that follow each other: those of one alert, in the order of its steps.
 */
export async function readPending(
  database: Database,
  db: string,
  query: PendingQuery,
): Promise<readonly Pending[]> {
  const { endpoint, takes, since, now, limit } = query;
  const rows = await database.rows<{ id: string; body: string; attempts: string; tries: string }>(
    `SELECT id, body, attempts, tries FROM (
       SELECT id, body, written, attempts, tries, last, next, last_at,
         row_number() OVER (PARTITION BY line ORDER BY step, written, id) AS place,
         max(written) OVER (PARTITION BY line) AS newest
       FROM (SELECT *, ${messageOf('id')} AS message FROM (${outboxOf(db, takes)})) AS o
       LEFT JOIN (
         SELECT message, max(attempt) AS attempts, attempts - maxIf(attempt, outcome IN ('again', 'disabled')) AS tries,
           argMax(outcome, attempt) AS last, argMax(next, attempt) AS next, argMax(at, attempt) AS last_at
         FROM ${db}.deliveries FINAL
         WHERE endpoint = {endpoint:String} AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 1 DAY
         GROUP BY message
       ) AS d ON o.message = d.message
       WHERE last IN ('', 'retry', 'again', 'disabled')
     )
     WHERE place = 1 AND (last != 'retry' OR next <= fromUnixTimestamp64Milli({now:Int64})
       OR (newest > last_at AND newest <= fromUnixTimestamp64Milli({now:Int64}))
       OR last_at > fromUnixTimestamp64Milli({now:Int64}) + INTERVAL 1 MINUTE)
     ORDER BY written, id LIMIT {limit:UInt32}`,
    { endpoint, since: Math.round(since), now: Math.round(now), limit, usual: usualTarget },
  );
  return rows.map(({ id, body, attempts, tries }) => ({
    id,
    body,
    attempts: Number(attempts),
    tries: Number(tries),
  }));
}

/** Id of the message of a transition or order to the endpoint of the query. */
function messageOf(id: string): string {
  return `replaceAll(concat(${id}, '_', {endpoint:String}), '.', '-')`;
}

function outboxOf(db: string, takes: 'alerts' | 'orders'): string {
  const recent = 'written >= fromUnixTimestamp64Milli({since:Int64})';
  const asked = `SELECT message FROM ${db}.deliveries FINAL
    WHERE endpoint = {endpoint:String} AND outcome = 'again' AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 1 DAY`;
  if (takes === 'alerts')
    return `SELECT id, body, written, concat(policy, '\\n', model, '\\n', environment) AS line,
        JSONExtractUInt(memory, 'step') AS step
      FROM ${db}.transitions FINAL
      WHERE notify = 1 AND (empty(routes) OR has(routes, {endpoint:String}))
        AND (${recent} OR ${messageOf('id')} IN (${asked}))`;
  return `SELECT id, argMax(body, orders.step) AS body, max(orders.written) AS written, id AS line, 0 AS step
    FROM ${db}.orders AS orders FINAL GROUP BY id
    HAVING argMax(if(target = '', {usual:String}, target), orders.step) = {endpoint:String}
      AND ((argMax(state, orders.step) = 'requested' AND ${recent})
        OR (argMax(state, orders.step) IN ('requested', 'sent') AND ${messageOf('id')} IN (${asked})))`;
}
