import { describe, expect, it } from 'vitest';
import { asksOfNotification } from './alertmanager.ts';
import { createRetrainingWorld } from './retraining-world.ts';

const now = Date.UTC(2026, 9, 1);
const known = (model: string) => model === 'churn';

/** What Alertmanager 0.34 sends, with a field that no version has had yet. */
const notification = {
  receiver: 'leeway',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'ChurnAccuracyLow', model: 'churn', environment: 'prod', leeway_kind: 'rebuild' },
      annotations: { summary: 'accuracy of churn is 0.71' },
      startsAt: '2026-10-01T00:00:00.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph',
      fingerprint: '9f0a',
    },
  ],
  groupLabels: { alertname: 'ChurnAccuracyLow' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="ChurnAccuracyLow"}',
  truncatedAlerts: 0,
  notification_reason: 'firing',
  of_a_later_version: { any: ['thing'] },
};
const [alert] = notification.alerts;
const read = (body: unknown) => asksOfNotification(body, now, known);
const one = (over: object, group: object = {}) =>
  read({ ...notification, ...group, alerts: [{ ...alert, ...over }] })![0]!;

describe('a notification of Alertmanager', () => {
  it('becomes an ask that names the rule and its words', () => {
    expect(read(notification)).toMatchObject([
      {
        fingerprint: '9f0a',
        ignored: null,
        ask: {
          kind: 'rebuild',
          trigger: 'alertmanager',
          by: 'ChurnAccuracyLow',
          reason: 'accuracy of churn is 0.71',
          model: 'churn',
          environment: 'prod',
          now,
          episode: null,
        },
      },
    ]);
  });

  it('is the same order by group, fingerprint and start, and another one by any of them', () => {
    const id = one({}).ask!.id;
    expect(one({ annotations: { summary: 'else' } }, { status: 'firing', receiver: 'other' }).ask!.id).toBe(
      id,
    );
    const others = [
      one({ fingerprint: 'aaaa' }),
      one({ startsAt: '2026-10-02T00:00:00.000Z' }),
      one({}, { groupKey: '{}:{}' }),
    ];
    expect(new Set([id, ...others.map(each => each.ask!.id)]).size).toBe(4);
  });

  it('needs a model alone', () => {
    expect(one({ labels: { model: 'churn' }, annotations: null, fingerprint: 7 })).toMatchObject({
      fingerprint: '[["model","churn"]]',
      ask: {
        kind: 'retrain',
        environment: 'prod',
        by: 'an alert without a name',
        reason: 'an alert without a name fires',
      },
    });
  });

  it.each([
    ['resolved', { status: 'resolved' }],
    ['no-model', { labels: { alertname: 'X' } }],
    ['no-model', { labels: { model: 7 } }],
    ['unknown-model', { labels: { model: 'fraud' } }],
    ['unknown-kind', { labels: { model: 'churn', leeway_kind: 'restart' } }],
    ['not-an-alert', { labels: null }],
  ])('passes over what is %s', (ignored, over) => {
    expect(one(over)).toMatchObject({ ask: null, ignored });
  });

  it.each([null, [], 'text', 7, {}, { alerts: 'x' }, { alerts: {} }])('%j is none', body => {
    expect(read(body)).toBeNull();
  });

  it.each([null, 7, [], 'text'])('an alert that is %j does not spoil the others', odd => {
    expect(read({ ...notification, alerts: [odd, alert] })).toMatchObject([
      { ignored: 'not-an-alert' },
      { ask: { model: 'churn' } },
    ]);
  });

  it('sent again it is one order; refused, it is looked at again', async () => {
    const world = createRetrainingWorld(now);
    let doubts: string[] = ['missing feature:age'];
    const desk = await world.restart({ doubts: async () => doubts });
    await desk.arm('churn', 'ann');
    const notify = async () => desk.ask(one({}).ask!);
    expect(await notify()).toMatchObject({
      state: 'refused',
      reason: 'data-quality: data in doubt: missing feature:age',
    });
    doubts = [];
    const order = await notify();
    expect(order).toMatchObject({ state: 'requested', step: 2, trigger: 'alertmanager', kind: 'rebuild' });
    expect(await notify()).toEqual(order);
    expect(world.stores.orders.appended).toHaveLength(2);
  });
});
