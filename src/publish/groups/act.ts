import { Histogram } from 'prom-client';
import type { Group } from '../group.ts';
import { counter, gauge } from '../metric.ts';

const outcomes = ['done', 'retry', 'failed', 'disabled'];
const breakerLevels = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What was decided and sent: alerts and deliveries. */
export const createAct: Group = ({ registry, streams }) => {
  const registers = [registry];
  const firing = gauge(registry, 'leeway_alert_firing', '1 while an alert is firing.', [
    'model',
    'environment',
    'policy',
  ]);
  const transitions = counter(
    registry,
    'leeway_alert_transitions_total',
    'Changes of alerts, by the state they went to and the named reason.',
    ['to', 'reason'],
  );
  const deliveries = counter(
    registry,
    'leeway_deliveries_total',
    'Attempts to deliver a message, by outcome.',
    ['endpoint', 'outcome'],
  );
  const duration = new Histogram({
    name: 'leeway_delivery_duration_seconds',
    help: 'How long a receiver took to answer.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const breakers = gauge(
    registry,
    'leeway_delivery_breaker',
    'How a receiver is treated after failures: 0 sent everything, 1 tried with one message, 2 left alone.',
    ['endpoint'],
  );
  return {
    alertChanged: e => {
      transitions.inc({ to: e.to, reason: e.reason });
      if (!streams(e.model, e.environment)) return;
      const { model, environment, policy } = e;
      firing.set({ model, environment, policy }, e.to === 'firing' ? 1 : 0);
    },
    deliveryAttempted: e => {
      duration.observe(e.durationSeconds);
      for (const outcome of outcomes) deliveries.inc({ endpoint: e.endpoint, outcome }, 0);
      deliveries.inc({ endpoint: e.endpoint, outcome: e.outcome });
    },
    breakerChanged: e => breakers.set({ endpoint: e.endpoint }, breakerLevels[e.state]),
  };
};
