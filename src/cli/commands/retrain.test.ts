import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const url = ['--url', 'http://h:1'];
const models = { models: [{ model: 'churn', environment: 'prod', learning: null }] };
const order = {
  id: 'or_1',
  model: 'churn',
  environment: 'prod',
  kind: 'retrain',
  state: 'refused',
  reason: 'cooldown: one order within 24 h',
  lift: 'Time; or a shorter `cooldownHours`.',
  at: 1_700_000_000_000,
  target: 'jobs',
  trigger: 'manual',
  by: 'ann',
  why: 'new prices',
};

/** A command line against answers by path. */
function setup(answers: Readonly<Record<string, unknown>>) {
  const out: string[] = [];
  const err: string[] = [];
  const posts: { readonly path: string; readonly body: unknown }[] = [];
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: {},
    },
    clock: createManualClock(1_700_000_000_000),
    version: '0.1.0',
    fetch: async (address: string, init: RequestInit = {}) => {
      const { pathname } = new URL(address);
      if (typeof init.body === 'string') posts.push({ path: pathname, body: JSON.parse(init.body) });
      const answer = { '/v1/models': models, ...answers }[pathname];
      return new Response(JSON.stringify(answer ?? { code: 'LW_NOT_FOUND', message: 'no' }), {
        status: answer === undefined ? 404 : 200,
      });
    },
  } as unknown as CliContext;
  return { run: (...args: string[]) => runCommand(['retrain', ...args], context), out, err, posts };
}

describe('leeway retrain', () => {
  it('orders by hand and says what became of it, what would lift it, and what comes next', async () => {
    const { run, out, posts } = setup({ '/v1/models/churn/retrain': order });
    expect(await run('churn', '--reason', 'new prices', '--by', 'ann', ...url)).toBe(0);
    expect(posts).toEqual([
      {
        path: '/v1/models/churn/retrain',
        body: {
          kind: 'retrain',
          reason: 'new prices',
          environment: 'prod',
          by: 'ann',
          request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
    ]);
    expect(out[0]).toBe(
      [
        'Order or_1 to retrain churn (prod): refused.',
        'Reason: cooldown: one order within 24 h',
        'What would lift it: Time; or a shorter `cooldownHours`.',
        'Asked for by manual, ann: new prices',
        'Goes to: jobs',
        'Next: leeway retrain show or_1',
      ].join('\n'),
    );
  });

  it('wants a reason, a kind that there is, and a model that is known', async () => {
    const { run, err, posts } = setup({});
    expect(await run('churn', ...url)).not.toBe(0);
    expect(err.join('\n')).toContain("required option '--reason <text>' not specified");
    expect(await run('churn', '--reason', 'x', '--kind', 'restart', ...url)).not.toBe(0);
    expect(await run('chum', '--reason', 'x', ...url)).not.toBe(0);
    expect(err.join('\n')).toContain('Did you mean "churn"?');
    expect(posts).toEqual([]);
  });

  it.each([
    [
      { retrain: null, rebuild: null },
      'churn is armed. But nobody takes orders: the configuration has no section `retraining`, so they stay dry runs. See docs/retraining.md.',
    ],
    [
      { retrain: 'jobs', rebuild: null },
      'churn is armed. Orders to retrain go to jobs; orders to rebuild go to nobody and stay dry runs. `leeway retrain list` shows them.',
    ],
  ])('arm says who takes orders: %j', async (receivers, text) => {
    const { run, out, posts } = setup({ '/v1/models/churn/arm': { armed: true, receivers } });
    expect(await run('arm', 'churn', '--by', 'ann', ...url)).toBe(0);
    expect(out).toEqual([text]);
    expect(posts).toEqual([{ path: '/v1/models/churn/arm', body: { armed: true, by: 'ann' } }]);
  });

  it('stops and starts with a reason', async () => {
    const { run, out, posts } = setup({ '/v1/retraining/stop': {}, '/v1/retraining/start': {} });
    await run('stop', '--reason', 'incident 17', '--by', 'ann', ...url);
    await run('start', '--by', 'ann', ...url);
    expect(posts.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/retraining/stop', { by: 'ann', reason: 'incident 17' }],
      ['/v1/retraining/start', { by: 'ann', reason: '' }],
    ]);
    expect(out[0]).toContain('`leeway retrain start` lets it go on');
  });

  it('lists orders, who is armed, and a stop', async () => {
    const turn = { model: 'churn', on: true, by: 'ann', reason: 'incident', at: 1_700_000_000_000 };
    const answers = { '/v1/orders': { orders: [order] }, '/v1/retraining': { stop: turn, armed: [turn] } };
    const { run, out } = setup(answers);
    expect(await run('list', ...url)).toBe(0);
    expect(out[0]).toContain('cooldown: one order within 24 h');
    expect(out[0]).toContain('Armed: churn (ann, 2023-11-14 22:13:20).');
    expect(out[0]).toContain('Retraining is stopped by ann since 2023-11-14 22:13:20 UTC: incident.');
    expect(out[0]).toMatch(/Next: leeway retrain show or_1$/);
    const json = setup(answers);
    await json.run('list', '--json', ...url);
    expect(JSON.parse(json.out[0]!)).toMatchObject({ orders: [{ id: 'or_1' }], armed: [{ by: 'ann' }] });
  });

  it('shows the life of an order, and ends one', async () => {
    const life = {
      order,
      steps: [
        { ...order, state: 'requested', reason: '' },
        { ...order, at: order.at + 9000 },
      ],
      reports: [{ event: 'e1', state: 'running', at: order.at + 5000 }],
      runs: [{ target: 'jobs', run: 'retrain #7', url: 'https://ci.example.org/7', at: order.at + 2000 }],
    };
    const { run, out } = setup({ '/v1/orders/or_1': life, '/v1/orders/or_1/cancel': order });
    expect(await run('show', 'or_1', ...url)).toBe(0);
    const at = ['requested', 'jobs retrain #7: https://ci.example.org/7', 'report running', '22:13:29'].map(
      text => out[0]!.indexOf(text),
    );
    expect(at.every(index => index > 0)).toBe(true);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(await run('cancel', 'or_1', ...url)).toBe(0);
    expect(out[1]).toMatch(/^Order or_1 is cancelled\..* Next: leeway retrain list churn$/);
  });

  it('every command has examples', async () => {
    for (const name of ['arm', 'disarm', 'stop', 'start', 'list', 'show', 'cancel']) {
      const { run, out } = setup({});
      await run(name, '--help');
      expect(out.join('\n'), name).toContain(`$ leeway retrain ${name}`);
    }
  });
});
