import type { JudgedWindow } from '../domain/finding.ts';
import type { Order } from '../domain/order.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import { type Alert, loadAlerts } from './alerts.ts';
import { checkpointBatch, createCheckpoints, newestEnd } from './checkpoints.ts';
import { type Decision, type DecisionReason, decide, retire } from './decide.ts';
import { isAhead } from './forget-ahead.ts';
import { type AlertKey, transitionId } from './ids.ts';
import type { Links } from './links.ts';
import { isTold, type Memory } from './memory.ts';
import { buildTransition, type TransitionParts } from './message.ts';
import { byQuery, inPages } from './missed.ts';
import type { Policy } from './policy.ts';
import {
  type AlertStore,
  type ControlReader,
  type Controls,
  noControls,
  type SpanQuery,
  type StreamKey,
} from './ports.ts';
import { createSerial } from './serial.ts';
import { byStream, endOf, nameOf } from './window-order.ts';

/** Asked whenever an episode that people know of pages; it alone decides whether anything is ordered. */
export interface OrderDesk {
  consider(request: OrderRequest): Promise<Order | null>;
}

export interface OrderRequest {
  readonly alert: AlertKey;
  /** The transition that opened the episode. */
  readonly transition: string;
  readonly memory: Memory;
  /** The policy of the alert, as it holds for the stream. */
  readonly policy: Policy;
  /** What the findings of the episode call for. */
  readonly calls: readonly ('retrain' | 'rebuild')[];
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
}

