import type { Transition } from '../domain/alert.ts';
import { windowLengths } from '../domain/window.ts';
import { checkpointOf, newestEnd } from './checkpoints.ts';
import type { AlertKey } from './ids.ts';
import { emptyMemory, type Memory, parseMemory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import type { AlertStore, SpanQuery, StreamKey } from './ports.ts';

/** One alert of a stream. */
export interface Alert {
  readonly key: AlertKey;
  /** As it holds now. */
  policy: Policy;
  /** Whether the policy still holds for the stream. */
  current: boolean;
  memory: Memory;
  /** What the last transition said of its episode; null before the first. */
  said: Pick<Transition, 'episode' | 'severity'> | null;
  /** How far the memory that is stored goes: end of its newest window, epoch seconds. */
  stored: number;
}

/**
 * Brings the alerts of a stream up to the policies that hold for it now: those it has not seen yet go on from the store.
 * Returns where to find what they have not seen, by policy.
 */
export async function loadAlerts(
  deps: { readonly alerts: AlertStore },
  stream: { readonly key: StreamKey; readonly alerts: Map<string, Alert> },
  policies: readonly Policy[],
): Promise<ReadonlyMap<string, SpanQuery>> {
  const { key, alerts } = stream;
  const current = new Map(policies.map(policy => [policy.name, policy]));
  const missing = alerts.size === 0 || policies.some(policy => !alerts.has(policy.name));
  const stored = missing ? await deps.alerts.lastOfAll(key) : [];
  const remembered = missing ? await deps.alerts.remembered(key) : [];
  const missed = new Map<string, SpanQuery>();
  for (const alert of alerts.values()) {
    alert.current = current.has(alert.key.policy);
    alert.policy = current.get(alert.key.policy) ?? alert.policy;
  }
  // One that was stored, and whose policy is gone, is only there to be ended.
  for (const name of new Set([...current.keys(), ...stored.map(each => each.policy)])) {
    if (alerts.has(name)) continue;
    const last = stored.find(each => each.policy === name);
    const changed = last === undefined ? emptyMemory : parseMemory(last.memory);
    const memory = checkpointOf(remembered, name, changed.step) ?? changed;
    const policy = current.get(name) ?? gone(last);
    const said = last ?? null;
    const named = { key: { ...key, policy: name }, policy, current: current.has(name) };
    const alert: Alert = { ...named, memory, said, stored: newestEnd(memory) };
    alerts.set(name, alert);
    if (alert.current) missed.set(name, unseen(alert));
  }
  return missed;
}

/** What is left of a policy that is no longer there: who was told, and how urgently. */
function gone(last: Transition | undefined): Policy {
  const { policy: name = '', severity = 'critical', routes = [] } = last ?? {};
  return { ...defaultPolicy, name, severity, routes };
}

/** Windows judged after the memory was stored: reading a few too many is harmless, decide knows them. */
function unseen({ key, memory, policy }: Alert): SpanQuery {
  // All lengths are judged as time goes by; one that is far behind, or was never seen, has nothing before the longest
  // of windows.
  const behind = Math.min(...windowLengths.map(length => memory.lengths[length]?.lastEnd ?? 0));
  return {
    model: key.model,
    environment: key.environment,
    windowEnd: Math.max(0, behind, newestEnd(memory) - windowLengths.at(-1)!),
    // A measure counts by its value, whatever the verdict says.
    loud: memory.step === 0 && policy.measure === null ? loudTo(policy) : null,
  };
}

function loudTo({ checks }: Policy): SpanQuery['loud'] {
  return checks.every(check => check === 'blind')
    ? ['blind', 'failed']
    : ['drift', 'blind', 'failed', 'no-data'];
}
