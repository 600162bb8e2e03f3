import { afterAll, describe, expect, it } from 'vitest';
import { namedKeys } from '../../../test/twins/http-deps.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { AccessDeps } from '../access.ts';
import type { AlertDesk, AlertRow, Episode, SilenceDesk, SilenceRow } from '../control-ports.ts';
import type { HttpDeps } from '../ports.ts';
import type { HttpApp } from '../route.ts';
import { buildHttp } from '../server.ts';

const apps: HttpApp[] = [];
afterAll(() => Promise.all(apps.map(app => app.close())));

const row: AlertRow = {
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  state: 'firing',
  open: true,
  severity: 'critical',
  since: 5,
  episode: 2,
  subjects: ['feature:age'],
  summary: 'drift',
  told: true,
  findings: [{ check: 'drift', subject: 'feature:age', effect: null, tolerance: 0.1, sentence: 's' }],
  acknowledged: { by: 'ann', note: '', at: 6 },
  paused: null,
  silences: ['si_1'],
  heard: 0,
};

const delivery = {
  endpoint: 'pager',
  outcome: 'done',
  attempts: [{ attempt: 1, at: 7, outcome: 'done', status: 204, detail: '', durationSeconds: 0.1, next: 0 }],
};

const episode: Episode = {
  episode: 2,
  state: 'open',
  severity: 'critical',
  since: 5,
  opened: 6,
  resolved: null,
  summary: 'drift',
  subjects: ['feature:age'],
  acknowledged: null,
  events: [
    { kind: 'opened', at: 6, reason: 'opened', by: '', window: { from: 1, to: 5 }, subjects: [], told: true },
  ],
  messages: [{ id: 'tr_1', kind: 'opened', at: 6, summary: 'drift', deliveries: [delivery] }],
  orders: [
    {
      id: 'or_1',
      kind: 'retrain',
      target: 'trainer',
      steps: [{ state: 'sent', reason: '', at: 7 }],
      deliveries: [],
    },
  ],
};

const silence: SilenceRow = {
  id: 'si_1',
  match: { models: ['churn'], environments: [], policies: [], checks: [], subjects: [] },
  from: 1,
  to: null,
  recurrence: { cron: '0 2 * * *', durationSeconds: 7200, timeZone: 'Europe/Berlin' },
  by: 'ann',
  note: '',
  created: 1,
  ended: null,
  endedBy: '',
  state: 'waiting',
  next: { from: 8, to: 9 },
};

/** The interface with desks that write down what they are asked. */
async function setup(keyed = false) {
  const asked: unknown[][] = [];
  const noted =
    <T>(name: string, answer: T) =>
    async (...args: unknown[]) => {
      asked.push([name, ...args]);
      return answer;
    };
  const alertDesk = {
    now: () => 100,
    list: noted('list', [row]),
    episodes: noted('episodes', { alert: row, episodes: [episode] }),
    acknowledge: noted('acknowledge', row),
    unacknowledge: noted('unacknowledge', row),
    pause: noted('pause', row),
    resume: async () => {
      throw new LeewayError('LW_CONFLICT', 'it is not paused');
    },
  } as unknown as AlertDesk;
  const silences = {
    now: () => 100,
    list: noted('silences', [silence]),
    create: noted('create', silence),
    end: noted('end', { ...silence, ended: 50, endedBy: 'bob', state: 'ended', next: null }),
    preview: noted('preview', {
      alerts: [
        { model: 'churn', environment: 'prod', policy: 'default', severity: 'critical', covered: [], of: 1 },
      ],
      streams: [{ model: 'churn', environment: 'prod' }],
      findings: 3,
      next: [{ from: 1, to: null }],
    }),
  } as unknown as SilenceDesk;
  const access = {
    keys: namedKeys(),
    proxy: null,
    requests: { perSecond: 1000, burst: 1000 },
    failures: { perSecond: 1000, burst: 1000 },
    now: () => 0,
    refused: () => undefined,
    changed: () => undefined,
  } as unknown as AccessDeps;
  const app = await buildHttp({
    alertDesk,
    silences,
    limits: { bodyBytes: 20_000, uploadBytes: 2000 },
    corsOrigins: [],
    loopback: true,
    page: null,
    version: '0.1.0',
    problem: () => undefined,
    ...(keyed ? { access } : {}),
  } as unknown as HttpDeps);
  apps.push(app);
  const headers = { host: 'localhost', ...(keyed ? { authorization: 'Bearer key-admin' } : {}) };
  return {
    asked,
    get: (url: string) => app.inject({ method: 'GET', url, headers }),
    post: (url: string, payload: object = {}) => app.inject({ method: 'POST', url, headers, payload }),
  };
}

const alertPath = '/v1/models/churn/alerts/default';
/** For requests that must reach no desk. */
const untouched = setup();

