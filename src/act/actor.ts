import type { Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { windowLengths } from '../domain/window.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { type DecisionReason, decide } from './decide.ts';
import { type AlertKey, transitionId } from './ids.ts';
import type { Links } from './links.ts';
import { emptyMemory, type Memory, parseMemory } from './memory.ts';
import { buildTransition } from './message.ts';
import type { Policy } from './policy.ts';
import type { AlertStore, StreamKey } from './ports.ts';
import { createSerial } from './serial.ts';

/** Asked whenever an episode that people know of pages; it alone decides whether anything is ordered. */
export interface OrderDesk {
  consider(request: OrderRequest): Promise<Order | null>;
}

export interface OrderRequest {
  readonly alert: AlertKey;
  /** The transition that opened the episode. */
  readonly transition: string;
  readonly memory: Memory;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
}

export interface ActorDeps {
  readonly alerts: AlertStore;
  readonly orders: OrderDesk;
  readonly policy: Policy;
  /** The policy as it holds for one stream; the same name. `policy` itself unless told. */
  readonly policyOf?: (stream: StreamKey) => Policy;
  readonly links: Links;
  readonly events: Pick<Events, 'alertChanged' | 'problemOccurred'>;
  /** Told of every decision, for counting; optional. */
  readonly onDecision?: (alert: AlertKey, window: JudgedWindow, reason: DecisionReason) => void;
  /** Named points at which kill tests end the process. */
  readonly failpoint?: (name: string) => void;
}

/**
 * The run's clock when a window is decided on, epoch milliseconds, given the window's end (epoch seconds). By the wall
 * clock it is now, whatever the window; in event time it is when the window became due, so that a replay's results do
 * not depend on how fast it runs.
 */
export type RunTime = (windowEnd: number) => number;

/** Turns judged windows into alert transitions and orders. One actor at a time. */
export interface Actor {
  /** Decides on windows. */
  handle(windows: readonly JudgedWindow[], now: RunTime): Promise<void>;
  /** At start, and when another actor has been at work: forgets, and goes on from the last transition of every alert
   * with what was judged since. */
  recover(now: RunTime): Promise<void>;
  /** Alerts that failed and are gone over again by the next `handle`, whatever windows it is given. */
  readonly pending: number;
}

interface Alert {
  readonly key: AlertKey;
  memory: Memory;
  promotions: readonly number[];
}

/**
 * The actor keeps each alert's memory; the store holds it as of the last transition, and what was judged since is
 * folded in again when the alert is first needed. An alert that fails is forgotten and so recovered the next time.
 */
export function createActor(deps: ActorDeps): Actor {
  const alerts = new Map<string, Alert>();
  const broken = new Map<string, StreamKey>();
  const serial = createSerial();

  const guarded = async (stream: StreamKey, work: () => Promise<void>) => {
    const name = nameOf(stream);
    try {
      await work();
      broken.delete(name);
    } catch (error) {
      alerts.delete(name);
      broken.set(name, stream);
      const message = `alert of ${stream.model} (${stream.environment}): ${(error as Error).message}`;
      const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
      deps.events.problemOccurred({ code, message });
    }
  };

  const apply = async (stream: StreamKey, windows: readonly JudgedWindow[], now: RunTime) => {
    const known = alerts.get(nameOf(stream));
    const alert = known ?? (await load(deps, stream));
    const before = known === undefined ? await unseen(deps, alert) : [];
    const all = new Map(
      [...before, ...windows].map(window => [`${window.windowStart}/${window.windowSeconds}`, window]),
    );
    alert.promotions = await deps.alerts.promotions(stream.model);
    const sorted = [...all.values()].sort(byEnd);
    let pages = false;
    for (const [i, window] of sorted.entries()) {
      const at = now(endOf(window));
      pages = (await step(deps, alert, window, at)) || pages;
      // Orders are thought of when all that is known at a moment is folded in, doubts about the data above all.
      const next = sorted[i + 1];
      if (!pages || (next !== undefined && now(endOf(next)) === at)) continue;
      await consider(deps, alert, at);
      pages = false;
    }
    alerts.set(nameOf(stream), alert);
  };

  return {
    get pending() {
      return broken.size;
    },
    handle: (windows, now) =>
      serial(async () => {
        for (const group of byStream([...broken.values()], windows))
          await guarded(group.stream, () => apply(group.stream, group.windows, now));
      }),
    recover: now =>
      serial(async () => {
        alerts.clear();
        broken.clear();
        for (const stream of await deps.alerts.streams()) await guarded(stream, () => apply(stream, [], now));
      }),
  };
}

interface Group {
  readonly stream: StreamKey;
  readonly windows: JudgedWindow[];
}

/** Windows by stream; of those to be gone over again, if there are none too. */
function byStream(again: readonly StreamKey[], windows: readonly JudgedWindow[]): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const stream of again) groups.set(nameOf(stream), { stream, windows: [] });
  for (const window of windows) {
    const { model, environment } = window;
    const group = groups.get(nameOf(window)) ?? { stream: { model, environment }, windows: [] };
    group.windows.push(window);
    groups.set(nameOf(window), group);
  }
  return groups.values();
}

