import type { Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { windowLengths } from '../domain/window.ts';
import type { Clock } from '../lib/clock.ts';
import { createDeliveryTwin } from './delivery-twin.ts';
import { parseMemory } from './memory.ts';
import type {
  AlertMemory,
  AlertStore,
  ArmingStore,
  CallbackStore,
  FindingsQuery,
  FindingsSpan,
  OrderStore,
  SlotStore,
  SpanQuery,
} from './ports.ts';
import { createArmingTwin, createCallbackTwin, createOrderTwin, createSlotTwin } from './retraining-twins.ts';

/** Everything act stores, in memory: for tests, and for backtests that must leave no trace. */
export interface ActTwins {
  readonly alerts: AlertStore & { readonly transitions: Map<string, Transition> };
  readonly orders: OrderStore & { readonly appended: Order[] };
  readonly deliveries: ReturnType<typeof createDeliveryTwin>;
  readonly callbacks: CallbackStore;
  readonly arming: ArmingStore;
  readonly slots: SlotStore;
  /** Findings and activations are other stages' to write. */
  addWindow(window: JudgedWindow): void;
  addActivation(model: string, from: number): void;
}

/** In-memory twins of all ports of act. `clock` is the wall clock. */
export function createActTwins(clock: Pick<Clock, 'now'>): ActTwins {
  const written = new Map<string, number>();
  const windows = new Map<string, JudgedWindow>();
  const activations = new Map<string, number[]>();
  const orders = createOrderTwin(written, clock);
  const alerts = createAlertTwin({ written, windows, activations, clock });
  return {
    alerts,
    orders,
    deliveries: createDeliveryTwin({ transitions: alerts.transitions, orders: orders.appended, written }),
    callbacks: createCallbackTwin(),
    arming: createArmingTwin(),
    slots: createSlotTwin(),
    addWindow: window => {
      windows.set(keyOf(window), window);
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
  readonly windows: ReadonlyMap<string, JudgedWindow>;
  readonly activations: Map<string, number[]>;
  readonly clock: Pick<Clock, 'now'>;
}

function createAlertTwin({ written, windows, activations, clock }: AlertTwinState): ActTwins['alerts'] {
  const transitions = new Map<string, Transition>();
  const memories = new Map<string, AlertMemory>();
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
    lastOfAll: async ({ model, environment }) => {
      const last = new Map<string, Transition>();
      for (const t of transitions.values()) {
        const known = last.get(t.policy);
        if (t.model !== model || t.environment !== environment) continue;
        if (known === undefined || stepOf(known) < stepOf(t)) last.set(t.policy, t);
      }
      return [...last.values()].sort((a, b) => (a.policy < b.policy ? -1 : 1));
    },
    streams: async () => {
      const names = new Set(
        [...windows.values(), ...transitions.values()].map(each =>
          JSON.stringify([each.model, each.environment]),
        ),
      );
      return [...names].sort().map(name => {
        const [model, environment] = JSON.parse(name) as [string, string];
        return { model, environment };
      });
    },
    findingsSince: async query => findingsSince([...windows.values()], query),
    findingsSpan: async query => findingsSpan([...windows.values()], query),
    remember: async all => {
      for (const each of all) memories.set(JSON.stringify([each.model, each.environment, each.policy]), each);
    },
    remembered: async ({ model, environment }) =>
      [...memories.values()].filter(each => each.model === model && each.environment === environment),
    promotions: async model => [...new Set(activations.get(model) ?? [])].slice(1),
  };
}

function findingsSince(windows: readonly JudgedWindow[], query: FindingsQuery): readonly JudgedWindow[] {
  const { model, environment, windowEnd, until = Number.POSITIVE_INFINITY } = query;
  return windows
    .filter(w => w.model === model && w.environment === environment)
    .filter(w => endOf(w) >= windowEnd && endOf(w) < until)
    .sort((a, b) => endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds);
}

function findingsSpan(windows: readonly JudgedWindow[], query: SpanQuery): FindingsSpan | null {
  const { loud } = query;
  const all = findingsSince(windows, query);
  const first = all.find(w => loud === null || w.findings.some(f => loud.includes(f.verdict)));
  if (first === undefined) return null;
  const wanted = all.filter(w => loud === null || endOf(w) + windowLengths.at(-1)! >= endOf(first));
  const findings = wanted.reduce((sum, w) => sum + w.findings.length, 0);
  return { from: endOf(wanted[0]!), to: endOf(wanted.at(-1)!), findings };
}
