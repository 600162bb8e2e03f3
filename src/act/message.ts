import type { Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import type { Change, DecisionReason } from './decide.ts';
import { type AlertKey, transitionId } from './ids.ts';
import { iso, type Links } from './links.ts';
import { doubtsOf, type Evidence, type HeldBack, type Memory, subjectsOf } from './memory.ts';
import type { Policy } from './policy.ts';
import { howSure } from './sureness.ts';

/** Largest body that is sent, bytes: the bound Standard Webhooks asks for. */
export const bodyLimit = 20_000;

/** A body is a pure function of what was decided, so that a restart writes the same bytes. */
export interface TransitionParts {
  readonly alert: AlertKey;
  readonly policy: Pick<Policy, 'severity' | 'routes'>;
  readonly memory: Memory;
  readonly change: Change;
  readonly reason: DecisionReason;
  readonly window: Pick<JudgedWindow, 'windowStart' | 'windowSeconds'>;
  readonly now: number;
}

/** Changes that an episode goes through once; the others are told apart by their step. */
const onceAnEpisode: readonly Change['kind'][] = ['opened', 'resolved', 'announced-firing', 'announced-ok'];

/** The fact that is stored for a change: with its body, hence also the outbox entry. */
export function buildTransition(parts: TransitionParts, links: Links): Transition {
  const { alert, policy, memory, change, window } = parts;
  const { kind } = change;
  const name = onceAnEpisode.includes(kind) ? kind : `${kind}-${memory.step}`;
  const episode = change.episode ?? memory.episode;
  const id = transitionId(alert, episode, name);
  return {
    id,
    model: alert.model,
    environment: alert.environment,
    policy: alert.policy,
    episode,
    from: change.from,
    to: change.to,
    reason: parts.reason,
    at: parts.now,
    windowStart: window.windowStart,
    windowSeconds: window.windowSeconds,
    notify: change.notify,
    severity: policy.severity,
    routes: policy.routes,
    subjects: subjectsOf(memory),
    memory: JSON.stringify(memory),
    body: alertBody(id, parts, links),
  };
}

function alertBody(id: string, parts: TransitionParts, links: Links): string {
  const { alert, memory, change, window } = parts;
  const { model, environment, policy } = alert;
  const episode = change.episode ?? memory.episode;
  const from = memory.since * 1000;
  const to = Math.max(memory.last.end, window.windowStart + window.windowSeconds) * 1000;
  const firing = change.to === 'firing';
  const worst = memory.evidence[0];
  return fit(memory.evidence, (findings, left) => ({
    type: change.kind === 'reminded' ? 'alert.reminded' : firing ? 'alert.firing' : 'alert.resolved',
    timestamp: iso(parts.now),
    data: {
      id,
      model,
      environment,
      policy,
      episode,
      severity: parts.policy.severity,
      reason: parts.reason,
      summary: summaryOf(alert, memory, change),
      how_sure: worst === undefined ? '' : howSure(worst),
      since: iso(from),
      window: span(window.windowStart, window.windowStart + window.windowSeconds),
      found_in: span(memory.last.start, memory.last.end),
      findings: findings.map(plain),
      findings_left_out: memory.last.found - left,
      data_in_doubt: doubtsOf(memory).slice(0, 10),
      inhibited: memory.inhibited.worst.map(heldBack),
      inhibited_left_out: memory.inhibited.found - memory.inhibited.worst.length,
      links: {
        model: links.model(model, environment),
        alert: links.alert(model, environment, { policy, episode }),
        rows: links.export(model, environment, { from, to }),
      },
    },
  }));
}

function summaryOf(alert: AlertKey, memory: Memory, change: Change): string {
  const where = `${alert.model}${alert.environment === '' ? '' : ` (${alert.environment})`}`;
  const worst = memory.evidence[0];
  const count = memory.last.found;
  const what = worst === undefined ? 'a finding' : worst.subject || worst.check;
  const others = count > 1 ? ` and ${count - 1} more` : '';
  const over = alert.policy === 'blind' ? 'seen again' : 'back within tolerance';
  if (change.to !== 'firing') return `${where}: ${over} (was ${what}${others})`;
  if (alert.policy === 'blind') return `${where}: Leeway cannot see: ${what}${others}`;
  const size =
    worst?.effect == null || worst.tolerance === null
      ? ''
      : `: effect ${worst.effect.toPrecision(3)}, tolerance ${worst.tolerance}`;
  // A check on the whole stream is about no subject.
  const found = worst === undefined || worst.subject === '' ? what : `${worst.check} of ${what}`;
  return `${where}: ${found}${others}${size}${holdingBack(memory)}`;
}

/** Drift that means little while the data is in doubt pages nobody, but is not passed over in silence. */
function holdingBack({ inhibited, inhibitedBy }: Memory): string {
  if (inhibited.found === 0) return '';
  const findings = inhibited.found === 1 ? '1 drift finding' : `${inhibited.found} drift findings`;
  return `; ${findings} held back (${inhibitedBy.join(', ')})`;
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
    p: item.p ?? null,
    alpha: item.alpha ?? null,
    calibration: item.calibration ?? '',
    sentence: item.sentence,
  };
}

function heldBack({ check, subject, effect, tolerance }: HeldBack): Record<string, unknown> {
  return { check, subject, effect, tolerance };
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
