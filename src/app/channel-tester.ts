import type { Answer, Channel, Endpoint } from '../act/channel.ts';
import { adviceFor } from '../act/channels/advice.ts';
import type { ChannelDeps } from '../act/channels/index.ts';
import { createChannels } from '../act/channels/index.ts';
import { testMessages } from '../act/channels/test-message.ts';
import { outcomeOf } from '../act/schedule.ts';
import { createTargetGuard } from '../act/target.ts';
import type { Config } from '../config/schema.ts';
import type { ReceiverTester } from '../http/receiver-tester.ts';
import type { Clock } from '../lib/clock.ts';
import { LeewayError } from '../lib/errors.ts';
import { alertEndpoints } from './live-outbox.ts';

export interface ChannelTesterDeps {
  readonly config: Pick<Config, 'channels' | 'outbound'>;
  /** Receivers that are kept in the store. */
  readonly stored?: () => Promise<readonly Endpoint[]>;
  readonly clock: Pick<Clock, 'now'>;
  readonly publicUrl: () => string;
  /** Tests look names up by themselves. */
  readonly channel?: Omit<ChannelDeps, 'guard'>;
}

/** Sends test messages. A test is no delivery: it is neither stored nor tried again. */
export function createChannelTester(deps: ChannelTesterDeps): ReceiverTester {
  const { config, clock, stored = async () => [] } = deps;
  return {
    test: async (name, by) => {
      const kept = (await stored()).filter(({ takes }) => takes === 'alerts');
      const endpoints = [...alertEndpoints(config), ...kept];
      const endpoint = endpoints.find(each => each.name === name);
      if (endpoint === undefined) throw unknown(name, endpoints);
      const started = clock.now();
      const answer = await trial(deps, endpoint, by);
      return {
        name,
        type: endpoint.kind,
        taken: outcomeOf(answer.status) === 'done',
        status: answer.status,
        detail: answer.detail,
        advice: adviceFor(endpoint.kind, answer),
        seconds: Math.max(0, clock.now() - started) / 1e3,
      };
    },
  };
}

function unknown(name: string, endpoints: readonly Endpoint[]): LeewayError {
  const known = endpoints.map(each => each.name).join(', ');
  const message = `there is no receiver of alerts ${name}; ${known === '' ? 'there are none' : `there are: ${known}`}`;
  return new LeewayError('LW_NOT_FOUND', message);
}

async function trial(deps: ChannelTesterDeps, endpoint: Endpoint, by: string): Promise<Answer> {
  const guard = createTargetGuard(deps.config.outbound.allow);
  const made = createChannels({ guard, ...deps.channel });
  try {
    const channel = made.find(each => each.kind === endpoint.kind)!;
    return await send(deps, channel, { endpoint, by });
  } finally {
    await Promise.all(made.map(each => each.close()));
  }
}

async function send(
  { clock, publicUrl }: ChannelTesterDeps,
  channel: Channel,
  { endpoint, by }: { readonly endpoint: Endpoint; readonly by: string },
): Promise<Answer> {
  const now = clock.now();
  const [message, over] = testMessages({ now, channel: endpoint.name, by, page: `${publicUrl()}/` });
  const answer = await channel.send(message, endpoint, now);
  if (channel.keepsOpen !== true || outcomeOf(answer.status) !== 'done') return answer;
  return channel.send(over, endpoint, clock.now());
}
