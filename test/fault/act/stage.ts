/**
 * The act stage alone, in a process of its own, over a store that others fill with findings: decides, orders, delivers
 * until nothing is left, and ends. Argument: StageOptions as JSON. Its wall clock runs ahead to the next attempt
 * whenever there is nothing to do, so that days of the schedule pass in a second.
 */
import { createActor } from '../../../src/act/actor.ts';
import { tokenContent, withToken } from '../../../src/act/callback-token.ts';
import type { Channel, Endpoint } from '../../../src/act/channel.ts';
import type { Rails } from '../../../src/act/guards.ts';
import { createLinks } from '../../../src/act/links.ts';
import { createOutbox } from '../../../src/act/outbox.ts';
import { defaultPolicy } from '../../../src/act/policy.ts';
import { createRetraining } from '../../../src/act/retraining.ts';
import { createTargetGuard } from '../../../src/act/target.ts';
import { createWebhookChannel } from '../../../src/act/webhook.ts';
import { type Clock, systemClock } from '../../../src/lib/clock.ts';
import { createRecordedEvents } from '../../../src/lib/events.ts';
import { createAlerts } from '../../../src/store/alerts.ts';
import { createArming } from '../../../src/store/arming.ts';
import { createCallbacks } from '../../../src/store/callbacks.ts';
import type { Database } from '../../../src/store/database.ts';
import { createDeliveries } from '../../../src/store/deliveries.ts';
import { openEmbedded } from '../../../src/store/embedded.ts';
import { createOrders } from '../../../src/store/orders.ts';
import { openServer } from '../../../src/store/server.ts';

/** Named points of delivery, in their order. */
export const deliveryPoints = [
  'transition-written',
  'read-back',
  'delivery-sent',
  'attempt-recorded',
] as const;
export type DeliveryPoint = (typeof deliveryPoints)[number];

export interface StageOptions {
  /** Address of the store; null: the embedded engine in `directory`. */
  readonly clickhouse: string | null;
  readonly directory: string;
  /** Addresses of the receivers by name; `trainer` takes orders. */
  readonly receivers: Readonly<Record<string, string>>;
  /** Wall clock at the first start, epoch milliseconds. */
  readonly begun: number;
  /** Where it kills itself: at which hit of which point. */
  readonly kill: { readonly point: DeliveryPoint; readonly hit: number } | null;
  /** How long a receiver may take, milliseconds. */
  readonly timeout: number;
  /** Whether it goes on until every message has come to an end; else until what is due now has been tried. */
  readonly toTheEnd: boolean;
}

const latenessSeconds = 600;
/** Rounds without an attempt, ten minutes at least each, after which something is wrong. */
const mostIdle = 1000;
/** What the tokens of orders are made with: the service keeps its own in the store. */
export const tokenSecret = 'a secret of the service';
const rails: Rails = {
  cooldown: 0,
  perDay: 1_000_000,
  per30Days: 1_000_000,
  leastRows: 0,
  leastLabels: 0,
  windows: 1,
  timeout: Number.POSITIVE_INFINITY,
};
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

if (process.argv[2] !== undefined) {
  await live(JSON.parse(process.argv[2]) as StageOptions);
  process.exit(0);
}

async function live(options: StageOptions): Promise<void> {
  const database =
    options.clickhouse === null
      ? await openEmbedded(options.directory)
      : await openServer({ url: options.clickhouse, username: 'default', password: '' });
  const clock = await createRunningClock(database, options.begun);
  const alerts = createAlerts({ database, clock });
  const orders = createOrders({ database, clock });
  const deliveries = createDeliveries({ database });
  const events = createRecordedEvents();
  const failpoint = failpointOf(options.kill);
  const channel = createWebhookChannel({
    guard: createTargetGuard(['127.0.0.1']),
    timeoutMilliseconds: options.timeout,
  });
  const outbox = createOutbox({
    endpoints: Object.entries(options.receivers).map(([name, url]) => endpointOf(name, url)),
    channels: [{ ...channel, send: withTokens(channel.send) }],
    random: () => 0.5,
    deliveries,
    clock,
    events,
    failpoint,
  });
  const desk = createOrderDesk({ database, orders, deliveries, clock, events });
  await desk.recover();
  const actor = createActor({
    alerts,
    orders: desk,
    policiesOf: () => [{ ...defaultPolicy, remind: null }],
    links: createLinks('http://127.0.0.1:8080'),
    events,
    failpoint,
  });
  await outbox.tick();
  await actor.recover(windowEnd => (windowEnd + latenessSeconds) * 1000);
  for (let idle = 0; ; idle++) {
    const made = await outbox.tick();
    await desk.follow();
    if (made > 0) idle = 0;
    if (idle > mostIdle) throw new Error('messages wait that are never sent');
    if (made > 0) continue;
    const next = await nextDue(database, clock.now());
    if (!options.toTheEnd || next === null) break;
    clock.advanceTo(next);
  }
  const problems = events.seen.filter(({ name }) => name === 'problemOccurred');
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  await channel.close();
  await database.close();
}

