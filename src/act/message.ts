import type { Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Change, DecisionReason } from './decide.ts';
import { type AlertKey, transitionId } from './ids.ts';
import { iso, type Links } from './links.ts';
import { doubtsOf, type Evidence, type Memory, subjectsOf } from './memory.ts';

/** Largest body that is sent, bytes: the bound Standard Webhooks asks for. */
export const bodyLimit = 20_000;

/** A body is a pure function of what was decided, so that a restart writes the same bytes. */
export interface TransitionParts {
  readonly alert: AlertKey;
  readonly memory: Memory;
  readonly change: Change;
  readonly reason: DecisionReason;
  readonly window: Pick<JudgedWindow, 'windowStart' | 'windowSeconds'>;
  readonly now: number;
}

/** The fact that is stored for a change: with its body, hence also the outbox entry. */
export function buildTransition(parts: TransitionParts, links: Links): Transition {
  const { alert, memory, change, window } = parts;
  const id = transitionId(alert, memory.episode, change.kind);
  return {
    id,
    model: alert.model,
    environment: alert.environment,
    policy: alert.policy,
    episode: memory.episode,
    from: change.from,
    to: change.to,
    reason: parts.reason,
    at: parts.now,
    windowStart: window.windowStart,
    windowSeconds: window.windowSeconds,
    notify: change.notify,
    subjects: subjectsOf(memory),
    memory: JSON.stringify(memory),
    body: alertBody(id, parts, links),
  };
}

function alertBody(id: string, parts: TransitionParts, links: Links): string {
  const { alert, memory, change, window } = parts;
  const from = memory.since * 1000;
  const to = Math.max(memory.last.end, window.windowStart + window.windowSeconds) * 1000;
  const firing = change.to === 'firing';
  return fit(memory.evidence, (findings, left) => ({
    type: firing ? 'alert.firing' : 'alert.resolved',
    timestamp: iso(parts.now),
    data: {
      id,
      model: alert.model,
      environment: alert.environment,
      policy: alert.policy,
      episode: memory.episode,
      severity: 'critical',
      reason: parts.reason,
      summary: summaryOf(alert, memory, firing),
      since: iso(from),
      window: span(window.windowStart, window.windowStart + window.windowSeconds),
      found_in: span(memory.last.start, memory.last.end),
      findings: findings.map(plain),
      findings_left_out: memory.last.found - left,
      data_in_doubt: doubtsOf(memory).slice(0, 10),
      links: {
        model: links.model(alert.model, alert.environment),
        rows: links.export(alert.model, alert.environment, { from, to }),
      },
    },
  }));
}

function summaryOf(alert: AlertKey, memory: Memory, firing: boolean): string {
  const where = `${alert.model}${alert.environment === '' ? '' : ` (${alert.environment})`}`;
  const worst = memory.evidence[0];
  const count = memory.last.found;
  const what = worst === undefined ? 'a finding' : worst.subject || worst.check;
  const others = count > 1 ? ` and ${count - 1} more` : '';
  if (!firing) return `${where}: back within tolerance (was ${what}${others})`;
  const size =
    worst?.effect == null || worst.tolerance === null
      ? ''
      : `: effect ${worst.effect.toPrecision(3)}, tolerance ${worst.tolerance}`;
  return `${where}: ${worst?.check ?? 'drift'} of ${what}${others}${size}`;
}

/** Evidence as it stands in a body. */
export function plain(item: Evidence): Record<string, unknown> {
  return {
    check: item.check,
    subject: item.subject,
    effect: item.effect,
    effect_low: item.effectLow,
    effect_high: item.effectHigh,
    tolerance: item.tolerance,
    n: item.n,
    n_reference: item.nReference,
    sentence: item.sentence,
  };
}

function span(start: number, end: number): Record<string, unknown> {
  return { from: iso(start * 1000), to: iso(end * 1000), seconds: end - start };
}

/** JSON text within the limit: the least of the findings are left out until it fits. */
export function fit(
  evidence: readonly Evidence[],
  build: (findings: readonly Evidence[], count: number) => object,
): string {
  for (let count = evidence.length; count > 0; count--) {
    const text = JSON.stringify(build(evidence.slice(0, count), count));
    if (Buffer.byteLength(text) < bodyLimit) return text;
  }
  return JSON.stringify(build([], 0));
}
