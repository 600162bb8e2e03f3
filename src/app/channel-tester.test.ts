import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channels as kinds } from '../act/channels/index.ts';
import { goodReply, type Mailbox, type Receiver, startMailbox, startReceiver } from '../act/channels/kit.ts';
import { sampleEndpoint } from '../act/channels/samples.ts';
import { loadConfig } from '../config/load.ts';
import { createManualClock } from '../lib/clock.ts';
import { createChannelTester } from './channel-tester.ts';

let receiver: Receiver;
let mailbox: Mailbox;
beforeEach(async () => {
  [receiver, mailbox] = await Promise.all([startReceiver(), startMailbox()]);
});
afterEach(() => Promise.all([receiver.close(), mailbox.close()]));

const whsec = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
function setUp(allow: readonly string[] = ['127.0.0.1'], timeoutMilliseconds = 15_000) {
  const url = `http://127.0.0.1:${receiver.port}/T0KEN-IN-PATH`;
  const mail = {
    host: '127.0.0.1',
    port: mailbox.port,
    security: 'none',
    from: 'a@example.org',
    to: ['b@example.org'],
  };
  const settings: Readonly<Record<string, object>> = {
    webhook: {
      url,
      secrets: [whsec],
    },
    slack: { url },
    teams: { url },
    alertmanager: { url },
    pagerduty: {
      url,
      routingKey: 'R0UTING',
    },
    email: mail,
  };
  const channels = Object.entries(settings).map(([type, of]) => ({ type, name: type, ...of }));
  const config = loadConfig(null, { channels, outbound: { allow: ['127.0.0.1'] } } as never, {});
  return createChannelTester({
    config: { channels: config.channels, outbound: { allow } },
    stored: async () => [
      sampleEndpoint('webhook', receiver.port),
      { ...sampleEndpoint('webhook', 1), takes: 'orders', name: 'train' },
    ],
    clock: createManualClock(1_800_000_000_000),
    publicUrl: () => 'http://leeway.example.org',
    channel: { timeoutMilliseconds },
  });
}

describe('channels of a service', () => {
  it.each(Object.keys(kinds))('%s is sent a message that says it is a test', async kind => {
    const test = await setUp().test(kind, 'ops-key');
    expect(test).toMatchObject({ name: kind, type: kind, taken: true, detail: '' });
    expect(test.advice).not.toBe('');
    const sent = [...receiver.received.map(({ body }) => body), ...mailbox.mails];
    expect(sent).toHaveLength(kind === 'pagerduty' ? 2 : 1);
    expect(sent[0]).toMatch(/a test message from Leeway, asked for by=?[\s=]*ops-key/);
    if (kind === 'alertmanager') expect(sent[0]).toContain('"alertname":"LeewayTest"');
    if (kind !== 'pagerduty') return;
    const [opened, closed] = sent.map(text => JSON.parse(text));
    expect([opened.event_action, opened.payload.severity, closed.event_action]).toEqual([
      'trigger',
      'info',
      'resolve',
    ]);
    expect(closed.dedup_key).toBe(opened.dedup_key);
  });

  it('that is kept in the store is sent one too', async () => {
    expect(await setUp().test('ops', 'x')).toMatchObject({ name: 'ops', type: 'webhook', taken: true });
  });

  it('that do not exist are named', async () => {
    await expect(setUp().test('train', 'x')).rejects.toMatchObject({
      code: 'LW_NOT_FOUND',
      message: expect.stringContaining(
        'there are: webhook, slack, teams, alertmanager, pagerduty, email, ops',
      ),
    });
  });

  it.each([
    ['slack', 404, 'no_service', /make a new one in the settings of the Slack app/],
    ['slack', 410, 'channel_is_archived', /archived/],
    ['pagerduty', 400, '{"status":"invalid event"}', /integration key/],
    ['alertmanager', 404, 'page not found', /without \/api\/v2\/alerts/],
    ['teams', 401, '', /workflow/],
    ['webhook', 401, 'bad signature', /correct its secret/],
    ['webhook', 302, '', /redirects are not followed/],
    ['webhook', 503, '', /tried again by themselves/],
    ['webhook', 429, '', /too often/],
    ['webhook', 418, '', /look at its log/],
  ])('%s that answers %i %s gets advice', async (kind, status, words, advice) => {
    receiver.answer = response => void response.writeHead(status).end(words);
    const test = await setUp().test(kind, 'x');
    expect(test).toMatchObject({ taken: false, status, advice: expect.stringMatching(advice) });
  });

  it('that cannot be reached get advice', async () => {
    receiver.answer = () => undefined;
    expect((await setUp(['127.0.0.1'], 80).test('webhook', 'x')).advice).toMatch(/Nothing answered in time/);
    expect((await setUp([]).test('webhook', 'x')).advice).toMatch(/outbound\.allow/);
    expect((await setUp([]).test('email', 'x')).advice).toMatch(/outbound\.allow/);
    mailbox.reply = command => (command.startsWith('RCPT') ? '550 no such user' : goodReply(command));
    expect((await setUp().test('email', 'x')).advice).toMatch(/correct `from` and `to`/);
    const desk = setUp();
    await Promise.all([receiver.close(), mailbox.close()]);
    expect((await desk.test('slack', 'x')).advice).toMatch(/Nobody listens there/);
    [receiver, mailbox] = await Promise.all([startReceiver(), startMailbox()]);
  });
});
