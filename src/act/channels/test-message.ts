import type { Message } from '../channel.ts';
import { iso } from '../links.ts';

/** What is sent to try a channel: an alert of a model that does not exist, found in nothing. */
export interface TestParts {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly channel: string;
  readonly by: string;
  /** The page of this service. */
  readonly page: string;
}

/** The message, and the one that takes it back for receivers that keep an incident open. */
export function testMessages({ now, channel, by, page }: TestParts): readonly [Message, Message] {
  const id = `te_${now}_${channel}`;
  const data = {
    id,
    model: 'leeway-test',
    environment: '',
    policy: 'test',
    episode: Math.floor(now / 1e3),
    severity: 'warning',
    reason: 'test',
    how_sure: '',
    since: iso(now),
    window: null,
    found_in: null,
    summary: `a test message from Leeway, asked for by ${by}; nothing is wrong`,
    findings: [],
    findings_left_out: 0,
    data_in_doubt: [],
    inhibited: [],
    links: { model: page },
  };
  const body = (type: string, at: number) => JSON.stringify({ type, timestamp: iso(at), data });
  return [
    { id, body: body('alert.test', now) },
    { id: `${id}_over`, body: body('alert.resolved', now + 1) },
  ];
}
