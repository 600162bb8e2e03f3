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
 *
 * Asked for every other second by every receiver, and nearly always in vain: so the first two looks (is any open, may
 * any be due) read none of the wide columns, and what is wide is read of those alone that were found.
 */
export async function readPending(
  database: Database,
  db: string,
  query: PendingQuery,
): Promise<readonly Pending[]> {
  const { endpoint, takes, since, now, limit } = query;
  const usual = { endpoint, since: Math.round(since), now: Math.round(now), usual: usualTarget };
  const look = lookOf(db, takes);
  for (const first of [openOf(db, takes), look])
    if ((await database.rows(`SELECT id FROM (${first}) LIMIT 1`, usual)).length === 0) return [];
  const rows = await database.rows<{ id: string; body: string; attempts: string; tries: string }>(
    `SELECT id, body, attempts, tries FROM (
       SELECT id, body, written, attempts, tries, last, next, last_at,
         row_number() OVER (PARTITION BY line ORDER BY step, written, id) AS place,
         max(written) OVER (PARTITION BY line) AS newest
       FROM (SELECT *, ${messageOf('id')} AS message FROM (${outboxOf(db, takes, look)})) AS o
       LEFT JOIN (${attemptsOf(db, 'FINAL')}) AS d ON o.message = d.message
       WHERE ${isOpen}
     )
     WHERE place = 1 AND ${isDue} ORDER BY written, id LIMIT {limit:UInt32}`,
    { ...usual, limit },
  );
  return rows.map(({ id, body, attempts, tries }) => ({
    id,
    body,
    attempts: Number(attempts),
    tries: Number(tries),
  }));
}

const isOpen = "last IN ('', 'retry', 'again', 'disabled')";

const isDue = `(last != 'retry' OR next <= fromUnixTimestamp64Milli({now:Int64})
  OR (newest > last_at AND newest <= fromUnixTimestamp64Milli({now:Int64}))
  OR last_at > fromUnixTimestamp64Milli({now:Int64}) + INTERVAL 1 MINUTE)`;

/** Id of the message of a transition or order to the endpoint of the query. */
function messageOf(id: string): string {
  return `replaceAll(concat(${id}, '_', {endpoint:String}), '.', '-')`;
}

/** Where each message of the endpoint stands. Of a record that was written twice the later one counts. */
function attemptsOf(db: string, final: 'FINAL' | ''): string {
  return `SELECT message, max(attempt) AS attempts, attempts - maxIf(attempt, outcome IN ('again', 'disabled')) AS tries,
      argMax(outcome, (attempt, at)) AS last, argMax(next, (attempt, at)) AS next, argMax(at, (attempt, at)) AS last_at
    FROM ${db}.deliveries ${final}
    WHERE endpoint = {endpoint:String} AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 1 DAY
    GROUP BY message`;
}

const isTold = 'notify = 1 AND (empty(routes) OR has(routes, {endpoint:String}))';

const isRecent = 'written >= fromUnixTimestamp64Milli({since:Int64})';

function askedOf(db: string): string {
  return `SELECT message FROM ${db}.deliveries
    WHERE endpoint = {endpoint:String} AND outcome = 'again' AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 1 DAY`;
}

/** Ids of the open messages of all lines of which one may be due. */
function lookOf(db: string, takes: 'alerts' | 'orders'): string {
  return `SELECT id FROM (
      SELECT id, max(${isDue}) OVER (PARTITION BY line) AS some FROM (
        SELECT id, line, last, next, last_at, max(written) OVER (PARTITION BY line) AS newest
        FROM (${openOf(db, takes)}) AS o
        LEFT JOIN (${attemptsOf(db, '')}) AS d ON o.message = d.message
      )
    ) WHERE some = 1`;
}

/** Messages that have not come to an end, of narrow columns; rows that were written twice are not merged. */
function openOf(db: string, takes: 'alerts' | 'orders'): string {
  return `SELECT *, ${messageOf('id')} AS message FROM (${narrowOf(db, takes)}) WHERE message NOT IN (${endedOf(db)})`;
}

/** Messages of which nothing is to be sent any more. */
function endedOf(db: string): string {
  return `SELECT message FROM ${db}.deliveries
    WHERE endpoint = {endpoint:String} AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 1 DAY
    GROUP BY message HAVING argMax(outcome, (attempt, at)) NOT IN ('retry', 'again', 'disabled')`;
}

function narrowOf(db: string, takes: 'alerts' | 'orders'): string {
  if (takes === 'alerts')
    return `SELECT id, written, (policy, model, environment) AS line FROM ${db}.transitions
      WHERE ${isTold}
        AND (${isRecent} OR ${messageOf('id')} IN (${askedOf(db)}))`;
  return `SELECT id, max(orders.written) AS written, id AS line FROM ${db}.orders AS orders GROUP BY id
    HAVING ${isWanted(db, '(orders.step, orders.written)')}`;
}

function outboxOf(db: string, takes: 'alerts' | 'orders', look: string): string {
  if (takes === 'alerts')
    return `SELECT id, body, written, (policy, model, environment) AS line, JSONExtractUInt(memory, 'step') AS step
      FROM ${db}.transitions FINAL PREWHERE id IN (${look})
      WHERE ${isTold}`;
  return `SELECT id, argMax(body, orders.step) AS body, max(orders.written) AS written, id AS line, 0 AS step
    FROM ${db}.orders AS orders FINAL PREWHERE id IN (${look}) GROUP BY id
    HAVING ${isWanted(db, 'orders.step')}`;
}

/** Whether an order is to be sent; `last` says which of its steps is the last. */
function isWanted(db: string, last: string): string {
  return `${isTarget(last)}
    AND ((argMax(state, ${last}) = 'requested' AND ${isRecent})
      OR (argMax(state, ${last}) IN ('requested', 'sent') AND ${messageOf('id')} IN (${askedOf(db)})))`;
}

function isTarget(last: string): string {
  return `argMax(if(target = '', {usual:String}, target), ${last}) = {endpoint:String}`;
}

/** Whether a transition or order is a message to an endpoint. */
export async function isMessageFor(
  database: Database,
  db: string,
  of: { readonly id: string; readonly endpoint: string },
): Promise<boolean> {
  const rows = await database.rows(
    `SELECT id FROM ${db}.transitions FINAL WHERE id = {id:String} AND ${isTold}
     UNION ALL SELECT id FROM ${db}.orders AS orders FINAL WHERE id = {id:String} GROUP BY id HAVING ${isTarget('orders.step')}`,
    { ...of, usual: usualTarget },
  );
  return rows.length > 0;
}
