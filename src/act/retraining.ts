import type { Order, OrderState } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import type { Events } from '../lib/events.ts';
import type { OrderDesk } from './actor.ts';
import { type Ask, asksOf } from './ask.ts';
import {
  type CallbackOutcome,
  followUp,
  holdOf,
  isUnderWay,
  type RetrainingEvent,
  underWay,
} from './callback.ts';
import { type ConsiderDeps, draft } from './consider.ts';
import { messageId } from './ids.ts';
import { createInHand, type InHand } from './in-hand.ts';
import { createPatience } from './patience.ts';
import type { CallbackStore, DeliveryStore, Promoter } from './ports.ts';
import { type Confirmation, endSuperseded, isGateHeld, promoteOrder } from './promotion.ts';
import { createSerial } from './serial.ts';
import { createSwitches } from './switches.ts';

export interface RetrainingDeps extends ConsiderDeps {
  readonly callbacks: CallbackStore;
  readonly deliveries: Pick<DeliveryStore, 'outcome'>;
  readonly promoter: Promoter;
  readonly events: Pick<Events, 'orderChanged' | 'callbackReceived' | 'problemOccurred'>;
  /** Wall clock, when it is not the run's: a replay pauses while an order is under way, and must not wait for ever. */
  readonly wall?: Pick<Clock, 'now'>;
}

export interface Received {
  readonly outcome: CallbackOutcome;
  readonly order: Order | null;
}

/** The life of orders. Every step is appended as a fact. */
export interface Retraining extends OrderDesk {
  /** What asks without an episode: a calendar, a person, another system. */
  ask(ask: Ask): Promise<Order>;
  /** A report of the receiver. Idempotent by event id. */
  receive(id: string, event: RetrainingEvent): Promise<Received>;
  /** Follows deliveries, time-outs and unfinished promotions; call it about once a second. */
  tick(): Promise<void>;
  /** At start: learns which orders are under way. */
  recover(): Promise<void>;
  /**
   * Asked by the outbox before each attempt to send an order: null when it is not to be sent, for it was cancelled or
   * retraining was stopped; otherwise what is called when the attempt has come to an end.
   */
  begin(id: string): Promise<(() => void) | null>;
  /** Ends an order that is under way, after an attempt to send it; null when there is none of this id under way. */
  cancel(id: string, by: string): Promise<Order | null>;
  /** Promotes a succeeded order on a person's word; null when there is none of this id, or retraining is stopped. */
  promote(id: string, confirmed: Confirmation): Promise<Order | null>;
  arm(model: string, by: string): Promise<void>;
  disarm(model: string, by: string): Promise<void>;
  isArmed(model: string): Promise<boolean>;
  /** Stops all orders and promotions, or lets them go on. Who, when and why is kept. */
  stop(stopped: boolean, by: string, reason: string): Promise<void>;
  /** Whether any order is under way: a replay waits for it. Known after `recover`. */
  inFlight(): boolean;
}

/** What one step changes; everything else of the order stays. */
type Step = Pick<Order, 'state' | 'reason'> & Partial<Pick<Order, 'result' | 'body'>>;
type Next = (order: Order, step: Step) => Promise<Order>;
type Promote = (order: Order, confirmed?: Confirmation | null) => Promise<Order>;

