import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { type Decision, decide } from './decide.ts';
import { doubtsOf, emptyMemory, type Memory, parseMemory, subjectsOf } from './memory.ts';
import { defaultPolicy } from './policy.ts';
import { judged } from './samples.ts';

const hour = 3600;
/** Windows of one hour by number; far enough from the epoch for windows a week long. */
const base = 1_000 * hour;
const at = (n: number, findings: readonly Partial<Finding>[], seconds = hour) =>
  judged(base + n * hour, seconds, findings);

const page: Partial<Finding> = { verdict: 'drift', effect: 0.3 };
const near: Partial<Finding> = { verdict: 'drift', effect: 0.09 };
const warn: Partial<Finding> = { verdict: 'drift', effect: 0.05 };
const clear: Partial<Finding> = { verdict: 'stable' };
const other = { subject: 'feature:plan' };

interface Given {
  readonly promotion?: number | null;
  /** Hours between a window's end and the decision. */
  readonly after?: number;
}

function one(memory: Memory, window: JudgedWindow, given: Given = {}): Decision {
  const now = (window.windowStart + window.windowSeconds + (given.after ?? 0.2) * hour) * 1000;
  return decide(memory, window, defaultPolicy, { now, promotion: given.promotion ?? null });
}

const fold = (windows: readonly JudgedWindow[], given: Given = {}, from: Memory = emptyMemory) =>
  windows.reduce((memory, window) => one(memory, window, given).memory, from);

/** Every state an alert can be in. */
const states: Readonly<Record<string, Memory>> = {
  ok: fold([at(0, [clear])]),
  firing: fold([at(0, [page])]),
  'firing, untold': fold([at(0, [page])], { after: 9 }),
  'ok, end untold': fold([at(0, [clear])], { after: 9 }, fold([at(-1, [page])])),
  'firing by 6 h too': fold([at(-5, [page], 6 * hour), at(0, [page])]),
};

/** Every kind of window that can come next, and after which time it is decided on. */
const inputs: Readonly<Record<string, readonly [JudgedWindow, Given]>> = {
  page: [at(1, [page, { ...clear, ...other }]), {}],
  'page, long past': [at(1, [page]), { after: 2.1 }],
  'page before a promotion': [at(1, [page]), { promotion: (base + 1.5 * hour) * 1000 }],
  near: [at(1, [near]), {}],
  warning: [at(1, [warn]), {}],
  clear: [at(1, [clear]), {}],
  'clear, long past': [at(1, [clear]), { after: 2.1 }],
  'clear before a promotion': [at(1, [clear]), { promotion: (base + 1.5 * hour) * 1000 }],
  'first clear after a promotion': [at(1, [clear]), { promotion: (base + hour) * 1000 }],
  'other subject clear, held one insufficient': [
    at(1, [{ verdict: 'insufficient' }, { ...clear, ...other }]),
    {},
  ],
  insufficient: [at(1, [{ verdict: 'insufficient' }]), {}],
  learning: [at(1, [{ verdict: 'learning' }]), {}],
  'no data': [at(1, [{ verdict: 'no-data' }]), {}],
  blind: [at(1, [{ check: 'blind', subject: '', verdict: 'blind' }]), {}],
  failed: [at(1, [{ verdict: 'failed' }]), {}],
  'nothing in it': [at(1, []), {}],
  'older than the last': [at(-3, [page]), {}],
  'the same judged again, clear': [at(0, [clear]), {}],
};

