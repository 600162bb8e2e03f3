/** What happened to a model, newest first: alerts, orders and baselines in one list. */
import type { ActivationEntry, AlertsAnswer, OrderEntry, TransitionEntry } from './answers.ts';
import { subjectName } from './format.ts';

export type Kind = 'alert' | 'resolved' | 'pending' | 'order' | 'baseline';

export interface Happening {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: Kind;
  readonly title: string;
  readonly detail: string;
}

/** The letter of the flag in the chart; '' is not drawn there. */
export const flags: Readonly<Record<Kind, string>> = {
  alert: 'A',
  resolved: 'R',
  pending: '',
  order: 'O',
  baseline: 'B',
};

export function timeline(
  alerts: AlertsAnswer | null,
  activations: readonly ActivationEntry[],
): readonly Happening[] {
  const all = [
    ...(alerts?.transitions ?? []).map(ofTransition),
    ...(alerts?.orders ?? []).map(ofOrder),
    ...activations.map(ofActivation),
  ];
  return all.sort((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1));
}

/** What the chart marks: firing and resolving, the first known step of every order, activations. */
export function chartMarks(happenings: readonly Happening[]): readonly Happening[] {
  const order = (h: Happening) => h.key.slice(0, h.key.lastIndexOf('#'));
  return happenings.filter((h, i) => {
    if (h.kind !== 'order') return flags[h.kind] !== '';
    return !happenings.slice(i + 1).some(earlier => earlier.kind === 'order' && order(earlier) === order(h));
  });
}

function ofTransition(t: TransitionEntry): Happening {
  const names = t.subjects.map(subjectName).join(', ');
  const kind = t.to === 'firing' ? 'alert' : t.from === 'firing' && t.to === 'ok' ? 'resolved' : 'pending';
  const title = { alert: 'Alert fired', resolved: 'Alert resolved', pending: `Alert ${t.from} → ${t.to}` }[
    kind
  ];
  const parts = [`episode ${t.episode}`, words(t.reason), names, t.notify ? '' : 'nobody was told'];
  return { key: `t:${t.id}`, at: t.at, kind, title, detail: parts.filter(part => part !== '').join(' · ') };
}

function ofOrder(order: OrderEntry): Happening {
  const what = order.kind === 'retrain' ? 'Retraining' : 'Rebuild';
  const parts = [words(order.reason), resultText(order.result)];
  return {
    key: `o:${order.id}#${order.step}`,
    at: order.at,
    kind: 'order',
    title: `${what} ${words(order.state)}`,
    detail: parts.filter(part => part !== '').join(' · '),
  };
}

function ofActivation(activation: ActivationEntry): Happening {
  const scope = activation.version === '' ? '' : `version ${activation.version}`;
  return {
    key: `b:${activation.version}:${activation.baseline}:${activation.from}`,
    at: activation.from,
    kind: 'baseline',
    title: `Baseline ${activation.baseline} active`,
    detail: [scope, activation.by === '' ? '' : `by ${activation.by}`]
      .filter(part => part !== '')
      .join(' · '),
  };
}

const words = (name: string) => name.replaceAll('-', ' ');

/** A receiver's result: JSON text or an object, as `name value` pairs of its plain values. */
function resultText(result: unknown): string {
  const value = typeof result === 'string' ? parsed(result) : result;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .filter(([, v]) => ['string', 'number', 'boolean'].includes(typeof v))
    .map(([name, v]) => `${name} ${String(v)}`)
    .join(', ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
