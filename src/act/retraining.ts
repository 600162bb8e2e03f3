import type { Order, OrderState } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { OrderDesk, OrderRequest } from './actor.ts';
import { followUp, holdOf, isUnderWay, type RetrainingEvent, underWay } from './callback.ts';
import { refusalOf } from './guards.ts';
import { messageId, orderId } from './ids.ts';
import type { Links } from './links.ts';
import { buildOrder } from './order.ts';
import type { ArmingStore, CallbackStore, DeliveryStore, OrderStore, Promoter } from './ports.ts';
import { promoteOrder } from './promotion.ts';
import { createSerial } from './serial.ts';

export interface RetrainingDeps {
  readonly orders: OrderStore;
  readonly callbacks: CallbackStore;
  readonly arming: ArmingStore;
  readonly deliveries: Pick<DeliveryStore, 'outcome'>;
  readonly promoter: Promoter;
  readonly links: Links;
  readonly events: Pick<Events, 'orderChanged' | 'problemOccurred'>;
  /** Run's clock: event time in a replay. */
  readonly clock: Pick<Clock, 'now'>;
  /** Wall clock, when it is not the run's: a replay pauses while an order is under way, and must not wait for ever. */
  readonly wall?: Pick<Clock, 'now'>;
  /** Name of the endpoint that takes orders, null when there is none: orders are then dry runs. */
  readonly endpoint: string | null;
  /** Counts rows of a stream by event time, epoch milliseconds. */
  readonly rows?: {
    between(model: string, environment: string, from: number, to: number): Promise<number>;
  };
  /** Rows since the change that a retraining needs: a model cannot learn what has hardly been seen. 1,000 unless told. */
  readonly leastRows?: number | undefined;
  /** Milliseconds; a day each unless told. */
  readonly cooldown?: number | undefined;
  readonly timeout?: number | undefined;
}

export interface Received {
  readonly status: 'ok' | 'unknown-order' | 'conflict';
  readonly order: Order | null;
}

/** The life of retraining orders. Every step is appended as a fact. */
export interface Retraining extends OrderDesk {
  /** A report of the receiver. Idempotent by event id. */
  receive(id: string, event: RetrainingEvent): Promise<Received>;
  /** Follows deliveries, time-outs and unfinished promotions; call it about once a second. */
  tick(): Promise<void>;
  /** At start: learns which orders are under way. */
  recover(): Promise<void>;
  /** Ends an order that is under way; null when there is none of this id under way. */
  cancel(id: string, by: string): Promise<Order | null>;
  arm(model: string, by: string): Promise<void>;
  disarm(model: string, by: string): Promise<void>;
  isArmed(model: string): Promise<boolean>;
  /** Whether any order is under way: a replay waits for it. Known after `recover`. */
  inFlight(): boolean;
}

const day = 86_400_000;

/** What one step changes; everything else of the order stays. */
type Step = Pick<Order, 'state' | 'reason'> & Partial<Pick<Order, 'result' | 'body'>>;

/** Life of an order: see docs/webhooks.md for its states. One at a time: every change waits for the one before. */
export function createRetraining(deps: RetrainingDeps): Retraining {
  const serial = createSerial();
  const open = new Map<string, Order>();
  const patience = createPatience(deps.wall ?? deps.clock);

  const append = async (order: Order) => {
    await deps.orders.append(order);
    if (isUnderWay(order) || isUnpromoted(order)) open.set(order.id, order);
    else open.delete(order.id);
    deps.events.orderChanged(order);
    return order;
  };
  const next = (order: Order, step: Step) =>
    append({
      ...order,
      ...step,
      reason: step.reason.slice(0, 300),
      at: deps.clock.now(),
      step: order.step + 1,
    });
  const promote = async (order: Order) => {
    const step = await promoteOrder(order, deps.promoter, deps.events);
    return step === null ? order : next(order, step);
  };
  const setArmed = (armed: boolean) => (model: string, by: string) =>
    serial(() => deps.arming.set(model, armed, by, (deps.wall ?? deps.clock).now()));

  return {
    consider: request => serial(() => consider(deps, request, append)),
    receive: (id, event) => serial(() => receive(deps, { id, event }, next, promote)),
    tick: () =>
      serial(async () => {
        for (const order of open.values()) {
          const waited = patience.waited(order.id);
          if (!isUnpromoted(order)) await follow(deps, order, waited, next);
          else if (patience.turn(order.id)) await promote(order);
        }
      }),
    recover: () =>
      serial(async () => {
        open.clear();
        for (const order of await deps.orders.inStates([...underWay, 'succeeded'])) {
          if (isUnderWay(order) || isUnpromoted(order)) open.set(order.id, order);
        }
      }),
    cancel: (id, by) =>
      serial(async () => {
        const order = await deps.orders.latest(id);
        if (order === null || !isUnderWay(order)) return null;
        return next(order, { state: 'cancelled', reason: `by ${by}` });
      }),
    arm: setArmed(true),
    disarm: setArmed(false),
    isArmed: model => deps.arming.isArmed(model),
    inFlight: () => open.size > 0,
  };
}

