import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, JudgedWindow } from '../domain/finding.ts';
import { type Decision, decide } from './decide.ts';
import { emptyMemory, isHeld, type Memory, parseMemory, stateOf } from './memory.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { judged } from './samples.ts';

const hour = 3600;
const base = 1_000 * hour;
const at = (n: number, findings: readonly Partial<Finding>[], seconds: number) =>
  judged(base + n * hour, seconds, findings);

interface Given {
  readonly after: number;
  readonly promotion: number | null;
  readonly silenced: boolean;
  readonly paused: boolean;
}

interface Input {
  readonly window: JudgedWindow;
  readonly given: Given;
}

const policies: fc.Arbitrary<Policy> = fc
  .record({
    of: fc.integer({ min: 1, max: 4 }),
    windows: fc.integer({ min: 1, max: 4 }),
    resolveWindows: fc.integer({ min: 1, max: 3 }),
    remind: fc.constantFrom(null, 10 * hour * 1000),
    lengths: fc.constantFrom([hour, 6 * hour, 24 * hour], [6 * hour]),
  })
  .map(({ of, windows, resolveWindows, remind, lengths }) => ({
    ...defaultPolicy,
    when: { windows: Math.min(windows, of), of },
    resolveWindows,
    remind,
    windows: lengths,
  }));

const findings: fc.Arbitrary<Partial<Finding>> = fc.record({
  check: fc.constantFrom('drift', 'drift', 'missing', 'schema', 'volume', 'blind'),
  subject: fc.constantFrom('feature:a', 'feature:b', ''),
  verdict: fc.constantFrom(
    'drift',
    'drift',
    'stable',
    'insufficient',
    'learning',
    'no-data',
    'blind',
    'failed',
  ),
  effect: fc.constantFrom(0, 0.01, 0.018, 0.05, 0.09, 0.2, Number.NaN),
});
const shuffled: fc.Arbitrary<readonly Input[]> = fc.array(
  fc
    .record({
      n: fc.nat({ max: 40 }),
      seconds: fc.constantFrom(hour, 6 * hour, 24 * hour),
      list: fc.array(findings, { maxLength: 4 }),
      after: fc.constantFrom(0.1, 5),
      promotion: fc.constantFrom(null, 5, 20),
      silenced: fc.nat({ max: 5 }).map(n => n === 0),
      paused: fc.nat({ max: 8 }).map(n => n === 0),
    })
    .map(({ n, seconds, list, after, promotion, silenced, paused }) => ({
      window: at(n, list, seconds),
      given: {
        after,
        silenced,
        paused,
        promotion: promotion === null ? null : (base + promotion * hour) * 1000,
      },
    })),
  { maxLength: 30 },
);

const endOf = ({ window }: Input) => window.windowStart + window.windowSeconds;
/** As they are judged: in order of their ends; some of them again, after newer ones; now and then in any. */
const windows = fc
  .tuple(shuffled, fc.nat({ max: 5 }), fc.infiniteStream(fc.nat({ max: 7 })))
  .map(([list, n, late]) => {
    if (n === 0) return list;
    const due = list.map(input => ({ input, at: endOf(input) + (n < 4 ? 0 : late.next().value!) * hour }));
    return due.sort((one, other) => one.at - other.at).map(({ input }) => input);
  });

function decideOn(memory: Memory, { window, given }: Input, policy: Policy): Decision {
  const now = (window.windowStart + window.windowSeconds + given.after * hour) * 1000;
  const { promotion, paused, silenced } = given;
  return decide(memory, window, policy, { now, promotion, paused, silenced: () => silenced });
}

/** All decisions on a window: until nothing has to be told before it. */
function all(memory: Memory, input: Input, policy: Policy): readonly Decision[] {
  const first = decideOn(memory, input, policy);
  return first.again ? [first, ...all(first.memory, input, policy)] : [first];
}

