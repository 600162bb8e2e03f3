import { beforeEach, describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createActor } from './actor.ts';
import { type Decision, decide } from './decide.ts';
import { createLinks } from './links.ts';
import { emptyMemory, type Memory, parseMemory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';
import { type ActTwins, createActTwins } from './twins.ts';

const hour = 3600;
const base = 1_000 * hour;
const at = (n: number, findings: readonly Partial<Finding>[], seconds = hour) =>
  judged(base + n * hour, seconds, findings);
const page: Partial<Finding> = { verdict: 'drift', effect: 0.3 };
const other: Partial<Finding> = { ...page, subject: 'feature:plan' };
const clear: Partial<Finding> = { verdict: 'stable' };
const unknown: Partial<Finding> = { verdict: 'insufficient' };
const fine: Partial<Finding> = { ...clear, subject: 'feature:plan' };

interface Given {
  readonly policy?: Policy;
  readonly paused?: boolean;
  /** Hours, by the number of windows. */
  readonly promotion?: number;
}

/** Every decision on windows as they come in; the clock is never behind the newest of them. */
function run(windows: readonly JudgedWindow[], given: Given = {}, from: Memory = emptyMemory): Decision[] {
  const { policy = defaultPolicy, paused = false } = given;
  const promotion = given.promotion === undefined ? null : (base + given.promotion * hour) * 1000;
  const decisions: Decision[] = [];
  let memory = from;
  let newest = 0;
  for (const window of windows) {
    const end = window.windowStart + window.windowSeconds;
    newest = Math.max(newest, end);
    const active = promotion !== null && promotion <= end * 1000 ? promotion : null;
    for (let again = true; again; ) {
      const now = (newest + 600) * 1000;
      const decision = decide(memory, window, policy, { now, promotion: active, paused });
      decisions.push(decision);
      ({ memory, again } = decision);
    }
  }
  return decisions;
}
const reasons = (windows: readonly JudgedWindow[], given?: Given) =>
  run(windows, given).map(each => each.reason);
const after = (windows: readonly JudgedWindow[], given?: Given) => run(windows, given).at(-1)!.memory;
const twoOfThree = { ...defaultPolicy, when: { windows: 2, of: 3 } };

describe('a window judged again after the next one was decided', () => {
  it('opens, is told, and takes two clear windows more to be over', () => {
    const windows = [at(0, [clear]), at(1, [clear]), at(0, [page])];
    const opened = run(windows).at(-1)!;
    expect(opened.reason).toBe('opened-by-late-data');
    expect(opened.transition).toEqual({ kind: 'opened', from: 'ok', to: 'firing', notify: true });
    expect(opened.memory).toMatchObject({
      episode: 1,
      since: base,
      sinceEnd: base + hour,
      last: { start: base, end: base + hour, found: 1 },
      pagingWindows: 1,
    });
    expect(reasons([...windows, at(2, [clear]), at(3, [clear])]).slice(3)).toEqual([
      'held-until-clear',
      'resolved',
    ]);
  });

  it('is not followed by the next one when that says the same again', () => {
    const windows = [at(0, [clear]), at(1, [clear]), at(0, [page]), at(1, [clear]), at(1, [clear])];
    expect(reasons([...windows, at(2, [clear]), at(3, [clear])]).slice(-2)).toEqual([
      'held-until-clear',
      'resolved',
    ]);
    expect(reasons([...windows, at(1, [page]), at(1, [clear]), at(2, [clear])]).at(-1)).toBe('resolved');
  });

  it('opens when nothing could be said of it at first', () => {
    expect(reasons([at(0, [{ verdict: 'insufficient' }]), at(1, [clear]), at(0, [page])]).at(-1)).toBe(
      'opened-by-late-data',
    );
  });

  it('resolves what it alone held, counting as a clear window', () => {
    const windows = [at(0, [page]), at(1, [clear]), at(0, [clear])];
    expect(reasons(windows)).toEqual(['opened', 'held-until-clear', 'resolved-by-late-data']);
    expect(run(windows).at(-1)!.transition).toMatchObject({ kind: 'resolved', notify: true });
    expect(reasons([at(0, [page]), at(1, [page]), at(0, [clear])]).at(-1)).toBe('held-by-other-window');
    expect(after([at(0, [page]), at(1, [page]), at(0, [clear])]).state).toBe('firing');
  });

  it('extends when it is newer than the newest paging one, and holds by what it brings', () => {
    const windows = [at(0, [page]), at(1, [clear, fine]), at(2, [unknown, fine]), at(1, [clear, other])];
    expect(reasons(windows).at(-1)).toBe('extended-by-late-data');
    const { lengths, pagingWindows, evidence } = after(windows);
    expect(lengths[hour]!.held).toEqual(['drift feature:age', 'drift feature:plan']);
    expect(pagingWindows).toBe(2);
    expect(evidence.map(item => item.subject)).toEqual(['feature:plan']);
  });

  it('leaves the findings of a newer paging window to be told', () => {
    const windows = [at(0, [fine]), at(1, [page]), at(0, [other])];
    expect(reasons(windows).at(-1)).toBe('still-firing');
    expect(after(windows).evidence.map(item => item.subject)).toEqual(['feature:age']);
    expect(after(windows).lengths[hour]!.held).toEqual(['drift feature:age', 'drift feature:plan']);
  });

  it('changes nothing when it says the same, whatever came since', () => {
    for (const first of [[page], [clear], [page, other], [{ verdict: 'insufficient' } as const]]) {
      const before = after([at(0, first), at(1, [clear, fine])]);
      const again = run([at(0, first)], {}, before).at(-1)!;
      expect(again.reason).toBe('out-of-order');
      expect(again.memory).toEqual(before);
    }
    // What one of its keys is over by now stays over.
    const both = [at(0, [page, other]), at(1, [page, fine]), at(2, [page, fine]), at(1, [page, fine])];
    const known = after(both);
    expect(known.lengths[hour]!.held).toEqual(['drift feature:age']);
    expect(run([at(1, [page, fine])], {}, known).at(-1)!.memory).toEqual(known);
  });

  it('does not open again what is over', () => {
    const six = (n: number, findings: readonly Partial<Finding>[]) => at(n, findings, 6 * hour);
    const over = [six(0, [page]), six(1, [clear]), six(2, [clear])];
    expect(after(over).state).toBe('ok');
    expect(reasons([...over, six(0, [page])]).at(-1)).toBe('out-of-order');
    expect(reasons([...over, six(0, [page, other])]).at(-1)).toBe('out-of-order');
    expect(reasons([...over, six(1, [page])]).at(-1)).toBe('opened-by-late-data');
    expect(after([...over, six(1, [page])]).episode).toBe(2);
  });

  it('counts as it stands in k of n', () => {
    const given = { policy: twoOfThree };
    expect(reasons([at(0, [clear]), at(1, [clear]), at(0, [page])], given).at(-1)).toBe('pending');
    expect(reasons([at(0, [clear]), at(1, [page]), at(0, [page])], given).at(-1)).toBe('opened-by-late-data');
    expect(reasons([at(0, [page]), at(1, [clear]), at(0, [clear])], given).at(-1)).toBe('passed');
    const pending = [at(0, [clear]), at(1, [clear]), at(0, [page]), at(2, [page])];
    expect(reasons(pending, given).at(-1)).toBe('opened');
  });

  it('counts for nothing when it is long past, paused, or from before a promotion', () => {
    const quiet = [at(0, [clear]), at(1, [clear]), at(2, [clear])];
    expect(reasons([...quiet, at(1, [page])]).at(-1)).toBe('opened-by-late-data');
    expect(reasons([...quiet, at(0, [page])]).at(-1)).toBe('out-of-order');
    expect(
      reasons([at(-5, [clear], 6 * hour), at(0, [clear], 6 * hour), at(-5, [page], 6 * hour)]).at(-1),
    ).toBe('opened-by-late-data');
    expect(reasons([...quiet, at(1, [page])], { paused: true }).at(-1)).toBe('out-of-order');
    const resumed = run([at(3, [clear]), at(2, [page])], {}, after(quiet, { paused: true }));
    expect(resumed.map(each => each.reason)).toEqual(['resumed', 'stable', 'out-of-order']);
    expect(reasons([...quiet, at(1, [page])], { promotion: 2.5 }).at(-1)).toBe('opened-by-late-data');
    expect(reasons([...quiet, at(3, [clear]), at(2, [page])], { promotion: 2.5 }).at(-1)).toBe(
      'out-of-order',
    );
  });

  it('does not bring back what a longer clear window has ended', () => {
    const windows = [at(0, [page]), at(1, [fine]), at(1, [clear], 6 * hour)];
    expect(after(windows).state).toBe('ok');
    const again = decide(after(windows), at(0, [other]), defaultPolicy, {
      now: (base + 2 * hour) * 1000,
      promotion: null,
    });
    expect(again.reason).toBe('out-of-order');
  });

  it('opens nothing in the memory of an older writer', () => {
    const { past: _past, ...old } = after([at(0, [clear]), at(1, [clear])]);
    const read = parseMemory(JSON.stringify(old));
    expect(run([at(0, [page])], {}, read).at(-1)!.reason).toBe('out-of-order');
    expect(run([at(1, [page])], {}, read).at(-1)!.reason).toBe('opened-by-late-data');
  });
});

it('what is remembered does not grow with the years', () => {
  const policy = { ...defaultPolicy, when: { windows: 2, of: 5 } };
  const size = (hours: number) => {
    const windows = Array.from({ length: hours }, (_, n) => at(n, [n % 3 === 0 ? page : clear, fine]));
    const [past] = Object.values(after(windows, { policy }).past);
    return [past!.seen.length, Object.keys(past!.by).length];
  };
  // Three windows that can be judged again, and four beside which they count.
  for (const hours of [300, 1_001, 1_002]) expect(size(hours)[0]).toBe(7);
  for (const hours of [300, 1_001, 1_002]) expect(size(hours)[1]).toBeLessThanOrEqual(1);
});

describe('over a restart', () => {
  let stores: ActTwins;
  beforeEach(() => {
    stores = createActTwins({ now: () => 0 });
  });
  const actor = () =>
    createActor({
      alerts: stores.alerts,
      orders: { consider: async () => null },
      policiesOf: () => [defaultPolicy],
      links: createLinks('http://127.0.0.1:8080'),
      events: createRecordedEvents(),
    });
  const now = () => (base + 2.1 * hour) * 1000;
  const told = () => [...stores.alerts.transitions.values()].map(t => `${t.episode} ${t.reason}`);
  const judge = async (window: JudgedWindow, by = actor()) => {
    stores.addWindow(window);
    await by.handle([window], now);
    return by;
  };

  it('opens once and resolves once, whoever decides', async () => {
    const made = actor();
    for (const window of [at(0, [clear]), at(1, [clear]), at(0, [page])]) await judge(window, made);
    expect(told()).toEqual(['1 opened-by-late-data']);
    await judge(at(0, [page]), made);
    await judge(at(0, [page]));
    await actor().recover(now);
    expect(told()).toEqual(['1 opened-by-late-data']);
    // Another actor goes on as the first would: the second window is no clear one after what the first has brought.
    const next = await judge(at(2, [clear]));
    expect(told()).toEqual(['1 opened-by-late-data']);
    await judge(at(0, [clear]), next);
    await actor().recover(now);
    expect(told()).toEqual(['1 opened-by-late-data', '1 resolved-by-late-data']);
  });

  it('decides on what was judged again while nobody was there', async () => {
    await judge(at(0, [page]));
    await judge(at(1, [clear]));
    stores.addWindow(at(0, [clear]));
    await actor().recover(now);
    expect(told()[0]).toBe('1 opened');
    expect(told()).toHaveLength(2);
  });
});
