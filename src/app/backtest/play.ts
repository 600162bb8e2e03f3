import { createActor } from '../../act/actor.ts';
import type { RowCounter } from '../../act/consider.ts';
import type { Rails } from '../../act/guards.ts';
import { createLinks } from '../../act/links.ts';
import type { Policy } from '../../act/policy.ts';
import type { OrderStore } from '../../act/ports.ts';
import { createRetraining } from '../../act/retraining.ts';
import { askAt, type Schedule } from '../../act/schedules.ts';
import { readCalendar } from '../../act/slots.ts';
import { streamDoubts } from '../../act/stream-doubts.ts';
import { createActTwins } from '../../act/twins.ts';
import { endOf } from '../../act/window-order.ts';
import type { Transition } from '../../domain/alert.ts';
import type { JudgedWindow } from '../../domain/finding.ts';
import type { Order, OrderKind } from '../../domain/order.ts';
import { LeewayError } from '../../lib/errors.ts';

export interface PlayDeps {
  readonly policies: readonly Policy[];
  readonly rails: (kind: OrderKind) => Rails;
  /** Rows and labels as they are known now. */
  readonly counts: RowCounter;
  /** When baselines were activated after the first one, epoch milliseconds, ascending. */
  readonly promotions: readonly number[];
  /** Calendars that order for the model, and from when on they are looked at, epoch milliseconds. */
  readonly schedules: readonly Schedule[];
  readonly from: number;
  /** How long a window waits for late rows: it is decided on that long after its end. */
  readonly latenessSeconds: number;
  /** Called now and then, so that other work gets its turn. */
  readonly rest: () => Promise<unknown>;
}

/** What would have happened, in order. Nothing of it leaves this process. */
export interface Play {
  /** Folds in windows; they come in order of their ends. */
  feed(windows: readonly JudgedWindow[]): Promise<void>;
  /** What the calendars order up to the end of the period, after the last window. */
  finish(to: number): Promise<void>;
  readonly transitions: readonly Transition[];
  /** First step of every order; one that was refused and then given has a step for each. */
  readonly orders: readonly Order[];
}

/**
 * The alerts and orders of the service over in-memory stores. Every model counts as armed with a receiver that takes
 * each order and trains at once; nothing is promoted, because what the new version would have seen is not known.
 */
export function createPlay(deps: PlayDeps): Play {
  let now = 0;
  const clock = { now: () => now };
  const twins = createActTwins(clock);
  const transitions: Transition[] = [];
  const orders: Order[] = [];
  const newest = new Map<number, JudgedWindow>();
  const found = { findingsSince: async () => [...newest.values()] };
  const links = createLinks('http://leeway.invalid');
  const retraining = createRetraining({
    orders: trainedAtOnce(twins.orders, order => orders.push(order)),
    callbacks: twins.callbacks,
    arming: { ...twins.arming, isArmed: async () => true },
    deliveries: twins.deliveries,
    promoter: { promote: async () => 0 },
    links,
    events: { orderChanged: ignore, callbackReceived: ignore, problemOccurred: fail },
    clock,
    target: () => 'backtest',
    rails: deps.rails,
    counts: deps.counts,
    doubts: (stream, at) => streamDoubts(found, stream, { now: at }),
    token: async () => '',
  });
  const actor = createActor({
    alerts: { ...twins.alerts, promotions: async () => deps.promotions },
    orders: {
      consider: request => {
        now = request.now;
        return retraining.consider(request);
      },
    },
    policiesOf: () => deps.policies,
    links,
    events: { alertChanged: transition => void transitions.push(transition), problemOccurred: fail },
  });
  const slotsUpTo = createSlotReader(deps);
  const askUpTo = async (time: number) => {
    for (const { schedule, slot } of slotsUpTo(time)) {
      now = slot;
      await retraining.ask(askAt(schedule, slot, slot));
    }
  };
  return {
    feed: async windows => {
      // One moment after the other: the rails of one alert's orders hold for those of the others.
      for (const group of byEnd(windows)) {
        await askUpTo((endOf(group[0]!) + deps.latenessSeconds) * 1000);
        for (const window of group) newest.set(window.windowSeconds, window);
        await actor.handle(group, end => (end + deps.latenessSeconds) * 1000);
        await deps.rest();
      }
    },
    finish: askUpTo,
    transitions,
    orders,
  };
}

/** Slots of all calendars since the last time it was asked, in order of time. */
function createSlotReader({ schedules, from }: Pick<PlayDeps, 'schedules' | 'from'>) {
  const calendars = schedules.map(schedule => ({ schedule, calendar: readCalendar(schedule) }));
  let seen = from;
  return (upTo: number) => {
    const after = seen;
    seen = Math.max(seen, upTo);
    return calendars
      .flatMap(({ schedule, calendar }) =>
        calendar.due(after, upTo, Number.POSITIVE_INFINITY).slots.map(slot => ({ schedule, slot })),
      )
      .sort((a, b) => a.slot - b.slot);
  };
}

function byEnd(windows: readonly JudgedWindow[]): readonly (readonly JudgedWindow[])[] {
  const groups = new Map<number, JudgedWindow[]>();
  for (const window of windows) {
    const end = endOf(window);
    groups.set(end, [...(groups.get(end) ?? []), window]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function ignore(): void {}

/** In service a stream that fails is gone over again; here that would pass for silence. */
function fail({ message }: { readonly message: string }): never {
  throw new LeewayError('LW_INTERNAL', `the backtest failed: ${message}`);
}

/** An order that is given is done: it is in nobody's way, and its rows were seen. */
function trainedAtOnce(store: OrderStore, tell: (order: Order) => void): OrderStore {
  return {
    ...store,
    append: async order => {
      tell(order);
      await store.append(order);
      if (order.state !== 'requested') return;
      const reason = 'held-backtest: nothing is promoted';
      await store.append({ ...order, step: order.step + 1, state: 'succeeded', reason });
    },
  };
}