/** Every decision on a list of windows, in order. */
function run(list: readonly Input[], policy: Policy): readonly Decision[] {
  const decisions: Decision[] = [];
  for (const input of list) decisions.push(...all(decisions.at(-1)?.memory ?? emptyMemory, input, policy));
  return decisions;
}

const law = (text: string, holds: (list: readonly Input[], policy: Policy) => void) =>
  it(text, () => fc.assert(fc.property(windows, policies, holds), { numRuns: 300 }));

describe('laws', () => {
  law('an alert fires if and only if some length holds it; every change counts one step', (list, policy) => {
    let before = emptyMemory;
    for (const { memory, transition } of run(list, policy)) {
      const { state } = memory;
      expect(state === 'paused' ? memory.before : state).toBe(stateOf(memory));
      expect(stateOf(memory) === 'firing').toBe(isHeld(memory));
      expect(memory.step).toBe(before.step + (transition === null ? 0 : 1));
      expect(memory.announced === before.announced || transition?.notify === true).toBe(true);
      before = memory;
    }
  });

  law('deciding twice is the same, and the same window again changes nothing', (list, policy) => {
    let memory = emptyMemory;
    for (const input of list) {
      const decisions = all(memory, input, policy);
      expect(all(memory, input, policy)).toEqual(decisions);
      const next = decisions.at(-1)!.memory;
      const again = all(next, input, policy);
      expect(again.map(each => each.transition)).toEqual([null]);
      expect(again[0]!.memory).toEqual(next);
      memory = next;
    }
  });

  law('a memory that was written and read decides like the one that was not', (list, policy) => {
    let kept = emptyMemory;
    let read = emptyMemory;
    for (const input of list) {
      const decisions = all(kept, input, policy);
      expect(all(read, input, policy)).toEqual(decisions);
      kept = decisions.at(-1)!.memory;
      read = parseMemory(JSON.stringify(kept));
    }
  });

  law('episodes open and end in turn, and so do the messages about them', (list, policy) => {
    const changes = run(list, policy).flatMap(({ transition }) => transition ?? []);
    const episodes = changes.map(({ kind }) => kind).filter(kind => kind === 'opened' || kind === 'resolved');
    expect(episodes).toEqual(episodes.map((_, i) => (i % 2 === 0 ? 'opened' : 'resolved')));
    const told = changes.filter(({ kind, notify }) => notify && kind !== 'reminded').map(({ to }) => to);
    expect(told.map(to => to === 'firing')).toEqual(told.map((_, i) => i % 2 === 0));
  });

  law('an end is told of the episode whose beginning was', (list, policy) => {
    let open = 0;
    for (const { memory, transition } of run(list, policy)) {
      if (transition?.notify !== true || transition.kind === 'reminded') continue;
      const episode = transition.episode ?? memory.episode;
      if (transition.to === 'firing') open = episode;
      else expect(episode).toBe(open);
    }
  });

  law('nobody is told of what is silenced throughout, nor while paused', (list, policy) => {
    const told = (given: Partial<Given>) =>
      run(
        list.map(input => ({ ...input, given: { ...input.given, ...given } })),
        policy,
      ).filter(({ transition }) => transition?.notify === true);
    expect(told({ silenced: true })).toEqual([]);
    expect(told({ paused: true })).toEqual([]);
  });

  law('the order of findings in a window does not matter', (list, policy) => {
    const reversed = list.map(({ window, given }) => ({
      given,
      window: { ...window, findings: [...window.findings].reverse() },
    }));
    const story = (inputs: readonly Input[]) =>
      run(inputs, policy).map(each => [each.transition, each.reason]);
    expect(story(reversed)).toEqual(story(list));
  });

  law('nothing below the paging tolerance ever opens an episode', (list, policy) => {
    const small = list.map(({ window, given }) => ({
      given,
      window: {
        ...window,
        findings: window.findings.map(f => ({ ...f, check: 'drift', effect: Math.min(f.effect, 0.0999) })),
      },
    }));
    expect(run(small, policy).at(-1)?.memory.episode ?? 0).toBe(0);
  });
});
