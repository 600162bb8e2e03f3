import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const rows = ['on-call', 'mail'].map(name => ({ name, takes: 'alerts' }));
const tests: Readonly<Record<string, object>> = {
  'on-call': {
    name: 'on-call',
    type: 'pagerduty',
    taken: true,
    status: 202,
    detail: '',
    seconds: 0.31,
    advice: 'PagerDuty has opened an incident of severity info and closed it again.',
  },
  mail: {
    name: 'mail',
    type: 'email',
    taken: false,
    status: 0,
    detail: 'connect ECONNREFUSED\x1B[2J',
    seconds: 0,
    advice: 'Nobody listens there: start the receiver, or correct host and port.',
  },
};

function setup(receivers: readonly object[] = [...rows, { name: 'trainer', takes: 'orders' }]) {
  const out: string[] = [];
  const err: string[] = [];
  const posted: unknown[] = [];
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
      if (pathname === '/v1/receivers') return new Response(JSON.stringify({ receivers }));
      const name = /^\/v1\/receivers\/([^/]+)\/test$/.exec(pathname)?.[1] ?? '';
      posted.push([name, JSON.parse(String(init.body))]);
      if (tests[name] !== undefined) return new Response(JSON.stringify(tests[name]));
      const message = `there is no channel ${name}; there are: on-call, mail`;
      return new Response(JSON.stringify({ code: 'LW_NOT_FOUND', message }), { status: 404 });
    },
  } as unknown as CliContext;
  const run = (...args: string[]) => runCommand(['notify', ...args, '--url', 'http://h:1'], context);
  return { run, out, err, posted };
}

describe('notify test', () => {
  it('tells of each what it answered and what to do, and fails when one did', async () => {
    const { run, out, err, posted } = setup();
    expect(await run('test', '--by', 'me')).toBe(1);
    expect(posted).toEqual([
      ['on-call', { by: 'me' }],
      ['mail', { by: 'me' }],
    ]);
    expect(err).toEqual(['on-call: sending ...', 'mail: sending ...']);
    expect(out[0]!.split('\n')).toEqual([
      'ok   on-call (pagerduty) answered 202 in 0.3 s',
      '     PagerDuty has opened an incident of severity info and closed it again.',
      'FAIL mail (email) no answer in 0.0 s: connect ECONNREFUSED [2J',
      '     Nobody listens there: start the receiver, or correct host and port.',
      '1 of 2 took it. Next: leeway notify test --channel mail',
    ]);
  });

  it('says where to begin when there is nobody', async () => {
    const { run, out } = setup([]);
    expect(await run('test')).toBe(0);
    expect(out[0]).toMatch(/^Nobody is told of alerts: `channels` is not configured\. docs\/channels\.md/);
  });

  it('tries one, as JSON for a script', async () => {
    const { run, out } = setup();
    expect(await run('test', '--channel', 'on-call', '--json')).toBe(0);
    expect(JSON.parse(out[0]!)).toEqual({ tests: [tests['on-call']] });
  });

  it('says which channels there are when it does not know one', async () => {
    const { run, err } = setup();
    expect(await run('test', '--channel', 'none')).toBe(1);
    expect(err.join('\n')).toMatch(/there is no channel none; there are: on-call, mail/);
  });
});