/** Life of an order: see docs/retraining.md for its states. One at a time: every change waits for the one before. */
export function createRetraining(deps: RetrainingDeps): Retraining {
  const inTurn = createSerial();
  const open = createOpenOrders(deps.orders);
  const wall = deps.wall ?? deps.clock;
  const patience = createPatience(wall);
  const inHand = createInHand();
  /** Before anything is decided, what is under way is known. */
  const serial = <T>(work: () => Promise<T>): Promise<T> =>
    inTurn(async () => {
      if (open.doubtful) await open.read();
      return work();
    });

  const { append, next, promote } = createSteps(deps, open);
  const switches = createSwitches(deps.arming, wall);

  return {
    consider: request =>
      serial(async () => {
        const promoted = await deps.orders.ofModel(request.alert.model, ['promoted']);
        let newest: Order | null = null;
        for (const ask of asksOf(request, promoted)) newest = await consider(deps, ask, append);
        return newest;
      }),
    ask: ask => serial(() => consider(deps, ask, append)),
    receive: (id, event) =>
      serial(async () => {
        const received = await receive(deps, { id, event }, next, promote);
        deps.events.callbackReceived({
          order: id,
          model: received.order?.model ?? '',
          state: event.state,
          outcome: received.outcome,
        });
        return received;
      }),
    tick: () =>
      serial(async () => {
        // What is being sent is looked at when it is known what came of it.
        const orders = open.all().filter(({ id, state }) => state !== 'requested' || !inHand.has(id));
        const stopped = orders.length > 0 && (await isStopped(deps));
        for (const order of orders) {
          // Ended meanwhile: a newer one was promoted.
          if (!open.has(order.id)) continue;
          const waited = patience.waited(order.id);
          if (!isUnpromoted(order)) await follow(deps, order, { waited, stopped }, next);
          else if (!stopped && patience.turn(order.id)) await promote(order);
        }
      }),
    recover: () => inTurn(open.read),
    begin: id => serial(async () => ((await maySend(deps, id)) ? inHand.take(id) : null)),
    cancel: (id, by) => whenFree(inHand, id, serial, () => cancel(deps, id, by, next)),
    arm: (model, by) => serial(() => switches.arm(model, true, by)),
    disarm: (model, by) => serial(() => switches.arm(model, false, by)),
    isArmed: model => deps.arming.isArmed(model),
    stop: (on, by, reason) => serial(() => switches.stop(on, by, reason)),
    promote: (id, confirmed) =>
      serial(async () => {
        const order = await deps.orders.latest(id);
        if (order === null || order.state !== 'succeeded' || (await isStopped(deps))) return null;
        return promote(order, confirmed);
      }),
    inFlight: () => open.doubtful || open.all().some(order => !isGateHeld(order)),
  };
}

/** Orders that are looked at with every tick: those under way, and those whose version waits to be promoted. */
function createOpenOrders(store: RetrainingDeps['orders']) {
  const open = new Map<string, Order>();
  let doubtful = false;
  const note = (order: Order) => {
    if (isUnderWay(order) || isUnpromoted(order)) open.set(order.id, order);
    else open.delete(order.id);
  };
  return {
    /** A step that failed may have been stored all the same: what is under way has to be read again. */
    get doubtful() {
      return doubtful;
    },
    all: () => [...open.values()],
    has: (id: string) => open.has(id),
    append: async (order: Order) => {
      try {
        await store.append(order);
      } catch (error) {
        doubtful = true;
        throw error;
      }
      note(order);
    },
    read: async () => {
      const orders = await store.inStates([...underWay, 'succeeded']);
      open.clear();
      for (const order of orders) note(order);
      doubtful = false;
    },
  };
}

/** How an order gets its next step. */
function createSteps(deps: RetrainingDeps, open: ReturnType<typeof createOpenOrders>) {
  const append = async (order: Order) => {
    await open.append(order);
    deps.events.orderChanged(order);
    return order;
  };
  const next: Next = (order, step) =>
    append({
      ...order,
      ...step,
      reason: step.reason.slice(0, 300),
      at: deps.clock.now(),
      step: order.step + 1,
    });
  const promote: Promote = async (order, confirmed = null) => {
    if (await isStopped(deps)) return order;
    const step = await promoteOrder(order, deps, confirmed);
    if (step === null) return order;
    const done = await next(order, step);
    if (done.state === 'promoted') await endSuperseded(done, deps, next);
    return done;
  };
  return { append, next, promote };
}

async function cancel(deps: RetrainingDeps, id: string, by: string, next: Next): Promise<Order | null> {
  const last = await deps.orders.latest(id);
  const order = last?.state === 'requested' ? ((await settle(deps, last, next)) ?? last) : last;
  if (order === null || !isUnderWay(order)) return null;
  return next(order, { state: 'cancelled', reason: `by ${by}` });
}

/** An order that was sent is so only for a person who has it sent again. */
async function maySend(deps: RetrainingDeps, id: string): Promise<boolean> {
  if (await isStopped(deps)) return false;
  const order = await deps.orders.latest(id);
  return order?.state === 'requested' || order?.state === 'sent';
}

