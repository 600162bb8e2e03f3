import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActor } from '../../src/act/actor.ts';
import { createControls } from '../../src/act/controls.ts';
import { createLinks } from '../../src/act/links.ts';
import { defaultPolicy } from '../../src/act/policy.ts';
import { judged } from '../../src/act/samples.ts';
import { createAlertDesk } from '../../src/app/alerts/desk.ts';
import { createSilenceDesk } from '../../src/app/alerts/silence-desk.ts';
import type { AlertName } from '../../src/http/control-ports.ts';
import { createAcknowledgements } from '../../src/store/acknowledgements.ts';
import { createAlerts } from '../../src/store/alerts.ts';
import type { Database } from '../../src/store/database.ts';
import { createDeliveries } from '../../src/store/deliveries.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { createEpisodes } from '../../src/store/episodes.ts';
import { createFindingStore } from '../../src/store/findings.ts';
import { migrate } from '../../src/store/migrate.ts';
import { createOrders } from '../../src/store/orders.ts';
import { createPauses } from '../../src/store/pauses.ts';
import { createSilences } from '../../src/store/silences.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-alert-desk-'));
let database: Database;

beforeAll(async () => {
  database = await openEmbedded(directory);
  await migrate(database, { database: 'leeway', cluster: '', retention: null });
});
afterAll(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const day = 86_400;
const begin = Date.UTC(2026, 5, 1) / 1000;

/** The real actor and the real desks over one store, with a clock that is set by hand. */
function setup(model: string, environments: readonly string[] = ['prod']) {
  const time = { run: begin * 1000, wall: 0 };
  const clock = { now: () => (time.wall += 2000) };
  const storage = {
    alerts: createAlerts({ database, clock }),
    acknowledgements: createAcknowledgements({ database, clock }),
    deliveries: createDeliveries({ database }),
    episodes: createEpisodes({ database }),
    findings: createFindingStore(database),
    models: {
      list: async () =>
        environments.map(environment => ({
          model,
          environment,
          version: '1',
          firstBucket: 0,
          lastBucket: 0,
          rows: 1,
        })),
      names: async () => [model],
    },
    orders: createOrders({ database, clock }),
    pauses: createPauses({ database, clock }),
    silences: createSilences({ database }),
  };
  const runClock = { now: () => time.run };
  const problems: string[] = [];
  const actor = createActor({
    alerts: storage.alerts,
    orders: { consider: async () => null },
    policiesOf: () => [defaultPolicy],
    links: createLinks('http://127.0.0.1:8080'),
    events: { alertChanged: () => undefined, problemOccurred: e => void problems.push(e.message) },
    controls: createControls({ ...storage, runClock, clock }),
  });
  const now = () => time.run;
  const alerts = createAlertDesk({ storage, now, policies: () => ['default', 'blind'] });
  const silences = createSilenceDesk({ storage, alerts, now });
  /** Judges the day that begins so many days after the start, ten minutes after its end. */
  const judge = async (number: number, effect: number, subject = 'feature:age') => {
    const start = begin + number * day;
    time.run = (start + day + 600) * 1000;
    const verdict = effect > 0.05 ? ('drift' as const) : ('stable' as const);
    await actor.handle([judged(start, day, [{ model, subject, effect, verdict }])], () => time.run);
    expect(problems).toEqual([]);
  };
  const name: AlertName = { model, policy: 'default', environment: null };
  return { ...storage, judge, silenceDesk: silences, desk: alerts, time, name };
}

const everything = { models: [], environments: [], policies: [], checks: [], subjects: [] };
const ann = { by: 'ann', note: 'looking' };

describe('an alert as people see it', () => {
  it('an episode from its first window to its end, with what people said and who was told', async () => {
    const { judge, desk, name, deliveries, orders } = setup('seen');
    expect(await desk.list({ model: 'seen', open: false })).toEqual([]);
    await judge(0, 0.01);
    await judge(1, 0.3);
    const [open] = await desk.list({ model: 'seen', open: true });
    expect(open).toMatchObject({
      state: 'firing',
      open: true,
      severity: 'critical',
      since: (begin + day) * 1000,
      episode: 1,
      subjects: ['feature:age'],
      told: true,
      acknowledged: null,
      paused: null,
      silences: [],
      heard: 1,
    });
    expect(open!.summary).toContain('drift of feature:age');
    expect(open!.findings[0]).toMatchObject({ check: 'drift', effect: 0.3, sentence: 'a sentence' });

    const taken = await desk.acknowledge(name, { ...ann, episode: 1 });
    expect(taken.acknowledged).toMatchObject(ann);
    await expect(desk.acknowledge(name, { ...ann, episode: 2 })).rejects.toThrow(
      'episode 1 of alert default',
    );
    await judge(2, 0.3);
    await desk.unacknowledge(name, { by: 'bob', note: '' });
    await expect(desk.unacknowledge(name, ann)).rejects.toThrow('nobody has acknowledged');

    const [first] = (await desk.episodes(name, { before: null, limit: 5 })).episodes;
    const message = first!.messages[0]!;
    const attempt = { message: `${message.id}_pager`, endpoint: 'pager', durationSeconds: 0.1, detail: '' };
    await deliveries.record({ ...attempt, attempt: 1, at: 5, outcome: 'retry', status: 503, next: 9 });
    await deliveries.record({ ...attempt, attempt: 2, at: 9, outcome: 'done', status: 204, next: 0 });
    const order = {
      id: 'or_seen',
      model: 'seen',
      environment: 'prod',
      kind: 'retrain' as const,
      transition: message.id,
      target: 'trainer',
      trigger: 'policy' as const,
      by: 'default',
      body: '',
      result: '',
    };
    const at = first!.opened + 5;
    await orders.append({ ...order, step: 1, state: 'requested', reason: '', at });
    await orders.append({ ...order, step: 2, state: 'failed', reason: 'no rows', at: at + 5 });
    for (const number of [3, 4, 5, 6]) await judge(number, 0.01);

    const { alert, episodes } = await desk.episodes(name, { before: null, limit: 5 });
    expect(alert).toMatchObject({ state: 'ok', open: false, subjects: [], episode: 1 });
    expect(episodes).toHaveLength(1);
    const [episode] = episodes;
    expect(episode).toMatchObject({ state: 'resolved', since: (begin + day) * 1000, acknowledged: null });
    expect(episode!.events.map(({ kind, reason, by, told }) => [kind, reason, by, told])).toEqual([
      ['opened', 'opened', '', true],
      ['acknowledged', 'looking', 'ann', false],
      ['order', 'retrain requested', 'default', false],
      ['order', 'retrain failed: no rows', 'default', false],
      ['unacknowledged', '', 'bob', false],
      ['resolved', 'resolved', '', true],
    ]);
    expect(episode!.events[0]!.window).toEqual({
      from: (begin + day) * 1000,
      to: (begin + 2 * day) * 1000,
    });
    expect(episode!.messages.map(({ kind }) => kind)).toEqual(['opened', 'resolved']);
    expect(episode!.messages[0]!.deliveries).toMatchObject([
      { endpoint: 'pager', outcome: 'done', attempts: [{ status: 503, next: 9 }, { status: 204 }] },
    ]);
    expect(episode!.orders).toMatchObject([
      { id: 'or_seen', target: 'trainer', steps: [{}, { state: 'failed' }] },
    ]);
    await expect(desk.acknowledge(name, { ...ann, episode: null })).rejects.toThrow('no open episode');
  });

  it('episodes are paged from the newest on', async () => {
    const { judge, desk, name } = setup('paged');
    for (let number = 0; number < 12; number++) await judge(number, number % 6 === 0 ? 0.3 : 0.01);
    const all = await desk.episodes(name, { before: null, limit: 10 });
    expect(all.episodes.map(({ episode }) => episode)).toEqual([2, 1]);
    const newest = await desk.episodes(name, { before: null, limit: 1 });
    expect(newest.episodes.map(({ episode }) => episode)).toEqual([2]);
    const older = await desk.episodes(name, { before: 2, limit: 1 });
    expect(older.episodes.map(({ episode }) => episode)).toEqual([1]);
    expect((await desk.episodes(name, { before: 1, limit: 1 })).episodes).toEqual([]);
  });

  it('a paused alert notes its windows, changes nothing, and goes on by itself', async () => {
    const { judge, desk, name, time } = setup('paused');
    await judge(0, 0.3);
    const until = (begin + 3 * day) * 1000;
    await expect(desk.pause(name, { ...ann, until: time.run })).rejects.toThrow('not after now');
    expect(await desk.pause(name, { ...ann, until })).toMatchObject({
      state: 'paused',
      open: true,
      paused: { ...ann, until },
    });
    await judge(1, 0.01);
    expect(await desk.list({ model: 'paused', open: true })).toMatchObject([{ state: 'paused', open: true }]);
    for (const number of [2, 3, 4, 5]) await judge(number, 0.01);
    const [episode] = (await desk.episodes(name, { before: null, limit: 1 })).episodes;
    expect(episode!.events.map(({ kind, by, at }) => [kind, by, at === until])).toEqual([
      ['opened', '', false],
      ['paused', 'ann', false],
      ['resumed', '', true],
      ['resolved', '', false],
    ]);
    await expect(desk.resume(name, ann)).rejects.toThrow('is not paused');
    // Nothing has to have happened to an alert for somebody to pause it.
    const blind = { ...name, policy: 'blind' };
    expect(await desk.pause(blind, { ...ann, until: null })).toMatchObject({ state: 'paused', open: false });
    expect(await desk.resume(blind, ann)).toMatchObject({ state: 'ok', paused: null });
  });

  it('a name that is not one is told apart', async () => {
    const { desk, judge } = setup('named', ['prod', 'test']);
    const ask = (policy: string, environment: string | null, model = 'named') =>
      desk.pause({ model, policy, environment }, { ...ann, until: null });
    await expect(ask('default', null)).rejects.toThrow('several environments: "prod", "test"');
    await expect(ask('nightly', 'prod')).rejects.toThrow('(there are: default, blind)');
    await expect(ask('default', 'staging')).rejects.toThrow('no model "named" in environment "staging"');
    await judge(0, 0.3);
    expect((await ask('default', 'test')).environment).toBe('test');
    await expect(ask('default', null)).rejects.toThrow('several environments');
  });
});

describe('silences as people make them', () => {
  it('are tried, made, hold back what they cover, and are ended', async () => {
    const { judge, desk, silenceDesk, name, time } = setup('silent');
    await judge(0, 0.01);
    const match = { ...everything, models: ['sil*'], subjects: ['feature:*'] };
    const order = { match, from: null, to: time.run + 3 * day * 1000, recurrence: null };
    const made = await silenceDesk.create({ ...order, ...ann });
    expect(made).toMatchObject({ state: 'active', from: time.run, by: 'ann', ended: null });
    await judge(1, 0.3);
    expect(await desk.list({ model: 'silent', open: true })).toMatchObject([
      { state: 'firing', told: false, silences: [made.id], heard: 0 },
    ]);
    const seen = await silenceDesk.preview(order);
    expect(seen.alerts).toMatchObject([
      { model: 'silent', policy: 'default', covered: [{ check: 'drift', subject: 'feature:age' }], of: 1 },
    ]);
    expect(seen.streams).toEqual([{ model: 'silent', environment: 'prod' }]);
    expect(seen.next).toEqual([{ from: time.run, to: order.to }]);
    const other = { ...order, match: { ...match, policies: ['blind'] } };
    expect((await silenceDesk.preview(other)).alerts).toEqual([]);

    expect(await silenceDesk.end(made.id, 'bob')).toMatchObject({ state: 'ended', endedBy: 'bob' });
    await expect(silenceDesk.end(made.id, 'bob')).rejects.toThrow('is over already');
    await expect(silenceDesk.end('si_none', 'bob')).rejects.toThrow('there is no silence si_none');
    await judge(2, 0.3);
    const [episode] = (await desk.episodes(name, { before: null, limit: 1 })).episodes;
    expect(episode!.events.map(({ kind, reason, told }) => [kind, reason, told])).toEqual([
      ['opened', 'silenced', false],
      ['announced', 'announced', true],
    ]);
    expect((await silenceDesk.list({ over: false, limit: 10 })).map(({ id }) => id)).not.toContain(made.id);
    expect((await silenceDesk.list({ over: true, limit: 10 })).map(({ id }) => id)).toContain(made.id);
  });

  const at = begin * 1000;
  const nightly = { cron: '0 2 * * *', durationSeconds: 7200, timeZone: 'Europe/Berlin' };
  it.each([
    ['nothing named', { match: everything }, 'names models, environments'],
    ['no end', { to: null }, 'needs an end'],
    ['an end before the beginning', { from: at + 10, to: at + 5 }, 'is not after the beginning'],
    ['an end that is past', { from: at - 10, to: at - 5 }, 'lies in the past'],
    ['two years', { to: at + 2 * 366 * day * 1000 }, 'at most 366 days'],
    ['in two years', { from: at + 2 * 366 * day * 1000, to: null, recurrence: nightly }, 'begins within'],
    ['no cron', { to: null, recurrence: { ...nightly, cron: 'nightly' } }, 'has not five parts'],
    ['no such zone', { to: null, recurrence: { ...nightly, timeZone: 'Berlin' } }, 'no time zone "Berlin"'],
  ])('are refused with %s', async (_, over, message) => {
    const { silenceDesk } = setup('refused');
    const match = { ...everything, models: ['*'] };
    const order = { match, from: null, to: at + 1000, recurrence: null, ...ann, ...over };
    await expect(silenceDesk.create(order)).rejects.toThrow(message);
  });

  it('recurring ones say when they come about next', async () => {
    const { silenceDesk } = setup('nightly');
    const order = { match: { ...everything, checks: ['drift'] }, from: null, to: null, recurrence: nightly };
    const { next } = await silenceDesk.preview(order);
    expect(next.map(({ from, to }) => [from - at, to! - at].map(ms => ms / 3_600_000))).toEqual([
      [0, 2],
      [24, 26],
      [48, 50],
    ]);
  });
});
