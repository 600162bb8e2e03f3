import { LeewayError } from '../lib/errors.ts';
import type { Channel, Endpoint, Message } from './channel.ts';
import { createPoster } from './channels/poster.ts';
import { parseSecret, sign } from './signature.ts';
import type { HttpDeps } from './targets/http.ts';
import { withoutToken } from './targets/without-token.ts';

export type { Resolve } from './targets/http.ts';

export type WebhookDeps = HttpDeps;

/** Signed HTTP POST by Standard Webhooks 1.0.0: the body as it is stored. */
export function createWebhookChannel(deps: WebhookDeps): Channel {
  const poster = createPoster(deps);
  return {
    kind: 'webhook',
    check: endpoint => {
      deps.guard.assert(endpoint.url);
      if (endpoint.secrets.length === 0)
        throw new LeewayError(
          'LW_CONFIG_INVALID',
          `webhook ${endpoint.name}: at least one signing secret is needed`,
        );
      for (const secret of endpoint.secrets) parseSecret(secret.reveal());
    },
    send: async (message, endpoint, now) =>
      withoutToken(
        await poster.post({
          endpoint,
          now,
          body: message.body,
          headers: signedHeaders(message, endpoint, now),
        }),
        message,
      ),
    close: () => poster.close(),
  };
}

/** Signed anew on every attempt: a receiver refuses what is more than five minutes old. */
function signedHeaders(message: Message, endpoint: Endpoint, now: number): Record<string, string> {
  const timestamp = Math.floor(now / 1000);
  const keys = endpoint.secrets.map(secret => parseSecret(secret.reveal()));
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': sign({ id: message.id, timestamp, body: message.body }, keys),
  };
}
