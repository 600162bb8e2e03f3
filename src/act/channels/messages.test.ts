import { describe, expect, it } from 'vitest';
import type { Finding } from '../../domain/finding.ts';
import { alertOf } from './alertmanager.ts';
import { emailMessage } from './email-message.ts';
import { readNotice } from './notice.ts';
import { pagerdutyEvent } from './pagerduty.ts';
import { alertBody, bodiesOf, calm, drifted } from './samples.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';
import { testMessages } from './test-message.ts';

/** Fields that are missing more often, a new field, and drift that is held back for it. */
const shares = Array.from({ length: 15 }, (_, i) => (i + 1) / 30);
const percent = (share: number) => Number((share * 100).toPrecision(3));
const chances = shares.map((_, i) => Math.max(1e-300, Number(`1e-${25 * (i + 1)}`)));
const troubles: readonly Partial<Finding>[] = [
  {
    check: 'schema',
    subject: '',
    verdict: 'drift',
    p: Number.NaN,
    alpha: Number.NaN,
    effect: 1,
    effectLow: Number.NaN,
    effectHigh: Number.NaN,
    tolerance: 0.01,
    n: 900,
    sentence: 'Fields changed, new: f15 (100 % of rows); 900 rows.',
  },
  ...shares.map((share, i) => ({
    check: 'missing',
    subject: `feature:f${i}`,
    verdict: 'drift' as const,
    p: chances[i]!,
    effect: share,
    effectLow: share * 0.75,
    effectHigh: share * 1.2,
    tolerance: 0.005,
    n: 900,
    sentence: `f${i}: ${percent(share)} % missing, 0 % in the baseline; p ${chances[i]} against 1e-5 allowed, tolerance 0.5 %; 900 rows.`,
  })),
  { ...drifted[0]!, subject: 'prediction' },
];
const troubled = troubles.map(finding => ({ ...finding, calibration: 'provisional' as const }));
const markup = drifted.map((finding, i) => ({
  ...finding,
  subject: `feature:${['[a](http://b) <b>&"\n_y_', '<@U1>'][i]}`,
}));
const [test] = testMessages({
  now: Date.parse('2026-11-21T10:10:00Z'),
  channel: 'ops',
  by: 'api',
  page: 'https://leeway.example.org/',
});

/** What is told, as each receiver is sent it: look at test/messages/ to see how a message reads. */
const told: Readonly<Record<string, string>> = {
  firing: bodiesOf({ hours: [drifted] })[0]!,
  'firing-long': bodiesOf({ hours: [troubled], policy: { severity: 'warning' } })[0]!,
  reminded: bodiesOf({ hours: Array(5).fill(drifted), policy: { remind: 4 * 3_600_000 } })[1]!,
  resolved: bodiesOf({ hours: [drifted, drifted, calm, calm] })[1]!,
  markup: bodiesOf({ hours: [markup], model: '<!channel> *x*' })[0]!,
  test: test.body,
};

it('tells what happened, in this order', () => {
  const events = (name: string) => readNotice(told[name]!)!.event;
  expect(Object.keys(told).map(events)).toEqual([
    'firing',
    'firing',
    'reminded',
    'resolved',
    'firing',
    'test',
  ]);
});

describe.each(Object.entries(told))('%s', (name, body) => {
  const notice = readNotice(body)!;
  const html = emailMessage(notice, 'tr_1_ops');
  const { text, subject, ...mail } = html;
  it.each([
    ['slack.json', slackMessage(notice)],
    ['teams.json', teamsMessage(notice)],
    ['pagerduty.json', pagerdutyEvent(notice, '<routing key>')],
    ['alertmanager.json', alertOf(notice, { team: 'ml' })],
    [
      'email.txt',
      `Subject: ${subject}\nMessage-ID: ${mail.messageId}\nReferences: ${mail.thread}\n\n${text}`,
    ],
    ['email.html', html.html],
  ])('as %s', async (kind, message) => {
    const content = typeof message === 'string' ? message : `${JSON.stringify(message, null, 2)}\n`;
    await expect(content).toMatchFileSnapshot(`../../../test/messages/${name}.${kind}`);
  });
});

describe('a body', () => {
  it('is read whole', () => {
    const notice = readNotice(alertBody())!;
    expect(notice).toMatchObject({ event: 'firing', model: 'churn', episode: 3, severity: 'critical' });
    expect(notice.findings).toHaveLength(2);
    expect(notice.since).toBe(Date.parse('2026-11-21T09:00:00Z'));
  });

  it('of an older release is told as far as it goes', () => {
    const links = { model: 'javascript:alert(1)' };
    const body = JSON.stringify({
      type: 'alert.resolved',
      data: { model: 'churn', links, findings: [null, 7] },
    });
    expect(readNotice(body)).toMatchObject({
      event: 'resolved',
      summary: 'churn',
      since: null,
      severity: 'critical',
      howSure: '',
      links: {
        model: '',
        alert: '',
        rows: '',
      },
    });
    expect(emailMessage(readNotice(body)!, 'x').subject).toBe('[Leeway] Resolved: churn');
  });

  it.each([
    '',
    'null',
    '[]',
    '{"type":"retraining.requested","data":{"model":"m"}}',
    '{"type":"alert.firing"}',
  ])('that is none is not read: %s', body => expect(readNotice(body)).toBeNull());
});
