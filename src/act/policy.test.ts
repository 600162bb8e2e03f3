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
    ['volume', 'drift', 9, 'page'],
    ['drift:psi', 'drift', 0.001, 'page'],
    ['drift:psi', 'stable', 0.001, 'clear'],
    ['objective', 'drift', 0.001, 'page'],
    ['objective', 'stable', 0.5, 'clear'],
    ['reused', 'drift', 9, 'other'],
    ['suspected_duplicates', 'drift', 9, 'other'],
    ['size', 'drift', 9, 'other'],
    ['blind', 'blind', Number.NaN, 'other'],
  ] as const)('%s %s with effect %d: %s', (check, verdict, effect, expected) => {
    expect(severityOf(finding({ check, verdict, effect }), defaultPolicy)).toBe(expected);
  });

  it('asks less of what is rare in the baseline', () => {
    const at = (effect: number, referenceShare: number | null = 0.02) =>
      severityOf(
        finding({ check: 'drift', verdict: 'drift', effect, detail: { part: 'rare', referenceShare } }),
        defaultPolicy,
      );
    expect([0.02, 0.0199, 0.0159].map(effect => at(effect))).toEqual(['page', 'near', 'warn']);
    expect([at(0.02, 0.03), at(0.1, 0.03), at(0.05, null)]).toEqual(['warn', 'page', 'warn']);
  });

  it.each([
    ['drift', 3600, 0.9, 'learning', 'warn'],
    ['drift', 21_600, 0.9, 'learning', 'warn'],
    ['drift', 86_400, 0.2, 'learning', 'page'],
    ['drift', 86_400, 0.19, 'learning', 'near'],
    ['drift', 86_400, 0.15, 'learning', 'warn'],
    ['drift', 3600, 0.1, 'provisional', 'page'],
    ['drift', 604_800, 0.1, 'calibrated', 'page'],
    ['latency', 3600, 9, 'learning', 'warn'],
    ['latency', 86_400, 0.5, 'learning', 'page'],
    ['latency', 86_400, 0.3, 'learning', 'warn'],
    ['missing', 3600, 0.02, 'learning', 'page'],
    ['errors', 3600, 0.01, 'learning', 'page'],
  ] as const)(
    '%s in windows of %d s with effect %d while %s: %s',
    (...[check, windowSeconds, effect, calibration, expected]) => {
      const tolerance = check === 'latency' ? 0.25 : 0.02;
      const found = finding({ check, windowSeconds, effect, calibration, tolerance, verdict: 'drift' });
      expect(severityOf(found, defaultPolicy)).toBe(expected);
    },
  );

  it('no rows page only where rows were expected', () => {
    const none = { check: 'volume', subject: '', verdict: 'no-data' } as const;
    expect(severityOf(finding({ ...none, p: 1e-9, alpha: 1e-4 }), defaultPolicy)).toBe('page');
    expect(severityOf(finding({ ...none, p: 0.2, alpha: 1e-4 }), defaultPolicy)).toBe('unknown');
    expect(severityOf(finding({ ...none, p: Number.NaN, alpha: Number.NaN }), defaultPolicy)).toBe('unknown');
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
