import type { JudgedWindow } from '../domain/finding.ts';
import type { Alert } from './alerts.ts';
import type { AlertStore, FindingsSpan, SpanQuery } from './ports.ts';
import { byEnd, endOf, placeOf } from './window-order.ts';

/** About so many findings are in memory at a time while what alerts missed is read. */
const pageFindings = 50_000;
const shortestPage = 3600;

/** What alerts missed (null: nothing), with what they are told of now: windows in order of their ends, a stretch of time at a time. */
export async function* inPages(
  store: Pick<AlertStore, 'findingsSince' | 'findingsSpan'>,
  query: SpanQuery | null,
  told: readonly JudgedWindow[],
): AsyncGenerator<readonly JudgedWindow[]> {
  const span = query === null ? null : await store.findingsSpan(query);
  let left = inOrder(told);
  for (const [from, until] of pagesOf(span)) {
    const { model, environment } = query!;
    const stored = await store.findingsSince({ model, environment, windowEnd: from, until });
    yield inOrder([...stored, ...left.filter(window => endOf(window) < until)]);
    left = left.filter(window => endOf(window) >= until);
  }
  if (left.length > 0) yield left;
}

/** Stretches of time, each from its first second to before its last, that together are the span. */
function* pagesOf(span: FindingsSpan | null): Generator<readonly [from: number, until: number]> {
  if (span === null) return;
  const { from, to, findings } = span;
  const seconds = Math.max(shortestPage, Math.floor(((to - from) * pageFindings) / findings));
  for (let at = from; at <= to; at += seconds) yield [at, at + seconds];
}

/** Alerts that missed the same, which are read for together. */
export function byQuery(
  alerts: Iterable<Alert>,
  missed: ReadonlyMap<string, SpanQuery>,
): Iterable<readonly [query: SpanQuery | null, alerts: readonly Alert[]]> {
  const groups = new Map<string, readonly [SpanQuery | null, Alert[]]>();
  for (const alert of alerts) {
    const query = missed.get(alert.key.policy) ?? null;
    const name = JSON.stringify(query);
    const group = groups.get(name) ?? ([query, []] as const);
    group[1].push(alert);
    groups.set(name, group);
  }
  return groups.values();
}

/** Each window once, as it was named last. */
function inOrder(windows: readonly JudgedWindow[]): readonly JudgedWindow[] {
  return [...new Map(windows.map(window => [placeOf(window), window])).values()].sort(byEnd);
}
