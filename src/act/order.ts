import type { Order } from '../domain/order.ts';
import type { Ask } from './ask.ts';
import { iso, type Links } from './links.ts';
import { fit, plain } from './message.ts';

/** What an order needs besides what asks for it. */
export interface OrderParts {
  readonly links: Links;
  /** Name of the target; '' when nobody takes orders of this kind. */
  readonly target: string;
  /** Stands for what lets the receiver report on this one order; '' where it needs a key or a signature. */
  readonly token: string;
  /** Where the rows to learn from begin, epoch milliseconds. */
  readonly from: number;
}

/** First step of an order: with everything the receiver needs. Its state and reason are set by the guard rails. */
export function buildOrder(ask: Ask, { links, target, token, from }: OrderParts): Order {
  const { id, kind, model, environment, trigger, by, now, episode } = ask;
  const memory = episode?.memory ?? null;
  const period = { from, to: Math.max((memory?.last.end ?? 0) * 1000, now) };
  const body = fit(memory?.evidence ?? [], (findings, count) => ({
    type: 'retraining.requested',
    timestamp: iso(now),
    data: {
      order: id,
      kind,
      model,
      environment,
      trigger,
      by,
      reason: ask.reason,
      policy: episode?.policy ?? null,
      episode: memory?.episode ?? null,
      transition: episode?.transition ?? null,
      period: { from: iso(period.from), to: iso(period.to) },
      findings: findings.map(plain),
      findings_left_out: (memory?.last.found ?? 0) - count,
      links: {
        model: links.model(model, environment),
        rows: links.export(model, environment, period),
        baselines: links.baselines(model),
        callback: links.callback(id),
      },
      ...(token === '' ? {} : { callback_token: token }),
    },
  }));
  return {
    id,
    model,
    environment,
    kind,
    state: 'requested',
    reason: '',
    at: now,
    step: 1,
    transition: episode?.transition ?? '',
    target,
    trigger,
    by,
    body,
    result: '',
  };
}
