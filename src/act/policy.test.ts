import { describe, expect, it } from 'vitest';
import { defaultPolicy, doubtOf, severityOf } from './policy.ts';
import { finding } from './samples.ts';

describe('severityOf, default policy', () => {
  it.each([
    ['drift', 'drift', 0.1, 'page'],
    ['drift', 'drift', 0.0999, 'near'],
    ['drift', 'drift', 0.08, 'near'],
    ['drift', 'drift', 0.0799, 'warn'],
    ['drift', 'drift', Number.NaN, 'warn'],
    ['drift', 'stable', 0.5, 'clear'],
    ['drift', 'insufficient', 0.5, 'unknown'],
    ['drift', 'learning', 0.5, 'unknown'],
    ['missing', 'drift', 0.02, 'page'],
    ['missing', 'drift', 0.016, 'near'],
    ['mismatch', 'drift', 0.02, 'page'],
    ['unseen', 'drift', 0.015, 'warn'],
    ['schema', 'drift', Number.NaN, 'page'],
    ['errors', 'drift', 0.001, 'page'],
    ['latency', 'drift', 0.001, 'page'],
    ['volume', 'drift', 9, 'other'],
    ['size', 'drift', 9, 'other'],
    ['blind', 'blind', Number.NaN, 'other'],
  ] as const)('%s %s with effect %d: %s', (check, verdict, effect, expected) => {
    expect(severityOf(finding({ check, verdict, effect }), defaultPolicy)).toBe(expected);
  });

  it('judges all versions and segments together only', () => {
    const drift = { verdict: 'drift', effect: 0.9 } as const;
    expect(severityOf(finding({ ...drift, version: '2' }), defaultPolicy)).toBe('other');
    expect(severityOf(finding({ ...drift, segment: 'country=NL' }), defaultPolicy)).toBe('other');
  });
});

describe('doubtOf', () => {
  it.each([
    [{ check: 'missing', verdict: 'drift', effect: 0.02 }, 'missing feature:age'],
    [{ check: 'missing', verdict: 'drift', effect: 0.019 }, null],
    [{ check: 'missing', verdict: 'stable', effect: 0.5 }, null],
    [{ check: 'mismatch', verdict: 'drift', effect: 0.5 }, 'mismatch feature:age'],
    [{ check: 'schema', subject: '', verdict: 'drift', effect: Number.NaN }, 'schema'],
    [{ check: 'reused', subject: '', verdict: 'drift' }, 'reused'],
    [{ check: 'drift', verdict: 'drift', effect: 0.9 }, null],
    [{ check: 'errors', verdict: 'drift', effect: 0.9 }, null],
    [{ check: 'missing', verdict: 'drift', effect: 0.9, version: '2' }, null],
    [{ check: 'blind', verdict: 'blind' }, 'blind'],
  ] as const)('%o: %s', (over, expected) => {
    expect(doubtOf(finding(over), defaultPolicy)).toBe(expected);
  });
});
