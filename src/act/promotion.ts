import { actorOfOrder } from '../domain/baseline.ts';
import type { Order } from '../domain/order.ts';
import { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { RetrainingEvent } from './callback.ts';
import type { GateVerdict } from './gate.ts';
import type { OrderStore, Promoter } from './ports.ts';

/** A person's word that a version may take over. */
export interface Confirmation {
  readonly by: string;
  /** Take the newest rows for the baseline instead of the training data: what is wrong in them becomes normal. */
  readonly newestRows: boolean;
}

type PromotionStep = Pick<Order, 'state' | 'reason' | 'result'>;

interface PromotionDeps {
  readonly promoter: Promoter;
  readonly orders: Pick<OrderStore, 'steps' | 'ofModel'>;
  readonly events: Pick<Events, 'problemOccurred'>;
}

/**
 * Next step of a succeeded order: promoted; held by the gate (looked at again as labels come); held for a person when
 * the promoter refuses for good (bad training data); null when nothing is new, or it failed in a way that may pass.
 * Active from the moment of success, so that a promotion tried twice is the same one. A person's word passes the gate;
 * nothing brings back what a newer order has superseded.
 */
export async function promoteOrder(
  order: Order,
  { promoter, orders, events }: PromotionDeps,
  confirmed: Confirmation | null = null,
): Promise<PromotionStep | null> {
  const event = JSON.parse(order.result) as RetrainingEvent;
  try {
    const newer = (await orders.ofModel(order.model, ['promoted'])).find(each => supersedes(each, order));
    if (newer !== undefined) return supersededBy(newer, order);
    if (!namesData(event) && confirmed?.newestRows !== true && promoter.finds?.(order.model) !== true)
      return { state: 'succeeded', reason: noData, result: order.result };
    const gate = confirmed === null ? await gateOf(order, event, promoter) : null;
    if (gate !== null && gate.outcome.startsWith('gate-held')) {
      // Only a change of the name is worth a row; its detail counts up with the labels.
      if (order.reason.startsWith(`${gate.outcome}:`)) return null;
      return { state: 'succeeded', reason: `${gate.outcome}: ${gate.detail}`, result: order.result };
    }
    const baseline = await promoter.promote({
      model: order.model,
      environment: order.environment,
      version: event.version ?? '',
      ...(event.baseline === undefined ? {} : { baseline: event.baseline }),
      ...(event.training === undefined ? {} : { training: event.training }),
      ...(confirmed?.newestRows === true ? { newestRows: true } : {}),
      by: actorOfOrder(order.id),
      from: await succeededAt(order, orders),
    });
    const result = JSON.stringify({
      ...event,
      baseline,
      ...(confirmed === null ? {} : { confirmed_by: confirmed.by, newest_rows: confirmed.newestRows }),
      ...(gate === null ? {} : { gate }),
    });
    return { state: 'promoted', reason: `baseline ${baseline} is active${whyOf(gate, confirmed)}`, result };
  } catch (error) {
    const message = (error as Error).message;
    const held = error instanceof LeewayError && error.status < 500;
    const code = error instanceof LeewayError ? error.code : 'LW_STORE_REFUSED';
    events.problemOccurred({ code, message: `promotion of order ${order.id} (${order.model}): ${message}` });
    return held
      ? { state: 'succeeded', reason: `held-not-promotable: ${message}`, result: order.result }
      : null;
  }
}

const noData = 'held-no-training-data: the report names neither a baseline nor a training period';

function namesData({ baseline, training }: RetrainingEvent): boolean {
  return baseline !== undefined || training !== undefined;
}

function whyOf(gate: GateVerdict | null, confirmed: Confirmation | null): string {
  if (confirmed !== null)
    return `; confirmed by ${confirmed.by}${confirmed.newestRows ? ', from the newest rows' : ''}`;
  return gate === null || gate.outcome === 'gate-off' ? '' : `; ${gate.outcome}: ${gate.detail}`;
}

/** A gate of the promoter; without one everything passes. */
async function gateOf(order: Order, event: RetrainingEvent, promoter: Promoter): Promise<GateVerdict | null> {
  if (promoter.gate === undefined) return null;
  return promoter.gate({
    model: order.model,
    environment: order.environment,
    version: event.version ?? '',
    ordered: orderedAt(order),
    metrics: event.metrics,
  });
}

/** When the order was made, run's clock, epoch milliseconds: its later steps have times of their own. */
function orderedAt(order: Order): number {
  const { timestamp } = JSON.parse(order.body || '{}') as { readonly timestamp?: string };
  const at = Date.parse(timestamp ?? '');
  return Number.isFinite(at) ? at : order.at;
}

/** When it succeeded, run's clock, epoch milliseconds: each time the gate holds it for another reason is a later step. */
async function succeededAt(order: Order, orders: PromotionDeps['orders']): Promise<number> {
  return (await orders.steps(order.id)).find(({ state }) => state === 'succeeded')?.at ?? order.at;
}

/** Whether a promoted order leaves nothing to promote of another one: it is of the same stream, and was made later. */
function supersedes(promoted: Order, other: Order): boolean {
  return (
    promoted.id !== other.id &&
    promoted.model === other.model &&
    promoted.environment === other.environment &&
    orderedAt(promoted) > orderedAt(other)
  );
}

function supersededBy(newer: Order, { result }: Order): PromotionStep {
  const reason = `superseded: order ${newer.id} was made later and is promoted`;
  return { state: 'cancelled', reason, result };
}

/** The ends of older orders of the stream that wait to be promoted, once this one is. */
export async function endSuperseded(
  promoted: Order,
  { orders }: Pick<PromotionDeps, 'orders'>,
  end: (order: Order, step: PromotionStep) => Promise<unknown>,
): Promise<void> {
  for (const order of await orders.ofModel(promoted.model, ['succeeded']))
    if (supersedes(promoted, order)) await end(order, supersededBy(promoted, order));
}

/** Succeeded, and the gate waits for labels or a person: nothing else waits for it. */
export function isGateHeld(order: Pick<Order, 'state' | 'reason'>): boolean {
  return order.state === 'succeeded' && order.reason.startsWith('gate-held-');
}
