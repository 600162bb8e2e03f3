import { type OrderKind, orderKinds } from '../domain/order.ts';
import { type Ask, askOf } from './ask.ts';
import { askId } from './ids.ts';

/** Why an alert in a notification orders nothing: a closed list. Sending it again would not change that. */
export type Ignored = 'resolved' | 'no-model' | 'unknown-model' | 'unknown-kind' | 'not-an-alert';

/** What one alert of a notification asks for. */
export interface Asked {
  readonly fingerprint: string;
  readonly ask: Ask | null;
  readonly ignored: Ignored | null;
}

/** Alerts of one notification that are looked at. */
const mostAlerts = 1000;

/**
 * Reads a notification of Alertmanager (webhook version 4, and whatever a newer one adds) as asks. A rule names what it
 * wants by labels: `model`, `environment` (prod unless told) and `leeway_kind` (retrain unless told). The same alert of
 * the same group, firing since the same moment, is the same order, however often it is sent.
 *
 * Null for a body that is no notification.
 */
export function asksOfNotification(
  body: unknown,
  now: number,
  known: (model: string) => boolean,
): readonly Asked[] | null {
  const { alerts, groupKey, status } = recordOf(body);
  if (!Array.isArray(alerts)) return null;
  const group = textOf(groupKey);
  return alerts.slice(0, mostAlerts).map(alert => {
    const one = recordOf(alert);
    const labels = recordOf(one['labels']);
    const fingerprint = textOf(one['fingerprint']) || JSON.stringify(Object.entries(labels).sort());
    const ignored = (reason: Ignored): Asked => ({ fingerprint, ask: null, ignored: reason });
    if (Object.keys(labels).length === 0) return ignored('not-an-alert');
    if ((textOf(one['status']) || textOf(status)) === 'resolved') return ignored('resolved');
    const model = textOf(labels['model']);
    if (model === '') return ignored('no-model');
    if (!known(model)) return ignored('unknown-model');
    const kind = kindOf(textOf(labels['leeway_kind']));
    if (kind === null) return ignored('unknown-kind');
    const id = askId(['alertmanager', group, fingerprint, textOf(one['startsAt'])]);
    const name = textOf(labels['alertname']) || 'an alert without a name';
    const ask = askOf(id, {
      kind,
      trigger: 'alertmanager',
      by: name.slice(0, 128),
      reason: summaryOf(recordOf(one['annotations'])) || `${name} fires`,
      model,
      environment: textOf(labels['environment']) || 'prod',
      now,
    });
    return { fingerprint, ask, ignored: null };
  });
}

function kindOf(text: string): OrderKind | null {
  return text === '' ? 'retrain' : (orderKinds.find(kind => kind === text) ?? null);
}

function summaryOf(annotations: Readonly<Record<string, unknown>>): string {
  return (textOf(annotations['summary']) || textOf(annotations['description'])).slice(0, 500);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
