import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import type { CliContext } from '../context.ts';
import { runCommand } from '../program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-backtest-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const now = Date.parse('2026-11-21T00:00:00Z');
const day = 86_400_000;

function setup(answer: object) {
  const out: string[] = [];
  const err: string[] = [];
  const bodies: unknown[] = [];
  const context = {
    terminal: {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      interactive: false,
      environment: {},
    },
    clock: createManualClock(now),
    version: '0.1.0',
    fetch: async (_: string, init: RequestInit) => {
      bodies.push(JSON.parse(String(init.body)));
      return new Response(JSON.stringify(answer));
    },
  } as unknown as CliContext;
  const run = (...args: string[]) =>
    runCommand(['backtest', '--model', 'churn', '--url', 'http://h:1', ...args], context);
  return { run, out, err, bodies };
}

const at = (days: number) => now - days * day;
const alert = {
  at: at(20),
  policy: 'default',
  episode: 1,
  from: 'ok',
  to: 'firing',
  reason: 'opened',
  notify: true,
  severity: 'critical',
  subjects: ['feature:age'],
  window: { start: at(21), end: at(20) },
  summary: 'churn: drift of feature:age',
};
const scenario = {
  name: 'configured',
  windows: 100,
  findings: 900,
  days: [{ day: at(20), windows: 50, verdicts: { drift: 8 } }],
  drifted: 1,
  drift: [
    {
      check: 'drift',
      subject: 'feature:age',
      windows: 8,
      first: at(20),
      last: at(10),
      effect: 0.4,
      sentence: 'moved by 40 %',
    },
  ],
  alerts: [alert, { ...alert, at: at(10), from: 'firing', to: 'ok', reason: 'resolved' }],
  orders: [
    {
      at: at(19),
      id: 'or_1',
      kind: 'retrain',
      state: 'refused',
      reason: 'cooldown: one order within 24 h',
      trigger: 'policy',
      by: 'default',
    },
  ],
  totals: {
    episodes: 1,
    notifications: 2,
    firingHours: 240,
    ordersGiven: 0,
    ordersRefused: { cooldown: 1 },
  },
};
const answer = {
  model: 'churn',
  environment: 'prod',
  from: at(30),
  to: now,
  budget: 1,
  judged: false,
  until: now,
  scenarios: [scenario],
};

describe('leeway backtest', () => {
  it('shows what would have happened, as a timeline and in tables', async () => {
    const { run, out, bodies } = setup(answer);
    expect(await run('--from', '30d')).toBe(0);
    expect(bodies).toEqual([{ from: at(30), to: now, judgeAgain: false }]);
    const lines = out[0]!.split('\n');
    // Twenty of thirty days before the end: a third of sixty cells firing, from cell 20 on.
    expect(lines.find(line => line.startsWith('default'))).toBe(
      `default  ${'·'.repeat(20)}${'█'.repeat(21)}${'·'.repeat(19)}`,
    );
    expect(lines.find(line => line.startsWith('orders'))).toBe(
      `orders   ${'·'.repeat(22)}○${'·'.repeat(37)}`,
    );
    expect(out[0]).toContain('1 episode(s), 2 message(s), 240 h firing, 0 order(s)');
    expect(out[0]).toMatch(/retrain.*refused.*cooldown: one order within 24 h/);
    expect(out[0]).toContain('Nothing was sent. Next: leeway check-config FILE');
  });

  it('sends policies out of files, and compares', async () => {
    const list = join(directory, 'list.yaml');
    writeFileSync(list, '- {name: strict, tolerance: 0.05}\n');
    const section = join(directory, 'section.yaml');
    writeFileSync(section, 'policies:\n  - {name: loose, tolerance: 0.5}\n');
    const { run, out, bodies } = setup({
      ...answer,
      scenarios: [scenario, { ...scenario, name: 'compared' }],
    });
    const from = ['--from', '2026-11-01', '--to', '2026-11-10T00:00:00Z'];
    expect(await run(...from, '--policy', list, '--compare', section, '--set', 'budget=2')).toBe(0);
    expect(bodies).toEqual([
      {
        from: Date.parse('2026-11-01'),
        to: Date.parse('2026-11-10'),
        policies: [{ name: 'strict', tolerance: 0.05 }],
        compare: [{ name: 'loose', tolerance: 0.5 }],
        budget: 2,
        judgeAgain: false,
      },
    ]);
    expect(out[0]).toMatch(/episodes +│? *1 *│? *1/);
    expect(out[0]).toContain('refused: cooldown');
  });

  it('says what to type where a word is wrong, and where there is nothing', async () => {
    const { run, err, out } = setup({ ...answer, until: null });
    expect(await run('--from', 'yesterday')).toBe(2);
    expect(err.join('\n')).toContain('--from yesterday is no moment: write it as');
    expect(await run('--from', '30d', '--set', 'alarms=1')).toBe(2);
    expect(err.join('\n')).toContain('--set alarms=1 is none of: budget=N');
    expect(await run('--from', '30d', '--policy', join(directory, 'none.yaml'))).toBe(1);
    expect(err.join('\n')).toContain('Cannot read policies from');
    const empty = join(directory, 'empty.yaml');
    writeFileSync(empty, 'listen: {port: 1}\n');
    expect(await run('--from', '30d', '--policy', empty)).toBe(1);
    expect(err.join('\n')).toContain('has no list `policies`');
    expect(await run('--from', '30d')).toBe(0);
    expect(out[0]).toContain('No window was judged in this period');
  });
});
