import type { Channel } from '../channel.ts';
import { createWebhookChannel, type WebhookDeps } from '../webhook.ts';
import { createAlertmanagerChannel } from './alertmanager.ts';
import { createEmailChannel } from './email.ts';
import { createPagerdutyChannel } from './pagerduty.ts';
import { createSlackChannel } from './slack.ts';
import { createTeamsChannel } from './teams.ts';

/** Everything any channel needs. */
export type ChannelDeps = WebhookDeps;

/** Every kind of channel there is. A new one is one file and one line here. */
export const channels: Readonly<Record<string, (deps: ChannelDeps) => Channel>> = {
  webhook: createWebhookChannel,
  slack: createSlackChannel,
  pagerduty: createPagerdutyChannel,
  alertmanager: createAlertmanagerChannel,
  email: createEmailChannel,
  teams: createTeamsChannel,
};

/** Makes one channel of each kind. */
export function createChannels(deps: ChannelDeps): readonly Channel[] {
  return Object.values(channels).map(create => create(deps));
}
