import type { Channel } from '../channel.ts';
import { createWebhookChannel, type WebhookDeps } from '../webhook.ts';

/** Everything any channel needs. */
export type ChannelDeps = WebhookDeps;

/** Every kind of channel there is. A new one is one file and one line here. */
export const channels: Readonly<Record<string, (deps: ChannelDeps) => Channel>> = {
  webhook: createWebhookChannel,
};

/** Makes one channel of each kind. */
export function createChannels(deps: ChannelDeps): readonly Channel[] {
  return Object.values(channels).map(create => create(deps));
}
