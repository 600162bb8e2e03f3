import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { createManualClock } from '../lib/clock.ts';
import { createActor, type RunTime } from './actor.ts';
import { createLinks } from './links.ts';
import { blindPolicy, defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';
import { createActTwins } from './twins.ts';

const hour = 3600;
const start = Date.UTC(2026, 9, 1) / 1000;

const drift: Partial<Finding> = { verdict: 'drift', effect: 0.4, p: 1e-12, n: 900 };
const stable: Partial<Finding> = { verdict: 'stable', n: 900 };
const noData: Partial<Finding> = { verdict: 'no-data', n: 0 };
const blind: Partial<Finding> = { check: 'blind', subject: '', verdict: 'blind', n: 0 };

/** Windows of an hour, 6 and 24 hours that end with an hour. */
const windowsOf = (h: number, finding: Partial<Finding>): JudgedWindow[] =>
  [1, 6, 24]
    .filter(length => (h + 1) % length === 0)
    .map(length => judged(start + (h + 1 - length) * hour, length * hour, [finding]));
const hours = (from: number, to: number, finding: Partial<Finding>) =>
  Array.from({ length: to - from }, (_, i) => windowsOf(from + i, finding)).flat();
const dueAt = (h: number) => (start + (h + 1) * hour + 600) * 1000;

function setup(policies: readonly Policy[] = [defaultPolicy, blindPolicy]) {
  const clock = createManualClock(start * 1000);
  const stores = createActTwins(clock);
  const told: string[] = [];
  const changes: string[] = [];
  const asked: number[] = [];
  const problems: string[] = [];
  const create = () =>
    createActor({
      alerts: stores.alerts,
      orders: { consider: async ({ now }) => (asked.push(now), null) },
      policiesOf: () => policies,
      links: createLinks('http://127.0.0.1:8080'),
      events: {
        alertChanged: t => {
          const line = `${t.policy} ${t.from}->${t.to} ${t.at / 1000 - start}`;
          changes.push(line);
          if (t.notify) told.push(line);
        },
        problemOccurred: ({ message }) => void problems.push(message),
      },
    });
  const state = { actor: create() };
  const handle = async (windows: readonly JudgedWindow[], now: RunTime) => {
    for (const window of windows) stores.addWindow?.(window);
    await state.actor.handle(windows, now);
  };
  const live = async (from: number, to: number, finding: Partial<Finding>) => {
    for (let h = from; h < to; h++) await handle(windowsOf(h, finding), () => dueAt(h));
  };
  return { told, changes, asked, problems, handle, live, restart: () => (state.actor = create()) };
}

describe('a clock that was ahead for one round', () => {
  it.each([3, 24, 72, 24 * 365])('of %d hours: drift opens at its first window', async ahead => {
    const { handle, live, told, asked } = setup();
    await live(0, 24, stable);
    await handle(hours(Math.max(24, 24 + ahead - 72), 24 + ahead, noData), () => dueAt(23 + ahead));
    await live(24, 27, drift);
    expect(told).toEqual([`default ok->firing ${dueAt(24) / 1000 - start}`]);
    expect(asked[0]).toBe(dueAt(24));
  });

  it('what it was blind for ends when windows are read again', async () => {
    const { handle, live, told } = setup();
    await live(0, 24, stable);
    await handle(hours(24, 96, blind), () => dueAt(95));
    await live(24, 26, { ...blind, verdict: 'stable' });
    const [opened, resolved] = told.filter(each => each.startsWith('blind'));
    expect(opened).toMatch(/^blind .*->firing/);
    expect(resolved).toBe(`blind firing->ok ${dueAt(25) / 1000 - start}`);
  });

  it('an episode goes on, and ends with windows that are clear in a row', async () => {
    const { handle, live, changes } = setup([defaultPolicy]);
    await live(0, 3, drift);
    await handle(hours(3, 75, noData), () => dueAt(74));
    await live(3, 5, stable);
    expect(changes).toEqual([
      `default ok->firing ${dueAt(0) / 1000 - start}`,
      `default firing->ok ${dueAt(4) / 1000 - start}`,
    ]);
  });

  it('windows of that future say nothing once it is right', async () => {
    const { handle, live, told, restart } = setup();
    await live(0, 3, stable);
    await handle(hours(50, 53, blind), () => dueAt(2));
    expect(told).toEqual([]);
    restart();
    await live(3, 5, drift);
    expect(told).toEqual([`default ok->firing ${dueAt(3) / 1000 - start}`]);
  });

  it('in event time nothing is ahead: a window judged a day late is out of order as ever', async () => {
    const { handle, changes, problems } = setup([defaultPolicy]);
    const due: RunTime = end => (end + 600) * 1000;
    await handle(hours(0, 40, stable), due);
    await handle([judged(start + 2 * hour, hour, [drift])], due);
    expect([changes, problems]).toEqual([[], []]);
  });
});
