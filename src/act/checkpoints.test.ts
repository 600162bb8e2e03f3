import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { type ActorDeps, createActor } from './actor.ts';
import { createLinks } from './links.ts';
import { emptyMemory, parseMemory } from './memory.ts';
import { blindPolicy, defaultPolicy } from './policy.ts';
import type { AlertMemory, AlertStore } from './ports.ts';
import { judged } from './samples.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const hour = 3600;
const base = 1_000 * hour;
const stream = { model: 'churn', environment: 'prod' };
const page: Partial<Finding> = { verdict: 'drift', effect: 0.3, n: 900 };
/** Loud, and too little to page. */
const mild: Partial<Finding> = { verdict: 'drift', effect: 0.01 };
const clear: Partial<Finding> = { verdict: 'stable' };
const at = (n: number, findings: readonly Partial<Finding>[], seconds = hour) =>
  judged(base + n * hour - seconds + hour, seconds, findings);
const nowAfter = (window: JudgedWindow) => (window.windowStart + window.windowSeconds) * 1000 + 600_000;

let stores: ActTwins;
let read: number[];
let written: (readonly AlertMemory[])[];

beforeEach(() => {
  stores = createActTwins({ now: () => 0 });
  read = [];
  written = [];
});

function actor(over: Partial<ActorDeps> = {}, remembers = true) {
  const alerts: AlertStore = {
    ...stores.alerts,
    findingsSince: async query => {
      const windows = await stores.alerts.findingsSince(query);
      read.push(windows.reduce((sum, window) => sum + window.findings.length, 0));
      return windows;
    },
    remember: async memories => {
      written.push(memories);
      if (remembers) await stores.alerts.remember(memories);
    },
  };
  return createActor({
    alerts,
    orders: { consider: async () => null },
    policiesOf: () => [defaultPolicy],
    links: createLinks('http://127.0.0.1:8080/'),
    events: createRecordedEvents(),
    ...over,
  });
}

async function judge(to: ReturnType<typeof actor>, ...windows: readonly JudgedWindow[]) {
  for (const window of windows) {
    stores.addWindow(window);
    await to.handle([window], () => nowAfter(window));
  }
}

const transitions = () => [...stores.alerts.transitions.values()];
const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
const quietDays = (from: number, days: number) =>
  Array.from({ length: days * 24 }, (_, i) => at(from + i, [clear]));
/** As they come when they do: all lengths end on the hour. */
const allLengths = (n: number, finding: Partial<Finding>) =>
  [hour, 6 * hour, 24 * hour, 168 * hour].map(seconds => at(n, [finding], seconds));

