import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';
import { minutes, minutesText, stretchText } from '../span.ts';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 21, 12);

const alert = {
  model: 'churn',
  environment: 'prod',
  policy: 'default',
  state: 'firing',
  open: true,
  severity: 'critical',
  since: now - 5 * hour,
  episode: 3,
  subjects: ['feature:age', 'feature:plan'],
  told: true,
  findings: [],
  acknowledged: null,
  paused: null,
  silences: [],
  heard: 2,
};

const silence = {
  id: 'si_1',
  models: ['ch*'],
  environments: [],
  policies: [],
  checks: [],
  subjects: [''],
  from: now,
  to: null,
  recurrence: { cron: '0 2 * * *', minutes: 120, timeZone: 'Europe/Berlin' },
  by: 'ann',
  note: 'backfill',
  state: 'waiting',
  next: { from: now + hour, to: now + 3 * hour },
};

const preview = {
  alerts: [{ model: 'churn', environment: 'prod', policy: 'default', covered: [{}], of: 2 }],
  streams: [{}],
  findings: 4,
  next: [silence.next],
};

const event = {
  at: now - 5 * hour,
  kind: 'opened',
  reason: 'opened',
  by: '',
  subjects: ['feature:age'],
  told: true,
};
const episodes = {
  now,
  alert,
  episodes: [
    {
      episode: 3,
      state: 'open',
      since: alert.since,
      opened: alert.since,
      resolved: null,
      summary: 'churn (prod): drift of feature:age',
      events: [
        event,
        { ...event, kind: 'acknowledged', reason: 'looking', by: 'ann', subjects: [], told: false },
      ],
      messages: [
        {
          kind: 'opened',
          deliveries: [{ endpoint: 'pager', outcome: 'retry', attempts: [{ at: 1, detail: '', next: now }] }],
        },
      ],
      orders: [],
    },
  ],
};

/** A service with one open alert and one silence, which writes down what is asked of it. */
async function run(args: readonly string[], over: { readonly alerts?: readonly object[] } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const asked: { path: string; body?: unknown }[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    'GET /v1/models': { models: [{ model: 'churn', environment: 'prod', learning: null }] },
    'GET /v1/alerts': { now, alerts: over.alerts ?? [alert] },
    'GET /v1/silences': { now, silences: [silence] },
    'POST /v1/silences': silence,
    'POST /v1/silences/preview': preview,
    'POST /v1/silences/si_1/expire': { ...silence, state: 'ended' },
    'GET /v1/models/churn/alerts/default/episodes': episodes,
    'POST /v1/models/churn/alerts/default/acknowledge': alert,
    'POST /v1/models/churn/alerts/default/unacknowledge': alert,
    'POST /v1/models/churn/alerts/default/resume': alert,
    'POST /v1/models/churn/alerts/default/pause': {
      ...alert,
      paused: { by: 'ann', note: '', at: now, until: now + 8 * hour },
    },
  };
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: { LEEWAY_URL: 'http://127.0.0.1:9' },
    },
    clock: createManualClock(0),
    fetch: (async (address: string, init: RequestInit = {}) => {
      const url = new URL(address);
      const body = init.body === undefined ? {} : { body: JSON.parse(String(init.body)) as unknown };
      asked.push({ path: url.pathname + url.search, ...body });
      const found = answers[`${init.method ?? 'GET'} ${url.pathname}`];
      return new Response(JSON.stringify(found ?? { message: `no ${url.pathname}` }), {
        status: found === undefined ? 404 : 200,
      });
    }) as typeof fetch,
    exit: () => undefined,
    version: '0.1.0',
  };
  const code = await runCommand([...args], context as unknown as CliContext);
  return { code, out: out.join('\n'), err: err.join('\n'), asked, last: asked.at(-1) };
}

describe('leeway alerts', () => {
  it('lists what is open, who knows of it, and what to type', async () => {
    const { code, out, last } = await run(['alerts']);
    expect(code).toBe(0);
    expect(last?.path).toBe('/v1/alerts?state=open');
    expect(out).toMatch(
      /churn \(prod\).*default.*firing.*critical.*2026-11-21 07:00:00.*5 h.*feature:age.*told/,
    );
    expect(out).toContain('Next: leeway ack churn --environment prod');
  });

  it.each([
    [{ acknowledged: { by: 'ann', note: '', at: 1 } }, 'acknowledged by ann', 'leeway alerts show churn'],
    [
      { paused: { by: 'ann', note: '', at: 1, until: null }, state: 'paused' },
      'paused by ann',
      'leeway resume churn',
    ],
    [{ silences: ['si_1'], heard: 0 }, 'silenced by si_1', 'leeway ack churn'],
    [{ silences: ['si_1'], heard: 1 }, 'silenced in part', 'leeway ack churn'],
    [{ told: false }, 'nobody was told', 'leeway ack churn'],
  ])('%j: %s', async (over, text, next) => {
    const { out } = await run(['alerts'], { alerts: [{ ...alert, ...over }] });
    expect(out).toContain(text);
    expect(out).toContain(`Next: ${next}`);
  });

  it('says so when nothing fires, and knows a wrong name', async () => {
    expect((await run(['alerts'], { alerts: [] })).out).toContain('No alert fires.');
    expect((await run(['alerts', '--all'], { alerts: [] })).out).toContain('No alert has ever fired.');
    expect((await run(['alerts', '--model', 'chrun'], { alerts: [] })).err).toContain(
      'Did you mean "churn"?',
    );
  });

  it('shows episodes with what happened and who was told', async () => {
    const { out, last } = await run(['alerts', 'show', 'churn', '--limit', '2', '--environment', 'prod']);
    expect(last?.path).toBe('/v1/models/churn/alerts/default/episodes?environment=prod&limit=2');
    expect(out).toContain('Episode 3, open, 5 h so far: churn (prod): drift of feature:age');
    expect(out).toMatch(/acknowledged.*ann.*looking/);
    expect(out).toContain('opened to pager: retry after 1 attempt, next 2026-11-21 12:00:00');
    expect(JSON.parse((await run(['alerts', 'show', 'churn', '--json'])).out)).toEqual(episodes);
  });
});

