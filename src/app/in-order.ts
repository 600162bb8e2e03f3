import type { Channel } from '../act/channel.ts';
import { readNotice } from '../act/channels/notice.ts';
import type { Transition } from '../domain/alert.ts';

/** The last transition of an alert. */
export type LastOf = (
  alert: Pick<Transition, 'policy' | 'model' | 'environment'>,
) => Promise<Transition | null>;

/**
 * For receivers that keep an incident open until they are told that it is over: a message that something fires, tried
 * again after the episode was resolved, would open what nobody ever closes. It is not sent.
 */
export function inOrder(channel: Channel, lastOf: LastOf): Channel {
  if (channel.keepsOpen !== true) return channel;
  return {
    ...channel,
    send: async (message, endpoint, now) => {
      const notice = readNotice(message.body);
      if (notice !== null && notice.event !== 'resolved' && notice.event !== 'test') {
        const last = await lastOf(notice);
        const over =
          last !== null &&
          (last.episode > notice.episode || (last.episode === notice.episode && last.to === 'ok'));
        if (over) return { status: 204, detail: 'not sent: it was resolved meanwhile', retryAfter: null };
      }
      return channel.send(message, endpoint, now);
    },
  };
}