describe('a restart', () => {
  it('reads what was judged since a day ago, however long ago the last transition was', async () => {
    const made = actor({ policiesOf: () => [defaultPolicy, blindPolicy] });
    await judge(made, ...allLengths(0, page), ...allLengths(2, clear), ...allLengths(3, clear));
    expect(transitions().map(t => t.reason)).toEqual(['opened', 'resolved']);
    for (let day = 1; day < 40; day++)
      await judge(made, ...quietDays(day * 24, 1), ...allLengths(day * 24 + 24, clear));
    read = [];
    await actor().recover(() => 0);
    expect(sum(read)).toBeGreaterThan(0);
    expect(sum(read)).toBeLessThan(2 * 28);
    // Without what was written down: everything.
    stores.alerts.remembered = async () => [];
    read = [];
    await actor().recover(() => 0);
    expect(sum(read)).toBeGreaterThan(39 * 24);
  });

  it('does so of an alert that has never changed, from its first drift on', async () => {
    await judge(actor(), ...allLengths(0, mild), ...quietDays(1, 40), ...allLengths(40 * 24, mild));
    expect(transitions()).toEqual([]);
    read = [];
    await actor().recover(() => 0);
    // The longer windows are a week behind at most.
    expect(sum(read)).toBeLessThan(200);
  });

  it('reads in stretches when there is much to read, and writes down what it came to', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ ...clear, subject: `feature:f${i}` }));
    const days = 25;
    await judge(actor(), at(0, [page]));
    for (let i = 1; i <= days * 24; i++) stores.addWindow(at(i, many));
    read = [];
    await actor().recover(end => end * 1000);
    expect(sum(read)).toBe(days * 2400 + 1);
    expect(read.length).toBe(2);
    expect(Math.max(...read)).toBeLessThan(60_000);
    expect(transitions().map(t => [t.reason, t.windowStart])).toEqual([
      ['opened', base],
      ['resolved', base + 2 * hour],
    ]);
    read = [];
    await actor().recover(end => end * 1000);
    expect(sum(read)).toBeLessThan(170 * 100);
  });

  it('goes on from the transition when what was written down is of another', async () => {
    await judge(actor(), at(0, [page]));
    const memory = JSON.stringify({ ...emptyMemory, step: 5, episode: 9 });
    for (const step of [0, 5]) {
      await stores.alerts.remember([{ ...stream, policy: 'default', step, memory }]);
      const made = actor({}, false);
      await made.recover(() => nowAfter(at(0, [])));
      expect(made.pending).toBe(0);
    }
    await judge(actor({}, false), at(1, [clear]), at(2, [clear]));
    expect(transitions().map(t => [t.reason, t.episode])).toEqual([
      ['opened', 1],
      ['resolved', 1],
    ]);
  });

  const finding = fc.record({
    check: fc.constantFrom('drift', 'missing'),
    subject: fc.constantFrom('feature:a', 'feature:b'),
    verdict: fc.constantFrom('drift', 'stable', 'insufficient', 'blind'),
    effect: fc.constantFrom(0.01, 0.018, 0.05, 0.09, 0.2),
  });
  const input = fc.record({
    list: fc.array(
      fc.tuple(fc.constantFrom(hour, 6 * hour, 24 * hour), fc.array(finding, { maxLength: 3 })),
      { minLength: 1, maxLength: 40 },
    ),
    apart: fc.constantFrom(3, 12, 30),
    restarts: fc.array(fc.nat({ max: 40 }), { maxLength: 8 }),
    promotion: fc.option(fc.nat({ max: 40 })),
    of: fc.integer({ min: 1, max: 3 }),
  });

  it('anywhere gives the same transitions as none', async () => {
    let used = 0;
    await fc.assert(
      fc.asyncProperty(input, async ({ list, apart, restarts, promotion, of }) => {
        const all = list.map(([seconds, findings], i) => at(i * apart, findings, seconds));
        const policy = { ...defaultPolicy, when: { windows: 1, of }, resolveWindows: of };
        const run = async (kills: readonly number[]) => {
          stores = createActTwins({ now: () => 0 });
          stores.addActivation('churn', 0);
          if (promotion !== null) stores.addActivation('churn', (base + promotion * apart * hour) * 1000);
          let made = actor({ policiesOf: () => [policy] });
          for (const [i, window] of all.entries()) {
            stores.addWindow(window);
            if (kills.includes(i)) {
              const [kept] = await stores.alerts.remembered(stream);
              const last = await stores.alerts.last({ ...stream, policy: 'default' });
              if (kept?.step === (last === null ? 0 : parseMemory(last.memory).step)) used++;
              made = actor({ policiesOf: () => [policy] });
              await made.recover(() => nowAfter(window));
            } else await made.handle([window], () => nowAfter(window));
          }
          return transitions().map(t => ({ ...t, memory: '' }));
        };
        expect(await run(restarts)).toEqual(await run([]));
      }),
      { numRuns: 300 },
    );
    expect(used).toBeGreaterThan(30);
  });
});

describe('writing down', () => {
  it('happens once a day, of all streams together', async () => {
    const made = actor({ policiesOf: () => [defaultPolicy, blindPolicy] });
    for (let i = 0; i < 72; i++) {
      const both = ['churn', 'fraud'].map(model => at(i, [{ ...clear, model }]));
      await made.handle(both, () => nowAfter(both[0]!));
    }
    expect(written.map(all => all.map(each => `${each.model} ${each.policy}`))).toEqual(
      Array.from({ length: 3 }, () => ['churn default', 'churn blind', 'fraud default', 'fraud blind']),
    );
  });

  it('that fails is told, costs nothing, and is tried again', async () => {
    let away = true;
    const events = createRecordedEvents();
    const remember = async (memories: readonly AlertMemory[]) => {
      if (away) throw new Error('store is away');
      await stores.alerts.remember(memories);
    };
    const made = actor({ events, alerts: { ...stores.alerts, remember } });
    await judge(made, at(0, [page]), at(30, [page]));
    expect(made.pending).toBe(0);
    expect(transitions()).toHaveLength(1);
    expect(events.seen.find(e => e.name === 'problemOccurred')?.event).toMatchObject({
      message: 'what alerts know is not written down: store is away',
    });
    away = false;
    await judge(made, at(31, [page]));
    const [kept] = await stores.alerts.remembered(stream);
    expect(parseMemory(kept!.memory).lengths[hour]!.lastEnd).toBe(base + 32 * hour);
  });
});
