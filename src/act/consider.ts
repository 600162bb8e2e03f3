import type { Order, OrderKind } from '../domain/order.ts';
import type { Clock } from '../lib/clock.ts';
import type { Ask } from './ask.ts';
import { type RetrainingEvent, underWay } from './callback.ts';
import { type GuardState, type Rails, refusalOf } from './guards.ts';
import type { Links } from './links.ts';
import { doubtsOf } from './memory.ts';
import { buildOrder } from './order.ts';
import type { ArmingStore, OrderStore, StreamKey } from './ports.ts';

/** A stream over a time, epoch milliseconds. */
export interface RowPeriod extends StreamKey {
  readonly from: number;
  readonly to: number;
}

/** Counts by event time: what a training would have to learn from. */
export interface RowCounter {
  rows(period: RowPeriod): Promise<number>;
  labels(period: RowPeriod): Promise<number>;
}

export interface ConsiderDeps {
  readonly orders: OrderStore;
  readonly arming: ArmingStore;
  readonly links: Links;
  /** Who takes orders of a kind; null: nobody, so that they are dry runs. */
  target(kind: OrderKind): string | null;
  rails(kind: OrderKind): Rails;
  /** Run's clock: event time in a replay. */
  readonly clock: Pick<Clock, 'now'>;
  readonly counts: RowCounter;
  /** Why the data of a stream are in doubt now: of an ask without an episode, which knows it itself. */
  doubts(stream: StreamKey, now: number): Promise<readonly string[]>;
  /** What stands for the token with which its receiver may report on an order until it is sent; `life` in milliseconds. */
  token(order: string, life: number): Promise<string>;
}

const day = 86_400_000;

/** First step of an order, or its next one, as the guard rails would have it; null when nothing changes. */
export async function draft(deps: ConsiderDeps, ask: Ask, before: Order | null): Promise<Order | null> {
  const rails = deps.rails(ask.kind);
  const orders = await deps.orders.ofModel(ask.model, [...underWay, 'succeeded', 'promoted']);
  const present = Math.max(ask.now, deps.clock.now());
  const trained = lastTraining(orders, ask.environment, present);
  const target = deps.target(ask.kind);
  const refusal = refusalOf(await stateOf(deps, ask, { rails, orders, trained, present }));
  // Only a change of the reason is worth a row.
  if (refusal !== null && before?.reason.startsWith(`${refusal.reason}:`)) return null;
  const parts = {
    links: deps.links,
    target: target ?? '',
    token: refusal === null ? await deps.token(ask.id, rails.timeout + day) : '',
    from: ask.episode === null ? (trained ?? ask.now - 30 * day) : ask.episode.memory.since * 1000,
  };
  const order = { ...buildOrder(ask, parts), step: (before?.step ?? 0) + 1 };
  if (refusal !== null) return { ...order, state: 'refused', reason: `${refusal.reason}: ${refusal.detail}` };
  if (target === null)
    return { ...order, state: 'dry-run', reason: 'no-receiver: no retraining address is configured' };
  if (!(await deps.arming.isArmed(ask.model)))
    return { ...order, state: 'dry-run', reason: 'not-armed: the model is not armed' };
  return order;
}

interface Known {
  readonly rails: Rails;
  /** Orders of the model under way or done, newest first. */
  readonly orders: readonly Order[];
  readonly trained: number | null;
  readonly present: number;
}

async function stateOf(deps: ConsiderDeps, ask: Ask, known: Known): Promise<GuardState> {
  const { model, environment, kind, now, episode } = ask;
  const { rails, orders, trained, present } = known;
  const span = Math.max(30 * day, rails.cooldown);
  const requested = await deps.orders.requested(model, now - span);
  const since = Math.max(trained ?? 0, (episode?.memory.since ?? 0) * 1000);
  const period = { model, environment, from: since, to: now };
  const memory = episode?.memory ?? null;
  const doubts =
    memory === null
      ? await deps.doubts({ model, environment }, now)
      : [...doubtsOf(memory), ...memory.inhibitedBy];
  return {
    kind,
    now,
    present,
    rails,
    stopped: await deps.arming.stopped(),
    episode: memory,
    insisted: episode?.insisted ?? true,
    doubts: [...new Set(doubts)],
    newRows: rails.leastRows === 0 ? 0 : await deps.counts.rows(period),
    newLabels: rails.leastLabels === 0 ? 0 : await deps.counts.labels({ ...period, from: trained ?? 0 }),
    inFlight: orders.find(order => underWay.includes(order.state) && order.id !== ask.id) ?? null,
    requested: requested.filter(order => order.kind === kind).map(order => order.at),
  };
}

/** Up to when the newest training of a stream has seen its rows, epoch milliseconds; null when none is known. */
function lastTraining(orders: readonly Order[], environment: string, now: number): number | null {
  const ends = orders
    .filter(
      order =>
        order.environment === environment && (order.state === 'succeeded' || order.state === 'promoted'),
    )
    .map(order => (parsed(order.result).training?.to ?? order.at) as number)
    // Of a clock that was ahead: nothing would be new until then.
    .filter(end => end < now + day);
  return ends.length === 0 ? null : Math.max(...ends);
}

function parsed(result: string): Partial<RetrainingEvent> {
  return result === '' ? {} : (JSON.parse(result) as Partial<RetrainingEvent>);
}
