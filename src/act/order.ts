import type { Order } from '../domain/order.ts';
import type { OrderRequest } from './actor.ts';
import { orderId } from './ids.ts';
import { iso, type Links } from './links.ts';
import { fit, plain } from './message.ts';

/** First step of an order: with everything the receiver needs. Its state and reason are set by the guard rails. */
export function buildOrder(request: OrderRequest, links: Links): Order {
  const { alert, memory, now, transition } = request;
  const id = orderId(transition);
  const period = { from: memory.since * 1000, to: Math.max(memory.last.end * 1000, now) };
  const body = fit(memory.evidence, (findings, count) => ({
    type: 'retraining.requested',
    timestamp: iso(now),
    data: {
      order: id,
      kind: 'retrain',
      model: alert.model,
      environment: alert.environment,
      policy: alert.policy,
      episode: memory.episode,
      transition,
      period: { from: iso(period.from), to: iso(period.to) },
      findings: findings.map(plain),
      findings_left_out: memory.last.found - count,
      links: {
        model: links.model(alert.model, alert.environment),
        rows: links.export(alert.model, alert.environment, period),
        baselines: links.baselines(alert.model),
        callback: links.callback(id),
      },
    },
  }));
  return {
    id,
    model: alert.model,
    environment: alert.environment,
    kind: 'retrain',
    state: 'requested',
    reason: '',
    at: now,
    step: 1,
    transition,
    body,
    result: '',
  };
}