/** As the service does it: an order is sent with its token made whole. */
function withTokens(send: Channel['send']): Channel['send'] {
  return ({ id, body }, endpoint, now) => send({ id, body: withToken(body, tokenSecret) }, endpoint, now);
}

function endpointOf(name: string, url: string): Endpoint {
  return {
    name,
    url,
    kind: 'webhook',
    takes: name === 'trainer' ? 'orders' : 'alerts',
    secrets: [{ reveal: () => secret }],
    settings: {},
  };
}

function failpointOf(kill: StageOptions['kill']): (name: string) => void {
  let hits = 0;
  return name => {
    if (name !== kill?.point) return;
    hits++;
    if (hits === kill.hit) process.kill(process.pid, 'SIGKILL');
  };
}

/** The machine's clock, begun where the lives before it had come to. */
async function createRunningClock(database: Database, begun: number) {
  const rows = await database.rows<{ last: string }>(
    `SELECT toUnixTimestamp64Milli(greatest((SELECT max(at) FROM leeway.deliveries),
       (SELECT max(written) FROM leeway.transitions), (SELECT max(at) FROM leeway.endpoints))) AS last`,
  );
  const machine = systemClock.now();
  let ahead = Math.max(begun, Number(rows[0]?.last ?? 0) + 1) - machine;
  const now = () => systemClock.now() + ahead;
  return {
    now,
    advanceTo: (time: number) => {
      ahead += Math.max(0, time - now());
    },
  };
}

/** The service's own life of orders, with rails that hold back nothing: what was killed, and when, must not show in it. */
function createOrderDesk(of: {
  readonly database: Database;
  readonly orders: ReturnType<typeof createOrders>;
  readonly deliveries: ReturnType<typeof createDeliveries>;
  readonly clock: Pick<Clock, 'now'>;
  readonly events: ReturnType<typeof createRecordedEvents>;
}) {
  const { database, orders } = of;
  const retraining = createRetraining({
    ...of,
    // An order of before that is still on its way would hold back the next one: in some runs it is, in others not.
    orders: { ...orders, ofModel: async () => [] },
    callbacks: createCallbacks({ database }),
    arming: createArming({ database }),
    promoter: { promote: async () => 0 },
    links: createLinks('http://127.0.0.1:8080'),
    target: () => 'trainer',
    rails: () => rails,
    counts: { rows: async () => 0, labels: async () => 0 },
    doubts: async () => [],
    token: async order => tokenContent({ order, expires: 1_900_000_000 }),
  });
  return {
    ...retraining,
    /** Follows deliveries; whoever took an order says that it came to nothing. */
    follow: async () => {
      await retraining.tick();
      for (const { id } of await orders.inStates(['sent']))
        await retraining.receive(id, { event_id: `${id}-over`, state: 'failed', message: 'no rows' });
    },
  };
}

/** When the next attempt is due, or the wait of a breaker over; null when nothing waits. */
async function nextDue(database: Database, now: number): Promise<number | null> {
  const rows = await database.rows<{ next_ms: string; waiting: string }>(
    `SELECT toUnixTimestamp64Milli(min(next)) AS next_ms, count() AS waiting FROM (
       SELECT message, argMax(outcome, attempt) AS last, argMax(next, attempt) AS next
       FROM leeway.deliveries FINAL GROUP BY message HAVING last IN ('retry', 'again'))`,
  );
  if (Number(rows[0]?.waiting ?? 0) === 0) return null;
  // A message that is due already waits for a breaker, ten minutes at most.
  return Math.max(Number(rows[0]!.next_ms), now + 600_000);
}
