import { createHash } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';
import type { Endpoint } from './channel.ts';
import type { DeliveryStore, EndpointState } from './ports.ts';

export interface EndpointStateDeps {
  readonly deliveries: Pick<DeliveryStore, 'endpointState' | 'setEndpointState'>;
  /** Wall clock. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Since when the endpoint takes messages; null when it has said 410 Gone and its address is still the same. */
export async function activeSince(deps: EndpointStateDeps, endpoint: Endpoint): Promise<number | null> {
  const now = deps.clock.now();
  const detail = addressHash(endpoint);
  const known = await deps.deliveries.endpointState(endpoint.name, endpoint.takes);
  const moved = known !== null && known.detail !== detail;
  if (known?.state === 'disabled' && !moved) return null;
  // One that has said 410 and moved starts afresh.
  const kept = known?.state === 'active' ? known : null;
  if (kept !== null && kept.since <= now) {
    // What waits for a receiver whose address was wrong is for the right one.
    if (moved) await set(deps, endpoint, known, { state: 'active', detail, since: kept.since });
    return kept.since;
  }
  // A receiver that is new is not told the past, but what was written while this process came up; nor does it miss
  // what is written after the clock was set back.
  const since = known === null || kept !== null ? now - 60_000 : now;
  await set(deps, endpoint, known, { state: 'active', detail, since });
  return since;
}

/** Switches an endpoint off, until its address changes or somebody enables it. */
export async function disable(deps: EndpointStateDeps, endpoint: Endpoint): Promise<void> {
  const known = await deps.deliveries.endpointState(endpoint.name, endpoint.takes);
  const since = known?.since ?? deps.clock.now();
  await set(deps, endpoint, known, { state: 'disabled', detail: addressHash(endpoint), since });
}

/** Goes on from where it was switched off: what was written since then, and what ended in 410, is sent. */
export async function enable(deps: EndpointStateDeps, endpoint: Endpoint): Promise<void> {
  const known = await deps.deliveries.endpointState(endpoint.name, endpoint.takes);
  if (known?.state === 'disabled') await set(deps, endpoint, known, { ...known, state: 'active' });
}

/** Whether it has said 410 Gone at this address. */
export function isDisabled(known: EndpointState | null, endpoint: Pick<Endpoint, 'url'>): boolean {
  return known?.state === 'disabled' && known.detail === addressHash(endpoint);
}

/** The latest row counts, whatever the clock says. */
function set(
  { deliveries, clock }: EndpointStateDeps,
  { name, takes }: Endpoint,
  known: EndpointState | null,
  state: Omit<EndpointState, 'at'>,
): Promise<void> {
  const at = Math.max(clock.now(), (known?.at ?? 0) + 1);
  return deliveries.setEndpointState(name, takes, { ...state, at });
}

/** Tells addresses apart without keeping them. */
function addressHash({ url }: Pick<Endpoint, 'url'>): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 16);
}
