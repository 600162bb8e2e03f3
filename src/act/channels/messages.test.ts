import { describe, expect, it } from 'vitest';
import { alertOf } from './alertmanager.ts';
import { emailMessage } from './email-message.ts';
import { readNotice } from './notice.ts';
import { pagerdutyEvent } from './pagerduty.ts';
import { alertBody, bodyFinding } from './samples.ts';
import { slackMessage } from './slack.ts';
import { teamsMessage } from './teams.ts';

/** What is told, as each receiver is sent it: look at test/messages/ to see how a message reads. */
const told = {
  firing: alertBody(),
  'firing-long': alertBody({
    data: {
      severity: 'warning',
      environment: '',
      findings: Array.from({ length: 12 }, (_, i) => bodyFinding({ subject: `feature:f${i}` })),
      findings_left_out: 5,
      data_in_doubt: ['schema of *', 'feature:age'],
      inhibited: [{ check: 'drift', subject: 'prediction' }],
    },
  }),
  reminded: alertBody({ type: 'alert.reminded', data: { reason: 'reminded' } }),
  resolved: alertBody({
    type: 'alert.resolved',
    timestamp: '2026-11-21T14:10:00.000Z',
    data: {
      reason: 'resolved',
      summary: 'churn (prod): back within tolerance (was feature:age and 1 more)',
    },
  }),
  markup: alertBody({
    data: { model: '<!channel> *x*', summary: '<!channel> *x* [a](http://b): drift of <b>&"\n_y_' },
  }),
};

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
