import type { AlertSeverity, Transition } from '../../domain/alert.ts';
import type { Finding, JudgedWindow, Verdict } from '../../domain/finding.ts';
import type { Order, OrderKind, OrderState, OrderTrigger } from '../../domain/order.ts';

/** What was found of one check and subject over the period, where anything was. Times: epoch milliseconds. */
export interface FoundDrift {
  readonly check: string;
  readonly subject: string;
  readonly windows: number;
  /** End of the first window and of the last. */
  readonly first: number;
  readonly last: number;
  /** Largest effect, and what was said of it. */
  readonly effect: number | null;
  readonly sentence: string;
}

/** One UTC day: findings by verdict of the windows that end in it. */
export interface BacktestDay {
  readonly day: number;
  readonly windows: number;
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
}

/** A change of an alert that would have been. */
export interface PlayedAlert {
  readonly at: number;
  readonly policy: string;
  readonly episode: number;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** Whether anybody would have been told. */
  readonly notify: boolean;
  readonly severity: AlertSeverity;
  readonly subjects: readonly string[];
  readonly window: { readonly start: number; readonly end: number };
  readonly summary: string;
}

/** An order that would have been given, or refused, and why. */
export interface PlayedOrder {
  readonly at: number;
  readonly id: string;
  readonly kind: OrderKind;
  readonly state: OrderState;
  readonly reason: string;
  readonly trigger: OrderTrigger;
  readonly by: string;
}

/** What one set of policies would have done. */
export interface Played {
  readonly alerts: readonly PlayedAlert[];
  readonly orders: readonly PlayedOrder[];
  readonly totals: {
    readonly episodes: number;
    readonly notifications: number;
    /** Hours with some alert open. */
    readonly firingHours: number;
    readonly ordersGiven: number;
    /** Orders that were never given, by the last reason. */
    readonly ordersRefused: Readonly<Record<string, number>>;
  };
}

/** Most subjects that are listed; the count of all is kept beside them. */
const listed = 200;
const dayMs = 86_400_000;

/** Adds up what was found while windows pass by. */
export function createFindingTally() {
  const days = new Map<number, { windows: number; verdicts: Partial<Record<Verdict, number>> }>();
  const found = new Map<string, FoundDrift>();
  let findings = 0;
  const count = (day: number, verdict: Verdict) => {
    const { verdicts } = days.get(day)!;
    verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  };
  return {
    add: (window: JudgedWindow) => {
      const end = (window.windowStart + window.windowSeconds) * 1000;
      const day = Math.floor(end / dayMs) * dayMs;
      const of = days.get(day) ?? { windows: 0, verdicts: {} };
      days.set(day, { ...of, windows: of.windows + 1 });
      for (const finding of window.findings) {
        findings++;
        count(day, finding.verdict);
        if (finding.verdict !== 'drift') continue;
        const key = `${finding.check} ${finding.subject}`;
        found.set(key, merged(found.get(key), finding, end));
      }
    },
    result: () => ({
      windows: [...days.values()].reduce((sum, { windows }) => sum + windows, 0),
      findings,
      days: [...days].sort(([a], [b]) => a - b).map(([day, of]): BacktestDay => ({ day, ...of })),
      drifted: found.size,
      drift: [...found.values()]
        .sort((a, b) => b.windows - a.windows || (a.check + a.subject < b.check + b.subject ? -1 : 1))
        .slice(0, listed),
    }),
  };
}

function merged(known: FoundDrift | undefined, finding: Finding, end: number): FoundDrift {
  const { check, subject, sentence } = finding;
  const effect = Number.isFinite(finding.effect) ? finding.effect : null;
  if (known === undefined) return { check, subject, windows: 1, first: end, last: end, effect, sentence };
  const larger = effect !== null && (known.effect === null || effect > known.effect);
  return {
    ...known,
    ...(larger ? { effect, sentence } : {}),
    windows: known.windows + 1,
    first: Math.min(known.first, end),
    last: Math.max(known.last, end),
  };
}

/** @param to - end of the period, epoch milliseconds: what is still open then lasts until then */
export function playedOf(
  played: { readonly transitions: readonly Transition[]; readonly orders: readonly Order[] },
  to: number,
): Played {
  const alerts = played.transitions.map(alertOf).sort((a, b) => a.at - b.at);
  const orders = played.orders.map(orderOf);
  const last = new Map(orders.map(order => [order.id, order]));
  const given = (order: PlayedOrder) => order.state === 'requested' || order.state === 'dry-run';
  const refused: Record<string, number> = {};
  for (const order of last.values()) {
    if (given(order)) continue;
    const name = order.reason.split(':', 1)[0]!;
    refused[name] = (refused[name] ?? 0) + 1;
  }
  return {
    alerts,
    orders,
    totals: {
      episodes: new Set(
        alerts.filter(a => a.to === 'firing').map(({ policy, episode }) => `${policy} ${episode}`),
      ).size,
      notifications: alerts.filter(alert => alert.notify).length,
      firingHours: firingHours(alerts, to),
      ordersGiven: [...last.values()].filter(given).length,
      ordersRefused: refused,
    },
  };
}

function alertOf(transition: Transition): PlayedAlert {
  const { at, policy, episode, from, to, reason, notify, severity, subjects, windowStart, windowSeconds } =
    transition;
  const body = JSON.parse(transition.body) as { data?: { summary?: string } };
  const window = { start: windowStart * 1000, end: (windowStart + windowSeconds) * 1000 };
  const summary = body.data?.summary ?? '';
  return { at, policy, episode, from, to, reason, notify, severity, subjects, window, summary };
}

function orderOf({ at, id, kind, state, reason, trigger, by }: Order): PlayedOrder {
  return { at, id, kind, state, reason, trigger, by };
}

function firingHours(alerts: readonly PlayedAlert[], to: number): number {
  const open = new Set<string>();
  let since = 0;
  let total = 0;
  for (const { at, policy, to: state } of alerts) {
    const before = open.size;
    if (state === 'firing') open.add(policy);
    else open.delete(policy);
    if (before === 0 && open.size > 0) since = at;
    if (before > 0 && open.size === 0) total += at - since;
  }
  if (open.size > 0) total += Math.max(0, to - since);
  return Math.round(total / 360_000) / 10;
}
