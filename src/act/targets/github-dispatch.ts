import { githubHeaders, githubOutcome, repositoryUrl } from './github.ts';
import { boundedData } from './order-message.ts';
import { neededSecret, setting } from './settings.ts';
import { isGood, notTheTarget, refused, type Trigger } from './trigger.ts';

/** Bounds of GitHub: client_payload has at most 10 keys and 64 KB. */
const mostBytes = 60_000;

/** What of an order is sent: these are ten, with the id. */
const keys = [
  'order',
  'kind',
  'model',
  'environment',
  'reason',
  'period',
  'findings',
  'links',
  'callback_token',
] as const;

/**
 * GitHub's repository_dispatch: starts every workflow of the default branch that listens to the event. GitHub answers
 * 204 without a run, and starts a second one when it is asked twice.
 */
export const githubDispatch = (): Trigger => ({
  kind: 'github-dispatch',
  check: endpoint => {
    neededSecret(endpoint, 'token');
    setting(endpoint, 'repository');
  },
  start: async (order, endpoint, call) => {
    const data = boundedData(order, mostBytes);
    if (data === null)
      return { status: refused, detail: 'not sent: the order is larger than GitHub takes (64 KB)' };
    const kept = keys.filter(key => data[key] !== undefined).map(key => [key, data[key]]);
    const payload = { id: order.fields.id, ...Object.fromEntries(kept) };
    const event = (endpoint.settings['event'] as string | undefined) ?? `leeway-${order.fields.kind}`;
    const reply = await call({
      url: repositoryUrl(endpoint, 'dispatches'),
      headers: githubHeaders(endpoint),
      body: JSON.stringify({ event_type: event.slice(0, 100), client_payload: payload }),
    });
    if (reply.status === 204) return { status: 204 };
    const stranger = notTheTarget(reply, false);
    if (stranger !== null) return stranger;
    return isGood(reply.status) ? { status: reply.status } : githubOutcome(reply);
  },
});