export interface ActorDeps {
  readonly alerts: AlertStore;
  readonly orders: OrderDesk;
  /** Policies that hold for a stream now, of different names: an alert each. */
  readonly policiesOf: (stream: StreamKey) => readonly Policy[];
  /** What people have asked of the alerts; nothing unless told. */
  readonly controls?: ControlReader;
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

/** The alerts of one stream, by policy. */
interface Stream {
  readonly key: StreamKey;
  readonly alerts: Map<string, Alert>;
  promotions: readonly number[];
}

/**
 * The actor keeps each alert's memory; the store holds it as of the last transition or about a day ago, and what was
 * judged since is folded in again when the alert is first needed. A stream that fails is forgotten and so recovered the next time.
 */
export function createActor(deps: ActorDeps): Actor {
  const streams = new Map<string, Stream>();
  const broken = new Map<string, StreamKey>();
  const serial = createSerial();
  const checkpoints = createCheckpoints(deps.alerts);

  const tell = (what: string, error: unknown) => {
    const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
    deps.events.problemOccurred({ code, message: `${what}: ${(error as Error).message}` });
  };

  const guarded = async (key: StreamKey, work: () => Promise<void>) => {
    const name = nameOf(key);
    try {
      await work();
      broken.delete(name);
    } catch (error) {
      streams.delete(name);
      broken.set(name, key);
      tell(`alert of ${key.model} (${key.environment})`, error);
    }
  };

  /** Without them a restart reads more: no reason to go over an alert again. */
  const writeDown = (least?: number) =>
    checkpoints.write(least).catch(error => tell('what alerts know is not written down', error));

  const apply = async (key: StreamKey, windows: readonly JudgedWindow[], now: RunTime) => {
    const stream = streams.get(nameOf(key)) ?? { key, alerts: new Map<string, Alert>(), promotions: [] };
    const policies = deps.policiesOf(key);
    const before = await loadAlerts(deps, stream, policies);
    const controls = await (deps.controls ?? noControls).read(key);
    stream.promotions = await deps.alerts.promotions(key.model);
    const newest = windows.at(-1);
    await retireOthers(deps, stream, newest === undefined ? null : now(endOf(newest)));
    await decideAll(deps, { stream, windows, before, controls, now });
    streams.set(nameOf(key), stream);
    for (const alert of stream.alerts.values()) checkpoints.note(alert);
    await writeDown(checkpointBatch);
  };

  return {
    get pending() {
      return broken.size;
    },
    handle: (windows, now) =>
      serial(async () => {
        for (const group of byStream([...broken.values()], windows))
          await guarded(group.stream, () => apply(group.stream, group.windows, now));
        await writeDown();
      }),
    recover: now =>
      serial(async () => {
        streams.clear();
        broken.clear();
        for (const stream of await deps.alerts.streams()) await guarded(stream, () => apply(stream, [], now));
        await writeDown();
      }),
  };
}

interface Round {
  readonly stream: Stream;
  readonly windows: readonly JudgedWindow[];
  /** Where to find what single alerts have not been told of, by policy. */
  readonly before: ReadonlyMap<string, SpanQuery>;
  readonly controls: Controls;
  readonly now: RunTime;
}

/** Folds windows into all alerts of a stream, in order of their ends. */
async function decideAll(deps: ActorDeps, round: Round): Promise<void> {
  const { stream, windows, before, now } = round;
  /** When alerts were paged without an order having been thought of yet. */
  const paged = new Map<Alert, number>();
  const fold = async (alert: Alert, window: JudgedWindow) => {
    const at = now(endOf(window));
    const earlier = paged.get(alert);
    // Orders are thought of when all that is known at a moment is folded in, doubts about the data above all.
    if (earlier !== undefined && earlier !== at) {
      await consider(deps, alert, earlier);
      paged.delete(alert);
    }
    if (await step(deps, alert, { window, now: at, round })) paged.set(alert, at);
  };
  for (const [query, alerts] of byQuery(stream.alerts.values(), before)) {
    for await (const page of inPages(deps.alerts, query, windows))
      for (const alert of alerts) for (const window of page) await fold(alert, window);
    for (const alert of alerts) if (paged.has(alert)) await consider(deps, alert, paged.get(alert)!);
  }
}

/** Folds a window in. Returns whether it pages. */
async function step(
  deps: ActorDeps,
  alert: Alert,
  of: { readonly window: JudgedWindow; readonly now: number; readonly round: Round },
): Promise<boolean> {
  const { window, now, round } = of;
  const { controls, stream } = round;
  const { policy } = alert;
  const ends = endOf(window) * 1000;
  const promotion = stream.promotions.findLast(from => from <= ends) ?? null;
  for (;;) {
    const decision = decide(alert.memory, window, policy, {
      now,
      promotion,
      silenced: (check, subject) => controls.silenced(now, check, subject, policy.name) !== null,
      paused: controls.paused(policy.name),
      acknowledged: controls.acknowledged(policy.name, alert.memory.episode),
      ahead: end => isAhead(end, round.now),
    });
    deps.onDecision?.(alert.key, window, decision.reason);
    await write(deps, alert, decision, { window, now });
    if (!decision.again) return decision.pages;
  }
}

/** Stores the change, if there is one, and only then goes on from it. */
async function write(
  deps: ActorDeps,
  alert: Alert,
  { transition: change, memory, reason }: Decision,
  at: Pick<TransitionParts, 'window' | 'now'>,
): Promise<void> {
  if (change !== null) {
    const { key, said } = alert;
    // Receivers tell alerts apart by their severity too: an episode ends with the one it began with.
    const same = said?.episode === (change.episode ?? memory.episode);
    const policy = same ? { ...alert.policy, severity: said.severity } : alert.policy;
    const transition = buildTransition({ alert: key, policy, memory, change, reason, ...at }, deps.links);
    await deps.alerts.append(transition);
    alert.said = transition;
    alert.stored = newestEnd(memory);
    deps.failpoint?.('transition-written');
    deps.events.alertChanged(transition);
  }
  alert.memory = memory;
}

/** Only an episode that people were told of may order anything. */
async function consider(deps: ActorDeps, alert: Alert, now: number): Promise<void> {
  const { memory, key, policy } = alert;
  if (!isTold(memory)) return;
  await deps.orders.consider({
    alert: key,
    transition: transitionId(key, memory.episode, 'opened'),
    memory,
    policy,
    calls: memory.calls,
    now,
  });
}

/** Ends what is open of alerts whose policy does not hold for the stream any more. */
async function retireOthers(deps: ActorDeps, { alerts }: Stream, now: number | null): Promise<void> {
  for (const [name, alert] of alerts) {
    if (alert.current) continue;
    const { last } = alert.memory;
    const window = { windowStart: last.start, windowSeconds: last.end - last.start };
    const at = now ?? Math.max(last.end * 1000, alert.memory.told);
    const decision = retire(alert.memory, alert.policy, at);
    if (decision !== null) await write(deps, alert, decision, { window, now: at });
    alerts.delete(name);
  }
}
