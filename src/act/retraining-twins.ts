import type { Order } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import type { ArmingStore, CallbackStore, OrderStore, SlotStore, StoredCallback, Turn } from './ports.ts';

/** Orders in memory; `appended` are all steps as they came. */
export function createOrderTwin(
  written: Map<string, number>,
  clock: Pick<Clock, 'now'>,
): OrderStore & { readonly appended: Order[] } {
  const appended: Order[] = [];
  const byId = new Map<string, Order[]>();
  const stepsOf = (id: string) => byId.get(id) ?? [];
  const lastIn = (states: readonly string[], model: string | null) =>
    [...byId.values()]
      .map(steps => steps.at(-1)!)
      .filter(order => states.includes(order.state) && (model === null || order.model === model));
  const idOrder = (a: Order, b: Order) => (a.id < b.id ? -1 : 1);
  return {
    appended,
    append: async order => {
      const others = stepsOf(order.id).filter(each => each.step !== order.step);
      if (others.length < stepsOf(order.id).length)
        appended.splice(
          appended.findIndex(each => each.id === order.id && each.step === order.step),
          1,
        );
      appended.push(order);
      byId.set(
        order.id,
        [...others, order].sort((a, b) => a.step - b.step),
      );
      written.set(order.id, clock.now());
    },
    latest: async id => stepsOf(id).at(-1) ?? null,
    steps: async id => stepsOf(id),
    inStates: async states => lastIn(states, null).sort((a, b) => a.at - b.at || idOrder(a, b)),
    ofModel: async (model, states) => lastIn(states, model).sort((a, b) => b.at - a.at || idOrder(a, b)),
    requested: async (model, since) =>
      appended
        .filter(s => s.model === model && s.state === 'requested' && s.at >= since)
        .sort((a, b) => a.at - b.at || idOrder(a, b)),
  };
}

export function createCallbackTwin(): CallbackStore {
  const callbacks = new Map<string, StoredCallback>();
  const key = (orderId: string, eventId: string) => JSON.stringify([orderId, eventId]);
  return {
    append: async callback => void callbacks.set(key(callback.orderId, callback.eventId), callback),
    find: async (orderId, eventId) => callbacks.get(key(orderId, eventId)) ?? null,
    of: async orderId =>
      [...callbacks.values()]
        .filter(each => each.orderId === orderId)
        .sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1)),
  };
}

export function createArmingTwin(): ArmingStore {
  const armed = new Map<string, Turn>();
  const stops = new Map<number, Turn>();
  const newest = (turns: Iterable<Turn>) =>
    [...turns].sort((a, b) => b.at - a.at || (a.model < b.model ? -1 : 1));
  const of = (model: string | null) =>
    newest(armed.values()).filter(turn => model === null || turn.model === model);
  return {
    set: async (model, on, by, at) =>
      void armed.set(JSON.stringify([model, at]), { model, on, by, reason: '', at }),
    isArmed: async model => of(model)[0]?.on ?? false,
    history: async (model, limit) => of(model).slice(0, limit),
    stop: async turn => void stops.set(turn.at, { ...turn, model: '' }),
    stopped: async () => newest(stops.values())[0] ?? null,
    stops: async limit => newest(stops.values()).slice(0, limit),
  };
}

export function createSlotTwin(): SlotStore {
  const slots = new Map<string, number>();
  return {
    last: async schedule => slots.get(schedule) ?? null,
    take: async (schedule, slot) =>
      void slots.set(schedule, Math.max(slot, slots.get(schedule) ?? Number.NEGATIVE_INFINITY)),
  };
}