/** Remembers how long an order was waited for, and when a promotion that failed is tried again. */
function createPatience(wall: Pick<Clock, 'now'>) {
  const first = new Map<string, number>();
  const turns = new Map<string, number>();
  return {
    waited: (id: string) => {
      const now = wall.now();
      const start = first.get(id) ?? now;
      first.set(id, start);
      return now - start;
    },
    /** True on calls 1, 2, 4, ... 64 and then every 64th. */
    turn: (id: string) => {
      const count = (turns.get(id) ?? 0) + 1;
      turns.set(id, count);
      return count % 64 === 0 || (count < 64 && (count & (count - 1)) === 0);
    },
  };
}

type Next = (order: Order, step: Step) => Promise<Order>;
type Promote = (order: Order) => Promise<Order>;

/** A refused order is looked at again while its episode lasts; any other has had its answer. */
async function consider(
  deps: RetrainingDeps,
  request: OrderRequest,
  append: (order: Order) => Promise<Order>,
): Promise<Order | null> {
  const { alert, memory, now } = request;
  const before = await deps.orders.latest(orderId(request.transition));
  if (before !== null && before.state !== 'refused') return before;
  // After a restart windows are folded in again: what was refused since is not thought over as of then.
  if (before !== null && now < before.at) return before;
  const others = await deps.orders.inStates(underWay);
  const refusal = refusalOf({
    memory,
    now,
    newRows:
      (await deps.rows?.between(alert.model, alert.environment, memory.since * 1000, now)) ??
      Number.POSITIVE_INFINITY,
    leastRows: deps.leastRows ?? 1000,
    inFlight: others.some(order => order.model === alert.model),
    lastRequested: await deps.orders.lastRequested(alert.model),
    cooldown: deps.cooldown ?? day,
  });
  const draft = { ...buildOrder(request, deps.links), step: (before?.step ?? 0) + 1 };
  if (refusal !== null) {
    // Only a change of the reason is worth a row; its detail counts down by the hour.
    if (before !== null && before.reason.startsWith(refusal.reason)) return before;
    return append({ ...draft, state: 'refused', reason: `${refusal.reason}: ${refusal.detail}` });
  }
  if (deps.endpoint === null)
    return append({ ...draft, state: 'dry-run', reason: 'no-receiver: no retraining address is configured' });
  if (!(await deps.arming.isArmed(alert.model)))
    return append({ ...draft, state: 'dry-run', reason: 'not-armed: the model is not armed' });
  return append(draft);
}

async function receive(
  deps: RetrainingDeps,
  { id, event }: { readonly id: string; readonly event: RetrainingEvent },
  next: Next,
  promote: Promote,
): Promise<Received> {
  const order = await deps.orders.latest(id);
  if (order === null) return { status: 'unknown-order', order: null };
  const body = JSON.stringify(event);
  const known = await deps.callbacks.find(id, event.event_id);
  if (known !== null && known.body !== body) return { status: 'conflict', order };
  const follows = followUp(order, event);
  if (follows === 'conflict') return { status: known === null ? 'conflict' : 'ok', order };
  if (known === null)
    await deps.callbacks.append({
      orderId: id,
      eventId: event.event_id,
      state: event.state,
      at: deps.clock.now(),
      body,
    });
  if (follows === 'behind') return { status: 'ok', order };
  const reason = event.state === 'succeeded' ? holdOf(event) : (event.message ?? '');
  const step = await next(order, { state: event.state, reason, result: body });
  return { status: 'ok', order: isUnpromoted(step) ? await promote(step) : step };
}

/** Brings an open order one step further when the world has moved. */
async function follow(deps: RetrainingDeps, order: Order, waited: number, next: Next): Promise<void> {
  if (order.state === 'requested' && deps.endpoint !== null) {
    const delivery = await deps.deliveries.outcome(messageId(order.id, deps.endpoint), deps.endpoint);
    const step = delivery === null ? null : delivered(delivery);
    if (step !== null) {
      await next(order, step);
      return;
    }
  }
  const since = (await deps.orders.lastRequested(order.model)) ?? order.at;
  const timeout = deps.timeout ?? day;
  if (deps.clock.now() >= since + timeout || waited >= timeout)
    await next(order, {
      state: 'timed-out',
      reason: `not finished within ${timeout / 3_600_000} h of being ordered`,
    });
}

function delivered(delivery: { outcome: string; status: number; detail: string }): Step | null {
  if (delivery.outcome === 'done') return { state: 'sent', reason: `taken with status ${delivery.status}` };
  if (delivery.outcome === 'retry') return null;
  return {
    state: 'failed' satisfies OrderState,
    reason: `not-delivered: status ${delivery.status} ${delivery.detail}`,
  };
}

/** Succeeded, and neither promoted nor held for a person. */
function isUnpromoted(order: Order): boolean {
  return order.state === 'succeeded' && !order.reason.startsWith('held-');
}
