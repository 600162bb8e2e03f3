import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const url = ['--url', 'http://h:1'];
const by = ['--by', 'ann'];

/** A command line against answers by method and path. */
function setup(answers: Readonly<Record<string, unknown>>, stdin = '') {
  const out: string[] = [];
  const err: string[] = [];
  const requests: { readonly path: string; readonly body: unknown }[] = [];
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: {},
    },
    stdin: Readable.from([stdin]),
    clock: createManualClock(1_700_000_000_000),
    version: '0.1.0',
    fetch: async (address: string, init: RequestInit = {}) => {
      const { pathname, search } = new URL(address);
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
      requests.push({ path: pathname + search, body });
      const found = answers[`${init.method ?? 'GET'} ${pathname}`];
      const failure = JSON.stringify({ code: 'LW_NOT_FOUND', message: `no ${pathname}`, advice: 'x' });
      return found === undefined
        ? new Response(failure, { status: 404 })
        : new Response(JSON.stringify(found));
    },
  } as unknown as CliContext;
  return { run: (...args: string[]) => runCommand(args, context), out, err, requests };
}

describe('channels', () => {
  const one = {
    name: 'pager',
    type: 'webhook',
    takes: 'alerts',
    origin: 'stored',
    host: 'example.com',
    state: 'active',
    breaker: { state: 'closed', failures: 0, until: 0 },
    secrets: [
      { id: 'a1', made: 0, ends: null },
      { id: 'b2', made: 0, ends: 1_700_000_000_000 },
    ],
  };
  const until = Date.UTC(2026, 9, 1, 12);

  it('lists receivers, their secrets by id, and how they do', async () => {
    const open = { ...one, name: 'a', breaker: { state: 'open', failures: 6, until } };
    const probe = { ...one, name: 'b', breaker: { state: 'half-open', failures: 6, until } };
    const some = { ...one, name: 'e', breaker: { state: 'closed', failures: 2, until: 0 } };
    const all = [
      one,
      open,
      probe,
      { ...one, name: 'c', state: 'disabled' },
      { ...one, name: 'd', state: 'unreadable' },
      some,
    ];
    const { run, out } = setup({ 'GET /v1/receivers': { receivers: all } });
    expect(await run('channels', 'list', ...url)).toBe(0);
    const lines = out[0]!.replaceAll(/[│ ]+/g, ' ');
    expect(lines).toMatch(/pager webhook alerts stored example\.com active a1, b2 until 2023-11-14/);
    expect(lines).toMatch(/a .* left alone until 2026-10-01 12:00\S* \(6 failures\)/);
    expect(lines).toMatch(/b .* tried with one message \(6 failures\)/);
    expect(lines).toMatch(/c .* disabled \(answered 410\)/);
    expect(lines).toMatch(/d .* unreadable/);
    expect(lines).toMatch(/e .* active \(2 failures\)/);
  });

  it('prints a new secret alone on standard output, and what to do next beside it', async () => {
    const { run, out, err, requests } = setup({ 'POST /v1/receivers': { secret: 'whsec_x', receiver: one } });
    expect(await run('channels', 'create', 'pager', 'https://example.com/x', ...by, ...url)).toBe(0);
    expect(out).toEqual(['whsec_x']);
    expect(err.join()).toMatch(/not shown again\.\nNext: leeway channels list/);
    expect(requests[0]!.body).toEqual({
      name: 'pager',
      type: 'webhook',
      url: 'https://example.com/x',
      by: 'ann',
    });
  });

  it('reads an address from standard input, and nothing else', async () => {
    const slack = setup({ 'POST /v1/receivers': { secret: null } }, 'https://example.com/T0KEN\n');
    expect(await slack.run('channels', 'create', 'chat', '-', '--type', 'slack', ...by, ...url)).toBe(0);
    expect(slack.requests[0]!.body).toMatchObject({ url: 'https://example.com/T0KEN', type: 'slack' });
    expect(slack.out).toEqual(['chat is kept. Next: leeway channels list']);
    const wrong = setup({}, 'two\nlines');
    expect(await wrong.run('channels', 'create', 'chat', '-', ...url)).not.toBe(0);
    expect(wrong.requests).toEqual([]);
  });

  it('rotates, enables and removes', async () => {
    const answers = {
      'POST /v1/receivers/pager/rotate': { secret: 'whsec_y', until },
      'POST /v1/receivers/pager/enable': { name: 'pager' },
      'POST /v1/receivers/pager/remove': { name: 'pager' },
    };
    const { run, out, err, requests } = setup(answers);
    expect(await run('channels', 'rotate', 'pager', '--hours', '2', ...by, ...url)).toBe(0);
    expect(out).toEqual(['whsec_y']);
    expect(err.join()).toMatch(/signs besides until 2026-10-01 12:00/);
    expect(await run('channels', 'enable', 'pager', ...by, ...url)).toBe(0);
    expect(await run('channels', 'remove', 'pager', ...by, ...url)).not.toBe(0);
    expect(await run('channels', 'remove', 'pager', '--yes', ...by, ...url)).toBe(0);
    expect(requests.map(each => each.body)).toEqual([{ hours: 2, by: 'ann' }, { by: 'ann' }, { by: 'ann' }]);
    expect(await run('channels', 'rotate', 'pager', '--hours', 'x', ...url)).not.toBe(0);
  });
});

describe('deliveries', () => {
  const attempt = {
    message: 'tr_1_pager',
    endpoint: 'pager',
    attempt: 10,
    at: 1_700_000_000_000,
    outcome: 'failed',
    status: 503,
    detail: 'given up',
    next: 0,
  };

  it('lists attempts, and says what to do about those that failed', async () => {
    const { run, out, requests } = setup({ 'GET /v1/deliveries': { deliveries: [attempt] } });
    expect(await run('deliveries', 'list', '--endpoint', 'pager', '--outcome', 'failed', ...url)).toBe(0);
    expect(requests[0]!.path).toBe('/v1/deliveries?endpoint=pager&outcome=failed&limit=50');
    expect(out[0]!.replaceAll(/[│ ]+/g, ' ')).toMatch(/tr_1_pager 10 failed 503 given up/);
    expect(out[0]).toMatch(/Next: leeway deliveries redeliver MESSAGE$/);
  });

  it('asks for a message again', async () => {
    const { run, out, requests } = setup({ 'POST /v1/deliveries/tr_1_pager/redeliver': attempt });
    expect(await run('deliveries', 'redeliver', 'tr_1_pager', ...by, ...url)).toBe(0);
    expect(requests[0]!.body).toEqual({ by: 'ann' });
    expect(out[0]).toBe(
      'tr_1_pager is sent again within seconds. Next: leeway deliveries list --message tr_1_pager',
    );
    expect(await run('deliveries', 'redeliver', 'tr_2_pager', ...by, ...url)).not.toBe(0);
  });
});