async function load(deps: ActorDeps, stream: StreamKey): Promise<Alert> {
  const key = { policy: deps.policy.name, model: stream.model, environment: stream.environment };
  const last = await deps.alerts.last(key);
  return { key, memory: last === null ? emptyMemory : parseMemory(last.memory), promotions: [] };
}

/** Windows judged after the memory was stored: reading a few too many is harmless, decide knows them. */
function unseen(deps: ActorDeps, alert: Alert): Promise<readonly JudgedWindow[]> {
  const { memory, key } = alert;
  const seen = Object.values(memory.lengths).map(length => length.lastEnd);
  // A length that was never seen may have been judged for the first time after the memory was stored.
  const longest = windowLengths.some(length => memory.lengths[length] === undefined)
    ? windowLengths.at(-1)!
    : 0;
  return deps.alerts.findingsSince({
    model: key.model,
    environment: key.environment,
    windowEnd: seen.length === 0 ? 0 : Math.max(0, Math.min(...seen) - longest),
    skipQuiet: memory.step === 0,
  });
}

/** Folds a window in. Returns whether it pages. */
async function step(deps: ActorDeps, alert: Alert, window: JudgedWindow, now: number): Promise<boolean> {
  const end = endOf(window) * 1000;
  const promotion = alert.promotions.findLast(from => from <= end) ?? null;
  const policy = deps.policyOf?.(alert.key) ?? deps.policy;
  const decision = decide(alert.memory, window, policy, { now, promotion });
  deps.onDecision?.(alert.key, window, decision.reason);
  if (decision.transition !== null) {
    const transition = buildTransition(
      {
        alert: alert.key,
        memory: decision.memory,
        change: decision.transition,
        reason: decision.reason,
        window,
        now,
      },
      deps.links,
    );
    await write(deps, transition);
  }
  alert.memory = decision.memory;
  return (
    decision.reason === 'opened' || decision.reason === 'announced' || decision.reason === 'still-firing'
  );
}

async function write(deps: ActorDeps, transition: Transition): Promise<void> {
  await deps.alerts.append(transition);
  deps.failpoint?.('transition-written');
  deps.events.alertChanged(transition);
}

/** Only an episode that people were told of may order anything. */
async function consider(deps: ActorDeps, alert: Alert, now: number): Promise<void> {
  const { memory, key } = alert;
  if (memory.state !== 'firing' || memory.announced !== 'firing') return;
  await deps.orders.consider({
    alert: key,
    transition: transitionId(key, memory.episode, 'opened'),
    memory,
    now,
  });
}

function byEnd(a: JudgedWindow, b: JudgedWindow): number {
  return endOf(a) - endOf(b) || a.windowSeconds - b.windowSeconds;
}

function endOf(window: JudgedWindow): number {
  return window.windowStart + window.windowSeconds;
}

function nameOf(stream: StreamKey): string {
  return JSON.stringify([stream.model, stream.environment]);
}