describe('every state and input', () => {
  const table = Object.entries(states).flatMap(([state, memory]) =>
    Object.entries(inputs).map(([input, [window, given]]) => {
      const { memory: next, transition, reason } = one(memory, window, given);
      const tells = transition === null ? '' : ` [${transition.kind}${transition.notify ? ', told' : ''}]`;
      return `${state} + ${input} -> ${next.state}: ${reason}${tells}`;
    }),
  );

  it('does what the table says', () => {
    expect(table).toEqual([
      'ok + page -> firing: opened [opened, told]',
      'ok + page, long past -> firing: long-past [opened]',
      'ok + page before a promotion -> ok: window-before-activation',
      'ok + near -> ok: held-below-tolerance',
      'ok + warning -> ok: held-below-tolerance',
      'ok + clear -> ok: stable',
      'ok + clear, long past -> ok: stable',
      'ok + clear before a promotion -> ok: window-before-activation',
      'ok + first clear after a promotion -> ok: stable',
      'ok + other subject clear, held one insufficient -> ok: stable',
      'ok + insufficient -> ok: insufficient',
      'ok + learning -> ok: learning',
      'ok + no data -> ok: no-data',
      'ok + blind -> ok: blind',
      'ok + failed -> ok: failed',
      'ok + nothing in it -> ok: no-data',
      'ok + older than the last -> ok: out-of-order',
      'ok + the same judged again, clear -> ok: stable',
      'firing + page -> firing: still-firing',
      'firing + page, long past -> firing: still-firing',
      'firing + page before a promotion -> firing: window-before-activation',
      'firing + near -> firing: held-by-hysteresis',
      'firing + warning -> ok: resolved [resolved, told]',
      'firing + clear -> ok: resolved [resolved, told]',
      'firing + clear, long past -> ok: long-past [resolved]',
      'firing + clear before a promotion -> firing: window-before-activation',
      'firing + first clear after a promotion -> ok: resolved [resolved, told]',
      'firing + other subject clear, held one insufficient -> firing: held-inconclusive',
      'firing + insufficient -> firing: insufficient',
      'firing + learning -> firing: learning',
      'firing + no data -> firing: no-data',
      'firing + blind -> firing: blind',
      'firing + failed -> firing: failed',
      'firing + nothing in it -> firing: no-data',
      'firing + older than the last -> firing: out-of-order',
      'firing + the same judged again, clear -> ok: resolved [resolved, told]',
      'firing, untold + page -> firing: announced [announced-firing, told]',
      'firing, untold + page, long past -> firing: still-firing',
      'firing, untold + page before a promotion -> firing: window-before-activation',
      'firing, untold + near -> firing: held-by-hysteresis',
      'firing, untold + warning -> ok: resolved [resolved]',
      'firing, untold + clear -> ok: resolved [resolved]',
      'firing, untold + clear, long past -> ok: long-past [resolved]',
      'firing, untold + clear before a promotion -> firing: window-before-activation',
      'firing, untold + first clear after a promotion -> ok: resolved [resolved]',
      'firing, untold + other subject clear, held one insufficient -> firing: held-inconclusive',
      'firing, untold + insufficient -> firing: insufficient',
      'firing, untold + learning -> firing: learning',
      'firing, untold + no data -> firing: no-data',
      'firing, untold + blind -> firing: blind',
      'firing, untold + failed -> firing: failed',
      'firing, untold + nothing in it -> firing: no-data',
      'firing, untold + older than the last -> firing: out-of-order',
      'firing, untold + the same judged again, clear -> ok: resolved [resolved]',
      'ok, end untold + page -> firing: opened [opened, told]',
      'ok, end untold + page, long past -> firing: long-past [opened]',
      'ok, end untold + page before a promotion -> ok: window-before-activation',
      'ok, end untold + near -> ok: announced [announced-ok, told]',
      'ok, end untold + warning -> ok: announced [announced-ok, told]',
      'ok, end untold + clear -> ok: announced [announced-ok, told]',
      'ok, end untold + clear, long past -> ok: stable',
      'ok, end untold + clear before a promotion -> ok: window-before-activation',
      'ok, end untold + first clear after a promotion -> ok: announced [announced-ok, told]',
      'ok, end untold + other subject clear, held one insufficient -> ok: announced [announced-ok, told]',
      'ok, end untold + insufficient -> ok: insufficient',
      'ok, end untold + learning -> ok: learning',
      'ok, end untold + no data -> ok: no-data',
      'ok, end untold + blind -> ok: blind',
      'ok, end untold + failed -> ok: failed',
      'ok, end untold + nothing in it -> ok: no-data',
      'ok, end untold + older than the last -> ok: out-of-order',
      'ok, end untold + the same judged again, clear -> ok: announced [announced-ok, told]',
      'firing by 6 h too + page -> firing: still-firing',
      'firing by 6 h too + page, long past -> firing: still-firing',
      'firing by 6 h too + page before a promotion -> firing: window-before-activation',
      'firing by 6 h too + near -> firing: held-by-hysteresis',
      'firing by 6 h too + warning -> firing: held-by-other-window',
      'firing by 6 h too + clear -> firing: held-by-other-window',
      'firing by 6 h too + clear, long past -> firing: held-by-other-window',
      'firing by 6 h too + clear before a promotion -> firing: window-before-activation',
      'firing by 6 h too + first clear after a promotion -> ok: resolved [resolved, told]',
      'firing by 6 h too + other subject clear, held one insufficient -> firing: held-inconclusive',
      'firing by 6 h too + insufficient -> firing: insufficient',
      'firing by 6 h too + learning -> firing: learning',
      'firing by 6 h too + no data -> firing: no-data',
      'firing by 6 h too + blind -> firing: blind',
      'firing by 6 h too + failed -> firing: failed',
      'firing by 6 h too + nothing in it -> firing: no-data',
      'firing by 6 h too + older than the last -> firing: out-of-order',
      'firing by 6 h too + the same judged again, clear -> firing: held-by-other-window',
    ]);
  });
});

