import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { strideSeconds, windowLengths } from '../domain/window.ts';
import { decide } from './decide.ts';
import { emptyMemory } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';

const day = 86_400;
const start = 20_000 * day;
const month = 30 * day;

/** Over and under the tolerance of a check: far, or by a hair. */
const swings: Readonly<Record<string, readonly [Partial<Finding>, Partial<Finding>]>> = {
  'drift, by far': [
    { verdict: 'drift', effect: 0.5 },
    { verdict: 'stable', effect: 0 },
  ],
  'drift, by a hair': [
    { verdict: 'drift', effect: 0.1001 },
    { verdict: 'drift', effect: 0.0799 },
  ],
  missing: [
    { check: 'missing', verdict: 'drift', effect: 0.03 },
    { check: 'missing', verdict: 'stable', effect: 0 },
  ],
  errors: [
    { check: 'errors', subject: 'status', verdict: 'drift', effect: 0.03 },
    { check: 'errors', subject: 'status', verdict: 'stable', effect: 0 },
  ],
};

const [pages, clears] = swings['missing']!;

/** Windows of these lengths over a month, every other one of a length over the tolerance, and two quiet weeks after. */
function windowsOf(lengths: readonly number[], swing: readonly [Partial<Finding>, Partial<Finding>]) {
  const all = lengths.flatMap((length, phase) => {
    const stride = strideSeconds(length);
    const windows: JudgedWindow[] = [];
    for (let end = Math.ceil(start / stride) * stride; end < start + month + 14 * day; end += stride) {
      const over = end < start + month && (end / stride + phase) % 2 === 0;
      windows.push(judged(end - length, length, [over ? swing[0] : swing[1]]));
    }
    return windows;
  });
  return all.sort(
    (a, b) =>
      a.windowStart + a.windowSeconds - b.windowStart - b.windowSeconds || a.windowSeconds - b.windowSeconds,
  );
}

/** Who is told of what; each window is judged twice, as when late rows come in and change nothing. */
function toldOf(windows: readonly JudgedWindow[], policy: Policy): string[] {
  let memory = emptyMemory;
  const told: string[] = [];
  for (const window of windows) {
    const now = (window.windowStart + window.windowSeconds + 600) * 1000;
    for (const at of [now, now + 300_000]) {
      const decision = decide(memory, window, policy, { now: at, promotion: null });
      memory = decision.memory;
      if (decision.transition?.notify === true) told.push(decision.transition.kind);
    }
  }
  return told;
}

const hours = (seconds: number) => `${seconds / 3600} h`;
const together: readonly [string, readonly number[]] = ['all lengths together', windowLengths];
const cases = [
  ...windowLengths.map(length => [hours(length), [length]] as const),
  ['1 h and 24 h', [3600, day]] as const,
  together,
];

describe('a check that crosses its tolerance every other window for a month', () => {
  describe.each(Object.entries(swings))('%s', (_name, swing) => {
    it.each(cases)(
      'in windows of %s: told once when it begins and once when it is over',
      (_text, lengths) => {
        expect(toldOf(windowsOf(lengths, swing), defaultPolicy)).toEqual(['opened', 'resolved']);
      },
    );
  });

  it.each([
    ['then', clears, pages],
    ['at first', pages, clears],
  ] as const)(
    'is told twice when every window is fine but for what is known of it %s',
    (_when, first, then) => {
      const told: string[] = [];
      let memory = emptyMemory;
      const judge = (n: number, finding: Partial<Finding>) => {
        const now = (start + n * 3600 + 600) * 1000;
        const window = judged(start + (n - 1) * 3600, 3600, [finding]);
        const decision = decide(memory, window, defaultPolicy, { now, promotion: null });
        memory = decision.memory;
        if (decision.transition?.notify === true) told.push(decision.transition.kind);
      };
      // Every window is judged again after the next one, by all of its rows.
      for (let n = 1; n < 720; n++) {
        judge(n, first);
        if (n > 1) judge(n - 1, then);
      }
      for (let n = 720; n < 730; n++) judge(n, clears);
      expect(told).toEqual(['opened', 'resolved']);
    },
  );

  it('is told without end when one clear window is enough', () => {
    const hasty = { ...defaultPolicy, resolveWindows: 1 };
    const [, swing] = Object.entries(swings)[0]!;
    expect(toldOf(windowsOf([3600], swing), hasty)).toHaveLength(720);
  });

  it('is told never, when a policy asks for two windows in a row', () => {
    const calm = { ...defaultPolicy, when: { windows: 2, of: 2 } };
    const [, swing] = Object.entries(swings)[0]!;
    for (const length of windowLengths) expect(toldOf(windowsOf([length], swing), calm)).toEqual([]);
  });
});