/** Does it in turn when no attempt is under way; waits for that out of turn: the receiver may report before it answers. */
async function whenFree<T>(
  inHand: InHand,
  id: string,
  inTurn: <R>(work: () => Promise<R>) => Promise<R>,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    await inHand.ended(id);
    const done = await inTurn(async () => (inHand.has(id) ? null : { result: await work() }));
    if (done !== null) return done.result;
  }
}

async function isStopped({ arming }: RetrainingDeps): Promise<boolean> {
  return (await arming.stopped())?.on ?? false;
}

/** A refused order is looked at again while its episode lasts; any other has had its answer. */
async function consider(
  deps: RetrainingDeps,
  ask: Ask,
  append: (order: Order) => Promise<Order>,
): Promise<Order> {
  const before = await deps.orders.latest(ask.id);
  if (before !== null && before.state !== 'refused') return before;
  // After a restart windows are folded in again: what was refused since is not thought over as of then.
  if (before !== null && ask.now < before.at) return before;
  const order = await draft(deps, ask, before);
  return order === null ? before! : append(order);
}

async function receive(
  deps: RetrainingDeps,
  { id, event }: { readonly id: string; readonly event: RetrainingEvent },
  next: Next,
  promote: Promote,
): Promise<Received> {
  const order = await deps.orders.latest(id);
  if (order === null) return { outcome: 'unknown-order', order: null };
  const body = JSON.stringify(event);
  const known = await deps.callbacks.find(id, event.event_id);
  if (known !== null && known.body !== body) return { outcome: 'event-id-reused', order };
  const outcome = followUp(order, event);
  // Kept before anything is done about it: a crash in between leaves a report that does its work when it comes again.
  if (known === null)
    await deps.callbacks.append({
      orderId: id,
      eventId: event.event_id,
      state: event.state,
      at: deps.clock.now(),
      body,
    });
  if (outcome !== 'taken') return { outcome: known === null ? outcome : 'duplicate', order };
  const reason = event.state === 'succeeded' ? holdOf(event) : (event.message ?? '');
  const step = await next(order, { state: event.state, reason, result: body });
  return { outcome, order: isUnpromoted(step) ? await promote(step) : step };
}

/** Brings an open order one step further when the world has moved. */
async function follow(
  deps: RetrainingDeps,
  order: Order,
  { waited, stopped }: { readonly waited: number; readonly stopped: boolean },
  next: Next,
): Promise<void> {
  if (order.state === 'requested') {
    if ((await settle(deps, order, next)) !== null) return;
    if (stopped) {
      await next(order, { state: 'cancelled', reason: 'stopped: retraining was stopped before it was sent' });
      return;
    }
  }
  const steps = await deps.orders.steps(order.id);
  const since = steps.find(step => step.state === 'requested')?.at ?? order.at;
  const { timeout } = deps.rails(order.kind);
  if (deps.clock.now() >= since + timeout || waited >= timeout)
    await next(order, {
      state: 'timed-out',
      reason: `not finished within ${timeout / 3_600_000} h of being ordered`,
    });
}

/** The step that the last attempt to send a requested order gives it; null when it is still to be sent. */
async function settle(deps: RetrainingDeps, order: Order, next: Next): Promise<Order | null> {
  const delivery = await deps.deliveries.outcome(messageId(order.id, order.target), order.target);
  const step = delivery === null ? null : delivered(delivery);
  return step === null ? null : next(order, step);
}

function delivered(delivery: { outcome: string; status: number; detail: string }): Step | null {
  if (delivery.outcome === 'done') return { state: 'sent', reason: `taken with status ${delivery.status}` };
  if (delivery.outcome === 'retry' || delivery.outcome === 'again') return null;
  return {
    state: 'failed' satisfies OrderState,
    reason: `not-delivered: status ${delivery.status} ${delivery.detail}`,
  };
}

/** Succeeded, and neither promoted nor held for a person. */
function isUnpromoted(order: Order): boolean {
  return order.state === 'succeeded' && !order.reason.startsWith('held-');
}