describe('decide', () => {
  it('lists the worst subjects first, in units of their own tolerance', () => {
    const window = at(0, [
      { ...page, effect: 0.2, subject: 'feature:a' },
      { check: 'missing', verdict: 'drift', effect: 0.1, subject: 'feature:b' },
      { check: 'schema', subject: '', verdict: 'drift', effect: Number.NaN, tolerance: Number.NaN },
      { ...page, effect: 0.2, subject: 'feature:0' },
    ]);
    expect(subjectsOf(fold([window]))).toEqual(['feature:b', 'feature:0', 'feature:a', 'schema']);
  });

  it('judges a long window by its own length when asking what is long past', () => {
    const week = at(0, [page], 168 * hour);
    expect(one(emptyMemory, week, { after: 167 }).transition?.notify).toBe(true);
    expect(one(emptyMemory, week, { after: 169 }).transition?.notify).toBe(false);
  });

  it('lets a longer clear window after the holding one release a short length that can no longer be judged', () => {
    const opened = fold([at(0, [page])]);
    expect(one(opened, at(0, [clear], 6 * hour)).reason).toBe('held-by-other-window');
    expect(one(opened, at(1, [clear], 6 * hour)).reason).toBe('resolved');
    const wide = fold([at(0, [page], 6 * hour)]);
    expect(one(wide, at(7, [clear])).reason).toBe('held-by-other-window');
  });

  it('does not let a clear check resolve what another check holds', () => {
    const opened = fold([at(0, [page])]);
    const errors = { check: 'errors', subject: 'status' };
    const window = at(1, [{ verdict: 'insufficient' }, { ...clear, ...errors }]);
    expect(one(opened, window).reason).toBe('held-inconclusive');
    expect(one(opened, at(1, [{ ...clear, ...errors }])).reason).toBe('resolved');
  });

  it('keeps the doubts of the newest window of each length', () => {
    const missing: Partial<Finding> = { check: 'missing', verdict: 'drift', effect: 0.5 };
    const memory = fold([
      at(0, [page, missing]),
      at(0, [{ check: 'blind', subject: '', verdict: 'blind' }], 6 * hour),
    ]);
    expect(doubtsOf(memory)).toEqual(['blind', 'missing feature:age']);
    expect(doubtsOf(fold([at(1, [clear]), at(6, [clear], 6 * hour)], {}, memory))).toEqual([]);
  });

  it('notes whether retraining can help', () => {
    expect(fold([at(0, [{ check: 'latency', subject: 'latency', verdict: 'drift' }])]).remedial).toBe(false);
    expect(fold([at(0, [page])]).remedial).toBe(true);
  });
});

