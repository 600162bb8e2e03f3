import { afterAll, describe, expect, it } from 'vitest';
import { LeewayError } from '../../lib/errors.ts';
import type { BaselineHistory, DoctorReader, OverviewReader, WindowList } from '../operate-ports.ts';
import type { HttpDeps } from '../ports.ts';
import type { HttpApp } from '../route.ts';
import { buildHttp } from '../server.ts';

const apps: HttpApp[] = [];
afterAll(() => Promise.all(apps.map(app => app.close())));

type New = Pick<HttpDeps, 'doctor' | 'overview' | 'history' | 'windows'>;

/** The interface with these ports alone: no other route is called here. */
async function setup(ports: New) {
  const app = await buildHttp({
    ...ports,
    limits: { bodyBytes: 2000, uploadBytes: 2000 },
    corsOrigins: [],
    loopback: true,
    page: null,
    version: '0.1.0',
    problem: () => undefined,
  } as unknown as HttpDeps);
  apps.push(app);
  const headers = { host: 'localhost' };
  return {
    get: (url: string) => app.inject({ method: 'GET', url, headers }),
    post: (url: string, payload: object) => app.inject({ method: 'POST', url, headers, payload }),
  };
}

const subject = {
  subject: 'feature:age',
  kind: 'numeric' as const,
  aside: '',
  rows: 5,
  missing: 0.1,
  bins: 3,
  low: 1,
  high: 2,
  mean: Number.NaN,
  categories: [],
};
const baseline = {
  baseline: 2,
  origin: 'uploaded' as const,
  created: 1,
  rows: 5,
  from: 0,
  to: 0,
  note: '',
  active: true,
};

describe('GET /v1/doctor and /v1/status', () => {
  it('pass on what is asked and answered', async () => {
    const asked: boolean[] = [];
    const line = { area: 'store', check: 'reachable', level: 'ok' as const, text: 'yes', advice: '' };
    const doctor: DoctorReader = {
      report: async ({ deep }) => {
        asked.push(deep);
        return { version: '1', now: 5, lines: [line], settings: [{ name: 'data', value: 'x' }] };
      },
    };
    const model = {
      model: 'churn',
      environment: 'prod',
      verdict: 'stable' as const,
      firing: false,
      learning: null,
      lastSeen: 1,
      baseline: 1,
      armed: false,
      lastWindow: { end: 5, seconds: 3600, drifted: 0 },
    };
    const overview: OverviewReader = {
      overview: async () => ({
        version: '1',
        now: 5,
        ready: true,
        reasons: [],
        storeUp: null,
        rowsPerSecond: 0.5,
        models: [model, { ...model, lastWindow: null }],
        sources: [{ source: 'a', state: null, partitions: 1, lag: 2, readUpTo: 3 }],
        failing: [{ job: 'learn', model: '', started: 1, detail: 'd' }],
        receivers: [],
      }),
    };
    const { get } = await setup({ doctor, overview });
    expect((await get('/v1/doctor')).json()).toMatchObject({ now: 5, lines: [line] });
    expect((await get('/v1/doctor?deep=true')).statusCode).toBe(200);
    expect(asked).toEqual([false, true]);
    expect((await get('/v1/doctor?deep=perhaps')).statusCode).toBe(400);
    expect((await get('/v1/status')).json()).toEqual(await overview.overview());
  });

  it('are not there without their ports', async () => {
    const { get } = await setup({});
    for (const url of ['/v1/doctor', '/v1/status', '/v1/models/m/windows'])
      expect((await get(url)).statusCode, url).toBe(404);
  });
});

describe('GET /v1/models/:model/windows', () => {
  it('asks for what is wanted', async () => {
    const asked: unknown[] = [];
    const windows: WindowList = {
      windows: async query => {
        asked.push(query);
        return [{ environment: 'prod', start: 1, end: 2, rows: 3, baseline: 0, verdicts: { blind: 1 } }];
      },
    };
    const { get } = await setup({ windows });
    const answer = await get('/v1/models/a%2Fb/windows?windowSeconds=3600&blind=true&limit=7');
    expect(answer.json()).toEqual({
      windows: [{ environment: 'prod', start: 1, end: 2, rows: 3, baseline: 0, verdicts: { blind: 1 } }],
    });
    expect(asked).toEqual([{ model: 'a/b', environment: null, windowSeconds: 3600, blind: true, limit: 7 }]);
    expect((await get('/v1/models/m/windows?limit=0')).statusCode).toBe(400);
    expect((await get('/v1/models/m/windows?nope=1')).statusCode).toBe(400);
  });
});

describe('baselines', () => {
  const calls: unknown[] = [];
  const history: BaselineHistory = {
    show: async (model, number) => {
      if (number > 2) throw new LeewayError('LW_NOT_FOUND', `There is no baseline ${number} of "${model}".`);
      return { ...baseline, subjects: [subject] };
    },
    compare: async (...of) => {
      calls.push(of);
      return [
        {
          subject: 's',
          state: 'differs',
          effect: 0.5,
          effectLow: Number.NaN,
          effectHigh: 1,
          p: 0,
          missing: null,
          missingBefore: null,
        },
      ];
    },
    rollBack: async order => {
      calls.push(order);
      return { from: 2, to: 1, at: 9, done: !order.dryRun };
    },
  };

  it('are shown, compared and rolled back', async () => {
    const { get, post } = await setup({ history });
    expect((await get('/v1/models/m/baselines/2')).json()).toEqual({
      ...baseline,
      subjects: [{ ...subject, mean: null }],
    });
    expect((await get('/v1/models/m/baselines/3')).json()).toMatchObject({ code: 'LW_NOT_FOUND' });
    expect((await get('/v1/models/m/baselines/none')).statusCode).toBe(400);
    const compared = await get('/v1/models/m/baselines/2/against/1');
    expect(compared.json()).toMatchObject({ subjects: [{ state: 'differs', effect: 0.5, effectLow: null }] });
    expect((await post('/v1/models/m/rollback', { dryRun: true })).json()).toMatchObject({ done: false });
    expect((await post('/v1/models/m/rollback', { by: 'me' })).json()).toMatchObject({ to: 1, done: true });
    expect((await post('/v1/models/m/rollback', { to: 1 })).statusCode).toBe(400);
    expect(calls).toEqual([
      ['m', 1, 2],
      { model: 'm', by: 'api', dryRun: true },
      { model: 'm', by: 'me', dryRun: false },
    ]);
  });
});