describe('alerts', () => {
  it('are listed with what people said of them', async () => {
    const { get, asked } = await setup();
    const answer = await get('/v1/alerts?state=open&model=churn');
    expect(answer.json()).toEqual({
      now: 100,
      alerts: [row],
    });
    await get('/v1/alerts');
    expect(asked).toEqual([
      ['list', { model: 'churn', open: true }],
      ['list', { model: null, open: false }],
    ]);
    expect((await get('/v1/alerts?state=loud')).statusCode).toBe(400);
  });

  it('show their episodes', async () => {
    const { get, asked } = await setup();
    const answer = await get(`${alertPath}/episodes?environment=&before=9&limit=3`);
    expect(answer.json().episodes).toEqual([episode]);
    expect(asked[0]).toEqual([
      'episodes',
      { model: 'churn', policy: 'default', environment: '' },
      { before: 9, limit: 3 },
    ]);
    expect((await get(`${alertPath}/episodes?limit=101`)).statusCode).toBe(400);
  });

  it('are acknowledged, paused and resumed by whoever says so', async () => {
    const { post, asked } = await setup();
    await post(`${alertPath}/acknowledge`, { by: 'ann', note: 'mine', episode: 2 });
    await post(`${alertPath}/unacknowledge`, { environment: 'prod' });
    await post(`${alertPath}/pause`, { until: '2026-12-24' });
    const name = { model: 'churn', policy: 'default', environment: null };
    expect(asked).toEqual([
      ['acknowledge', name, { by: 'ann', note: 'mine', episode: 2 }],
      ['unacknowledge', { ...name, environment: 'prod' }, { by: 'api', note: '' }],
      ['pause', name, { by: 'api', note: '', until: Date.UTC(2026, 11, 24) }],
    ]);
    const refused = await post(`${alertPath}/resume`);
    expect([refused.statusCode, refused.json().message]).toEqual([409, 'it is not paused']);
  });

  it('a key is kept with the name that was given', async () => {
    const { post, asked } = await setup(true);
    await post(`${alertPath}/acknowledge`, {});
    await post(`${alertPath}/acknowledge`, { by: 'ann' });
    expect(asked.map(([, , said]) => (said as { by: string }).by)).toEqual(['key-admin', 'ann (key-admin)']);
  });

  it.each([
    [`${alertPath}/acknowledge`, { note: 'x'.repeat(1001) }],
    [`${alertPath}/acknowledge`, { episode: 0 }],
    [`${alertPath}/acknowledge`, { loud: true }],
    [`${alertPath}/pause`, { until: 'tomorrow' }],
    [`/v1/models/${'m'.repeat(129)}/alerts/default/pause`, {}],
  ])('%s refuses %j', async (path, body) => {
    const { post, asked } = await untouched;
    expect((await post(path, body)).statusCode).toBe(400);
    expect(asked).toEqual([]);
  });
});

describe('silences', () => {
  const { match, recurrence: _recurrence, ...same } = silence;
  const shown = {
    ...same,
    ...match,
    recurrence: { cron: '0 2 * * *', minutes: 120, timeZone: 'Europe/Berlin' },
  };

  it('are listed, made, tried and ended', async () => {
    const { get, post, asked } = await setup();
    expect((await get('/v1/silences?over=true')).json()).toEqual({ now: 100, silences: [shown] });
    const made = await post('/v1/silences', { models: ['churn'], recurrence: shown.recurrence, by: 'ann' });
    expect([made.statusCode, made.json()]).toEqual([201, shown]);
    const tried = await post('/v1/silences/preview', { checks: ['drift'], to: 50 });
    expect(tried.json()).toMatchObject({ findings: 3, next: [{ from: 1, to: null }] });
    expect((await post('/v1/silences/si_1/expire', { by: 'bob' })).json()).toMatchObject({ endedBy: 'bob' });
    const none = { environments: [], policies: [], checks: [], subjects: [] };
    expect(asked).toEqual([
      ['silences', { over: true, limit: 200 }],
      [
        'create',
        {
          match: { ...none, models: ['churn'] },
          from: null,
          to: null,
          recurrence: silence.recurrence,
          by: 'ann',
          note: '',
        },
      ],
      [
        'preview',
        { match: { ...none, models: [], checks: ['drift'] }, from: null, to: 50, recurrence: null },
      ],
      ['end', 'si_1', 'bob'],
    ]);
  });

  it.each([
    [{ models: Array.from({ length: 51 }, () => 'a') }],
    [{ models: ['x'.repeat(201)] }],
    [{ model: 'churn' }],
    [{ models: ['a'], recurrence: { cron: '0 2 * * *', minutes: 20_000 } }],
    [{ models: ['a'], recurrence: { cron: '* '.repeat(60), minutes: 2 } }],
    [{ models: ['a'], to: 'never' }],
  ])('refuse %j', async body => {
    const { post, asked } = await untouched;
    expect((await post('/v1/silences', body)).statusCode).toBe(400);
    expect(asked).toEqual([]);
  });
});
