import type { Order, OrderKind, OrderTrigger } from '../domain/order.ts';
import type { OrderRequest } from './actor.ts';
import { askId, orderId } from './ids.ts';
import type { Memory } from './memory.ts';

/** Somebody asks for a training: a policy, a calendar, a person, another system. All asks pass the same guard rails. */
export interface Ask {
  /** Id of the order it becomes: the same ask, asked again, is the same order. */
  readonly id: string;
  readonly kind: OrderKind;
  readonly trigger: OrderTrigger;
  readonly by: string;
  /** Why, in a sentence; stands in the order. */
  readonly reason: string;
  readonly model: string;
  readonly environment: string;
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** The episode that asks; null where none does. */
  readonly episode: Episode | null;
}

export interface Episode {
  readonly policy: string;
  readonly transition: string;
  readonly memory: Memory;
  /** Whether the kind is not what the findings call for but what a person wrote, or what a failed remedy asks for. */
  readonly insisted: boolean;
}

/**
 * What a paging episode asks for: what its policy says, or what its findings call for. A rebuild comes first: while one
 * is under way, nothing is trained on the pipeline that it replaces.
 */
export function asksOf(request: OrderRequest, promoted: readonly Order[]): readonly Ask[] {
  const { actions } = request.policy;
  const again = afterRetrain(request, promoted);
  const auto = actions.includes('auto');
  const calls = auto ? request.calls : [];
  // Where nothing is called for, an order to retrain is refused by name: so that people see that it was thought of.
  const called = auto && calls.length === 0 && again === null ? (['retrain'] as const) : calls;
  const asks: Ask[] = again === null || !auto ? [] : [again];
  for (const kind of ['rebuild', 'retrain'] as const) {
    if (!actions.includes(kind) && !called.includes(kind)) continue;
    asks.push(ofPolicy(request, kind, actions.includes(kind)));
  }
  return asks;
}

function ofPolicy(request: OrderRequest, kind: OrderKind, insisted: boolean): Ask {
  const { alert, transition, memory, now } = request;
  return {
    id: kind === 'retrain' ? orderId(transition) : askId(['rebuild', transition]),
    kind,
    trigger: 'policy',
    by: alert.policy,
    reason: memory.evidence[0]?.sentence ?? '',
    model: alert.model,
    environment: alert.environment,
    now,
    episode: { policy: alert.policy, transition, memory, insisted },
  };
}

/**
 * The episode began before a retrained model was promoted, and performance pages again in a window that began after it:
 * more of the same does not help. What is only still held from before says nothing of the new version.
 */
function afterRetrain(request: OrderRequest, promoted: readonly Order[]): Ask | null {
  const { alert, memory, transition } = request;
  const retrain = promoted.find(
    order =>
      order.kind === 'retrain' &&
      order.environment === alert.environment &&
      memory.since * 1000 < order.at &&
      Object.values(memory.lengths).some(
        length =>
          length.status === 'page' &&
          length.start * 1000 >= order.at &&
          length.checks.includes('performance'),
      ),
  );
  if (retrain === undefined) return null;
  return {
    ...ofPolicy(request, 'rebuild', true),
    id: askId(['after-retrain', transition, retrain.id]),
    trigger: 'after-retrain',
    reason: `performance stayed low after order ${retrain.id} was promoted`,
  };
}

/** What the words of a person, a calendar or another system become. */
export function askOf(
  id: string,
  of: Pick<Ask, 'kind' | 'trigger' | 'by' | 'reason' | 'model' | 'environment' | 'now'>,
): Ask {
  return { ...of, id, episode: null };
}
