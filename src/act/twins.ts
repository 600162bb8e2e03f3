import type { Delivery, Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { windowLengths } from '../domain/window.ts';
import type { Clock } from '../lib/clock.ts';
import { messageId } from './ids.ts';
import { parseMemory } from './memory.ts';
import type {
  AlertStore,
  ArmingStore,
  CallbackStore,
  DeliveryStore,
  EndpointState,
  FindingsQuery,
  OrderStore,
  PendingMessage,
  StoredCallback,
} from './ports.ts';

/** Everything act stores, in memory: for tests, and for backtests that must leave no trace. */
export interface ActTwins {
  readonly alerts: AlertStore & { readonly transitions: Map<string, Transition> };
  readonly orders: OrderStore & { readonly steps: Order[] };
  readonly deliveries: DeliveryStore & { readonly attempts: Delivery[] };
  readonly callbacks: CallbackStore;
  readonly arming: ArmingStore;
  /** Findings and activations are other stages' to write. */
  addWindow(window: JudgedWindow): void;
  addActivation(model: string, from: number): void;
}

/** In-memory twins of all ports of act. `clock` is the wall clock. */
export function createActTwins(clock: Pick<Clock, 'now'>): ActTwins {
  const written = new Map<string, number>();
  const windows: JudgedWindow[] = [];
  const activations = new Map<string, number[]>();
  const orders = createOrderTwin(written, clock);
  const alerts = createAlertTwin({ written, windows, activations, clock });
  return {
    alerts,
    orders,
    deliveries: createDeliveryTwin(alerts.transitions, orders.steps, written),
    callbacks: createCallbackTwin(),
    arming: createArmingTwin(),
    addWindow: window => {
      const same = windows.findIndex(w => keyOf(w) === keyOf(window));
      if (same >= 0) windows.splice(same, 1);
      windows.push(window);
    },
    addActivation: (model, from) => {
      activations.set(
        model,
        [...(activations.get(model) ?? []), from].sort((a, b) => a - b),
      );
    },
  };
}

const keyOf = (w: JudgedWindow) => JSON.stringify([w.model, w.environment, w.windowStart, w.windowSeconds]);
const endOf = (w: JudgedWindow) => w.windowStart + w.windowSeconds;

interface AlertTwinState {
  readonly written: Map<string, number>;
  readonly windows: JudgedWindow[];
  readonly activations: Map<string, number[]>;
  readonly clock: Pick<Clock, 'now'>;
}

function createAlertTwin({ written, windows, activations, clock }: AlertTwinState): ActTwins['alerts'] {
  const transitions = new Map<string, Transition>();
  const stepOf = (t: Transition) => parseMemory(t.memory).step;
  return {
    transitions,
    append: async transition => {
      transitions.set(transition.id, transition);
      written.set(transition.id, clock.now());
    },
    last: async ({ policy, model, environment }) => {
      const all = [...transitions.values()].filter(
        t => t.policy === policy && t.model === model && t.environment === environment,
      );
      return all.sort((a, b) => stepOf(b) - stepOf(a))[0] ?? null;
    },
    streams: async () => {
      const names = new Set(
        [...windows, ...transitions.values()].map(each => JSON.stringify([each.model, each.environment])),
      );
      return [...names].sort().map(name => {
        const [model, environment] = JSON.parse(name) as [string, string];
        return { model, environment };
      });
    },
    findingsSince: async query => findingsSince(windows, query),
    promotions: async model => [...new Set(activations.get(model) ?? [])].slice(1),
  };
}

function findingsSince(windows: readonly JudgedWindow[], query: FindingsQuery): readonly JudgedWindow[] {
  const all = windows
    .filter(
      w => w.model === query.model && w.environment === query.environment && endOf(w) >= query.windowEnd,
    )
    .sort((a, b) => endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds);
  if (!query.skipQuiet) return all;
  const first = all.find(w => w.findings.some(f => f.verdict === 'drift' || f.verdict === 'blind'));
  return first === undefined ? [] : all.filter(w => endOf(w) + windowLengths.at(-1)! >= endOf(first));
}

function createOrderTwin(written: Map<string, number>, clock: Pick<Clock, 'now'>): ActTwins['orders'] {
  const steps: Order[] = [];
  const latest = (id: string) => steps.filter(s => s.id === id).sort((a, b) => b.step - a.step)[0] ?? null;
  return {
    steps,
    append: async order => {
      const same = steps.findIndex(s => s.id === order.id && s.step === order.step);
      if (same >= 0) steps.splice(same, 1);
      steps.push(order);
      written.set(order.id, clock.now());
    },
    latest: async id => latest(id),
    inStates: async states =>
      [...new Set(steps.map(s => s.id))]
        .map(id => latest(id)!)
        .filter(order => states.includes(order.state))
        .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    lastRequested: async model => {
      const times = steps.filter(s => s.model === model && s.state === 'requested').map(s => s.at);
      return times.length === 0 ? null : Math.max(...times);
    },
  };
}

function createDeliveryTwin(
  transitions: Map<string, Transition>,
  orders: readonly Order[],
  written: Map<string, number>,
): ActTwins['deliveries'] {
  const attempts: Delivery[] = [];
  const endpoints = new Map<string, EndpointState>();
  const lastOf = (message: string, endpoint: string) =>
    attempts
      .filter(a => a.message === message && a.endpoint === endpoint)
      .sort((a, b) => b.attempt - a.attempt)[0] ?? null;
  const messages = {
    alerts: () => [...transitions.values()].filter(t => t.notify).map(({ id, body }) => ({ id, body })),
    orders: () => {
      const last = new Map<string, Order>();
      for (const step of orders) if (step.step >= (last.get(step.id)?.step ?? 0)) last.set(step.id, step);
      return [...last.values()]
        .filter(order => order.state === 'requested')
        .map(({ id, body }) => ({ id, body }));
    },
  };
  return {
    attempts,
    record: async delivery => void attempts.push(delivery),
    pending: async query => {
      const found: (PendingMessage & { readonly written: number })[] = [];
      for (const { id, body } of messages[query.takes]()) {
        const last = lastOf(messageId(id, query.endpoint), query.endpoint);
        const at = written.get(id) ?? 0;
        if (at < query.since || (last !== null && last.outcome !== 'retry')) continue;
        found.push({ id, body, attempts: last?.attempt ?? 0, next: last?.next ?? 0, written: at });
      }
      found.sort((a, b) => a.written - b.written || (a.id < b.id ? -1 : 1));
      return found
        .slice(0, query.limit)
        .map(({ id, body, attempts: count, next }) => ({ id, body, attempts: count, next }));
    },
    outcome: async (message, endpoint) => {
      const last = lastOf(message, endpoint);
      return last === null ? null : { outcome: last.outcome, status: last.status, detail: last.detail };
    },
    endpointState: async (name, kind) => endpoints.get(`${kind} ${name}`) ?? null,
    setEndpointState: async (name, kind, state) => void endpoints.set(`${kind} ${name}`, state),
  };
}

function createCallbackTwin(): CallbackStore {
  const callbacks = new Map<string, StoredCallback>();
  const key = (orderId: string, eventId: string) => JSON.stringify([orderId, eventId]);
  return {
    append: async callback => void callbacks.set(key(callback.orderId, callback.eventId), callback),
    find: async (orderId, eventId) => callbacks.get(key(orderId, eventId)) ?? null,
  };
}

function createArmingTwin(): ArmingStore {
  const armed = new Map<string, { readonly armed: boolean; readonly at: number }>();
  return {
    set: async (model, value, _by, at) => {
      if ((armed.get(model)?.at ?? Number.NEGATIVE_INFINITY) <= at) armed.set(model, { armed: value, at });
    },
    isArmed: async model => armed.get(model)?.armed ?? false,
  };
}