describe('leeway ack, pause and resume', () => {
  it('say who and why, and what comes of it', async () => {
    const taken = await run(['ack', 'churn', '--note', 'looking', '--by', 'ann']);
    expect(taken.last).toEqual({
      path: '/v1/models/churn/alerts/default/acknowledge',
      body: { note: 'looking', by: 'ann' },
    });
    expect(taken.out).toContain('Episode 3 of churn is yours');
    const back = await run(['ack', 'churn', '--undo', '--by', 'ann']);
    expect(back.last?.path).toContain('/unacknowledge');
    const paused = await run(['pause', 'churn', '--for', '8h', '--by', 'ann', '--environment', 'prod']);
    expect(paused.last?.body).toEqual({ note: '', by: 'ann', environment: 'prod', until: now + 8 * hour });
    expect(paused.out).toContain('is paused until 2026-11-21 20:00:00 UTC.\nNext: leeway resume churn');
    expect((await run(['resume', 'churn'])).out).toContain('goes on with its next window');
  });

  it('a wrong name changes nothing', async () => {
    const { code, err, asked } = await run(['ack', 'chrun']);
    expect(code).not.toBe(0);
    expect(err).toContain('Did you mean "churn"?');
    expect(asked).toHaveLength(1);
  });
});

describe('leeway silence', () => {
  it('adds one from now on, and says what it covers', async () => {
    const { out, last } = await run([
      'silence',
      'add',
      '--model',
      'churn',
      '--model',
      'fr*',
      '--for',
      '2h',
      '--by',
      'ann',
    ]);
    expect(last).toMatchObject({
      path: '/v1/silences',
      body: { models: ['churn', 'fr*'], checks: [], to: now + 2 * hour, note: '', by: 'ann' },
    });
    expect(out).toContain('Silence si_1 is waiting, in force from 2026-11-21 13:00:00 UTC');
    expect(out).toMatch(/churn \(prod\).*1 of 2/);
    expect(out).toContain('leeway silence expire si_1');
  });

  it('adds one that comes again', async () => {
    const args = [
      '--environment',
      'prod',
      '--cron',
      '0 2 * * *',
      '--for',
      '2h',
      '--time-zone',
      'Europe/Berlin',
    ];
    const { last } = await run(['silence', 'add', ...args, '--until', '2026-12-24']);
    expect(last?.body).toMatchObject({
      environments: ['prod'],
      to: Date.UTC(2026, 11, 24),
      recurrence: { cron: '0 2 * * *', minutes: 120, timeZone: 'Europe/Berlin' },
    });
  });

  it('only says what it would cover', async () => {
    const { out, asked } = await run(['silence', 'add', '--model', '*', '--for', '1d', '--dry-run']);
    expect(asked.map(({ path }) => path)).toEqual(['/v1/silences?limit=1', '/v1/silences/preview']);
    expect(out).toContain('Nothing was silenced');
  });

  it.each([
    [['--model', 'churn'], '--for'],
    [['--model', 'churn', '--for', '2 hours'], 'Write it as 90m'],
    [['--model', 'churn', '--for', '2h', '--from', 'now'], '--from now is no time'],
    [['--model', 'churn', '--for', '2h', '--until', '2026-12-24'], '--until is for a recurring silence'],
  ])('%j is refused', async (args, message) => {
    const { code, err, asked } = await run(['silence', 'add', ...args]);
    expect(code).not.toBe(0);
    expect(err).toContain(message);
    expect(asked.filter(({ body }) => body !== undefined)).toEqual([]);
  });

  it('lists and ends', async () => {
    const listed = await run(['silence', 'list']);
    expect(listed.out).toContain('0 2 * * * for 2h, Europe/Berlin');
    expect(listed.out).toContain('models ch*, subjects ""');
    expect(listed.out).toContain('Next: leeway silence expire si_1');
    const ended = await run(['silence', 'expire', 'si_1', '--by', 'ann']);
    expect(ended.last).toEqual({ path: '/v1/silences/si_1/expire', body: { by: 'ann' } });
  });
});

describe('stretches of time', () => {
  it.each([
    ['90m', 90],
    ['2h', 120],
    ['3d', 4320],
    ['1w', 10_080],
  ])('%s', (text, value) => {
    expect(minutes(text)).toBe(value);
    expect(minutesText(minutes(minutesText(value)))).toBe(minutesText(value));
  });

  it('in words', () => {
    expect([0, 89 * 60_000, 5 * hour, 50 * hour].map(stretchText)).toEqual([
      '0 min',
      '89 min',
      '5 h',
      '2 days',
    ]);
    expect(() => minutes('0h')).toThrow('90m');
    expect(() => minutes('2x')).toThrow('90m');
  });
});
