import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { failingDeps } from '../../test/twins/http-deps.ts';
import { LeewayError } from '../lib/errors.ts';
import type { TableQuery } from './export-door.ts';
import type { HttpLimits } from './ports.ts';
import type { HttpApp } from './route.ts';
import { buildHttp } from './server.ts';

const apps: HttpApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** A door that gives as many pieces as are asked for; it counts them, and whether it was left in order. */
async function setup(exports: NonNullable<HttpLimits['exports']> = {}, pieceBytes = 10) {
  const seen = { queries: [] as TableQuery[], pieces: 0, ended: 0 };
  const problems: string[] = [];
  const deps = failingDeps(() => {
    throw new Error('not for exports');
  });
  const app = await buildHttp({
    ...deps,
    limits: { ...deps.limits, exports },
    problem: ({ message }) => void problems.push(message),
    exports: {
      table: async function* (query) {
        seen.queries.push(query);
        if (query.model === 'unknown') throw new LeewayError('LW_NOT_FOUND', 'There is no such model.');
        try {
          for (let i = 0; query.model === 'endless' || i < 3; i++) {
            if (query.model === 'cut' && i === 2) throw new Error('gone');
            seen.pieces++;
            yield Buffer.alloc(pieceBytes, 'x');
            await new Promise(resolve => setImmediate(resolve));
          }
        } finally {
          seen.ended++;
        }
      },
    },
  });
  apps.push(app);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const ask = (model: string, query: string) => fetch(`${url}/v1/models/${model}/export?${query}`);
  return { app, url, ask, seen, problems };
}

/** Opens an export and reads nothing of it until told. */
function open(url: string, model: string) {
  return new Promise<{ status: number; close(): void; flow(): void }>(resolve => {
    const asked = request(`${url}/v1/models/${model}/export?format=csv`, answer => {
      answer.on('error', () => undefined);
      resolve({
        status: answer.statusCode ?? 0,
        close: () => asked.destroy(),
        flow: () => void answer.resume(),
      });
    });
    asked.on('error', () => undefined).end();
  });
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5));
};

describe('GET /v1/models/{model}/export', () => {
  it('gives a table of the format asked for, under a name that is no path', async () => {
    const { ask, seen } = await setup();
    const answer = await ask('..%2Fchurn', 'format=csv&labels=only&from=5&version=2&environment=prod');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="__churn.csv"');
    expect(await answer.text()).toBe('x'.repeat(30));
    expect(seen.queries).toEqual([
      {
        model: '../churn',
        environment: 'prod',
        version: '2',
        from: 5,
        to: null,
        labelled: true,
        format: 'csv',
      },
    ]);
    const parquet = await ask('churn', 'format=parquet');
    expect(parquet.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    await parquet.arrayBuffer();
    expect(seen.ended).toBe(2);
  });

  it('refuses what it cannot do before it answers', async () => {
    const { ask } = await setup();
    const answers = await Promise.all(
      [
        'unknown?format=csv',
        'churn?format=xlsx',
        'churn?format=csv&limit=3',
        'churn?labels=some',
        'churn?from=x',
      ].map(async each => (await ask(...(each.split('?') as [string, string]))).status),
    );
    expect(answers).toEqual([404, 400, 400, 400, 400]);
  });

  it('breaks the transfer off when the rows stop half-way, and says so', async () => {
    const { ask, problems } = await setup();
    const answer = await ask('cut', 'format=csv');
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(problems).toEqual([expect.stringContaining('An export was cut off')]);
  });

  it('reads no further than the receiver takes, and stops when it goes away', async () => {
    const { url, seen, problems } = await setup({}, 1_000_000);
    const one = await open(url, 'endless');
    // What the sockets of both ends hold, and no more.
    await until(() => seen.pieces > 0);
    let before = -1;
    while (before !== seen.pieces) {
      before = seen.pieces;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    expect(seen.pieces).toBeLessThan(40);
    one.flow();
    await until(() => seen.pieces > before + 20);
    one.close();
    await until(() => seen.ended === 1);
    expect(problems).toEqual([]);
  });

  it('runs so many at once, and another when one has ended', async () => {
    const { ask, url, seen } = await setup({ most: 2 }, 1_000_000);
    const [one, two] = await Promise.all([open(url, 'endless'), open(url, 'endless')]);
    const third = await ask('churn', 'format=csv');
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await third.json()).toMatchObject({ code: 'LW_NOT_READY' });
    one.close();
    await until(() => seen.ended === 1);
    expect((await ask('churn', 'format=csv')).status).toBe(200);
    // A failure before the first piece takes no place.
    for (let i = 0; i < 3; i++) expect((await ask('unknown', 'format=csv')).status).toBe(404);
    two.close();
  });

  it('does not wait for ever for a receiver that takes nothing', async () => {
    const { url, seen, problems } = await setup({ stallMs: 50 }, 1_000_000);
    await open(url, 'endless');
    await until(() => seen.ended === 1);
    expect(problems).toEqual([expect.stringContaining('The receiver took nothing for 0.05 s.')]);
  });

  it('breaks off those that run when the service stops', async () => {
    const { app, url, seen } = await setup({}, 1_000_000);
    await open(url, 'endless');
    await app.close();
    expect(seen.ended).toBe(1);
  });

  it('is not made for a request that asks for the head alone', async () => {
    const { url, seen } = await setup();
    const answer = await fetch(`${url}/v1/models/churn/export?format=csv`, { method: 'HEAD' });
    expect([answer.status, seen.pieces]).toEqual([404, 0]);
  });
});
