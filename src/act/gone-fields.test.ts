import { describe, expect, it } from 'vitest';
import { type GuardState, refusalOf } from './guards.ts';
import { defaultPolicy, doubtOf } from './policy.ts';
import { finding } from './samples.ts';

const missing = (share: number) =>
  doubtOf(
    finding({ check: 'missing', subject: 'feature:age', verdict: 'drift', effect: 0.5, detail: { share } }),
    defaultPolicy,
  );

const state = (kind: GuardState['kind'], doubts: readonly string[]): GuardState => ({
  kind,
  now: 1e12,
  rails: {
    cooldown: 0,
    perDay: 9,
    per30Days: 9,
    leastRows: 0,
    leastLabels: 0,
    windows: 1,
    timeout: 1e9,
  },
  stopped: null,
  episode: null,
  insisted: true,
  doubts,
  newRows: 0,
  newLabels: 0,
  inFlight: null,
  requested: [],
});

describe('a field that is gone', () => {
  it('is a change of the schema, not a value that is missing', () => {
    expect([missing(0.99), missing(1)]).toEqual(['missing feature:age', 'schema feature:age']);
  });

  it.each([
    ['retrain', ['schema feature:age'], 'data-quality'],
    ['rebuild', ['schema feature:age'], undefined],
    // A longer window still holds rows that had it.
    ['rebuild', ['missing feature:age', 'schema', 'schema feature:age'], undefined],
    ['rebuild', ['missing feature:age', 'schema', 'schema feature:other'], 'data-quality'],
    ['retrain', ['missing feature:age', 'schema feature:age'], 'data-quality'],
    ['rebuild', ['schema feature:age', 'volume'], 'data-quality'],
  ] as const)('%s with doubts %j: %s', (kind, doubts, reason) => {
    expect(refusalOf(state(kind, doubts))?.reason).toBe(reason);
  });
});
