import type { Transition } from '../domain/alert.ts';
import type { JudgedWindow } from '../domain/finding.ts';
import { windowLengths } from '../domain/window.ts';
import type { AlertKey } from './ids.ts';
import { emptyMemory, type Memory, parseMemory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import type { AlertStore, FindingsQuery, StreamKey } from './ports.ts';

/** One alert of a stream. */
export interface Alert {
  readonly key: AlertKey;
  /** As it holds now. */
  policy: Policy;
  /** Whether the policy still holds for the stream. */
  current: boolean;
  memory: Memory;
}

/**
 * Brings the alerts of a stream up to the policies that hold for it now: those it has not seen yet go on from the store.
 * Returns what was judged since their last transitions, by policy.
 */
export async function loadAlerts(
  deps: { readonly alerts: AlertStore },
  stream: { readonly key: StreamKey; readonly alerts: Map<string, Alert> },
  policies: readonly Policy[],
): Promise<ReadonlyMap<string, readonly JudgedWindow[]>> {
  const { key, alerts } = stream;
  const current = new Map(policies.map(policy => [policy.name, policy]));
  const missing = alerts.size === 0 || policies.some(policy => !alerts.has(policy.name));
  const stored = missing ? await deps.alerts.lastOfAll(key) : [];
  const missed = new Map<string, readonly JudgedWindow[]>();
  const read = once((query: FindingsQuery) => deps.alerts.findingsSince(query));
  for (const alert of alerts.values()) {
    alert.current = current.has(alert.key.policy);
    alert.policy = current.get(alert.key.policy) ?? alert.policy;
  }
  // One that was stored, and whose policy is gone, is only there to be ended.
  for (const name of new Set([...current.keys(), ...stored.map(each => each.policy)])) {
    if (alerts.has(name)) continue;
    const last = stored.find(each => each.policy === name);
    const memory = last === undefined ? emptyMemory : parseMemory(last.memory);
    const policy = current.get(name) ?? gone(last);
    const alert: Alert = { key: { ...key, policy: name }, policy, current: current.has(name), memory };
    alerts.set(name, alert);
    if (alert.current) missed.set(name, await read(unseen(alert)));
  }
  return missed;
}

/** What is left of a policy that is no longer there: who was told, and how urgently. */
function gone(last: Transition | undefined): Policy {
  const { policy: name = '', severity = 'critical', routes = [] } = last ?? {};
  return { ...defaultPolicy, name, severity, routes };
}

/** Windows judged after the memory was stored: reading a few too many is harmless, decide knows them. */
function unseen({ key, memory, policy }: Alert): FindingsQuery {
  const seen = Object.values(memory.lengths).map(length => length.lastEnd);
  // A length that was never seen may have been judged for the first time after the memory was stored.
  const longest = windowLengths.some(length => memory.lengths[length] === undefined)
    ? windowLengths.at(-1)!
    : 0;
  return {
    model: key.model,
    environment: key.environment,
    windowEnd: seen.length === 0 ? 0 : Math.max(0, Math.min(...seen) - longest),
    // A measure counts by its value, whatever the verdict says.
    skipQuiet: memory.step === 0 && policy.measure === null,
    loud: policy.checks.every(check => check === 'blind')
      ? ['blind', 'failed']
      : ['drift', 'blind', 'failed', 'no-data'],
  };
}

/** The answer to a question that was asked before. */
function once<Q, A>(ask: (question: Q) => Promise<A>): (question: Q) => Promise<A> {
  const answers = new Map<string, Promise<A>>();
  return question => {
    const name = JSON.stringify(question);
    const answer = answers.get(name) ?? ask(question);
    answers.set(name, answer);
    return answer;
  };
}