const findings: fc.Arbitrary<Partial<Finding>> = fc.record({
  check: fc.constantFrom('drift', 'missing', 'schema', 'volume', 'blind'),
  subject: fc.constantFrom('feature:a', 'feature:b', ''),
  verdict: fc.constantFrom('drift', 'stable', 'insufficient', 'learning', 'no-data', 'blind', 'failed'),
  effect: fc.constantFrom(0, 0.01, 0.018, 0.05, 0.09, 0.2, Number.NaN),
});
const windows = fc.array(
  fc
    .tuple(
      fc.nat({ max: 40 }),
      fc.constantFrom(hour, 6 * hour, 24 * hour),
      fc.array(findings, { maxLength: 4 }),
      fc.constantFrom(0.1, 5),
      fc.constantFrom(null, 5, 20),
    )
    .map(([n, seconds, list, after, promotion]) => ({
      window: at(n, list, seconds),
      given: { after, promotion: promotion === null ? null : (base + promotion * hour) * 1000 },
    })),
  { maxLength: 30 },
);

describe('laws', () => {
  it('an alert fires if and only if some length holds it; every change counts one step', () => {
    fc.assert(
      fc.property(windows, list => {
        let memory = emptyMemory;
        for (const { window, given } of list) {
          const next = one(memory, window, given);
          const holds = Object.values(next.memory.lengths).some(length => length.held.length > 0);
          expect(holds).toBe(next.memory.state === 'firing');
          expect(next.memory.step).toBe(memory.step + (next.transition === null ? 0 : 1));
          expect(next.memory.announced === memory.announced || next.transition?.notify === true).toBe(true);
          memory = next.memory;
        }
      }),
    );
  });

  it('deciding twice is the same, and the same window again changes nothing', () => {
    fc.assert(
      fc.property(windows, list => {
        let memory = emptyMemory;
        for (const { window, given } of list) {
          const next = one(memory, window, given);
          expect(one(memory, window, given)).toEqual(next);
          const again = one(next.memory, window, given);
          expect(again.transition).toBeNull();
          expect(again.memory).toEqual(next.memory);
          memory = next.memory;
        }
      }),
    );
  });

  it('memory survives being written and read', () => {
    fc.assert(
      fc.property(windows, list => {
        const memory = list.reduce((m, { window, given }) => one(m, window, given).memory, emptyMemory);
        expect(parseMemory(JSON.stringify(memory))).toEqual(memory);
      }),
    );
  });

  it('nothing below the paging tolerance ever opens an episode', () => {
    const small = windows.map(list =>
      list.map(({ window, given }) => ({
        given,
        window: {
          ...window,
          findings: window.findings.map(f => ({ ...f, check: 'drift', effect: Math.min(f.effect, 0.0999) })),
        },
      })),
    );
    fc.assert(
      fc.property(small, list => {
        const memory = list.reduce((m, { window, given }) => one(m, window, given).memory, emptyMemory);
        expect(memory.episode).toBe(0);
      }),
    );
  });
});

describe('a hold that cannot be judged any more', () => {
  it('lapses two weeks after the window it rests on, and the alert resolves', () => {
    const unjudged: Partial<Finding> = { verdict: 'insufficient' };
    let memory = fold([at(0, [page, { ...clear, ...other }])]);
    const quiet = (n: number) => {
      const decision = one(memory, at(n, [unjudged, { ...clear, ...other }]));
      memory = decision.memory;
      return decision;
    };
    expect(quiet(1).reason).toBe('held-inconclusive');
    expect(quiet(14 * 24).reason).toBe('held-inconclusive');
    expect(memory.state).toBe('firing');
    const end = quiet(14 * 24 + 2);
    expect(end.transition).toMatchObject({ kind: 'resolved', notify: true });
    expect(memory.state).toBe('ok');
  });
});
