import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finding as sampleFinding } from '../../act/samples.ts';
import { rescaled } from './budget.ts';

const finding = (over: Partial<Parameters<typeof rescaled>[0]>) =>
  sampleFinding({
    p: 1e-4,
    alpha: 9e-5,
    effect: 0.2,
    tolerance: 0.02,
    n: 5000,
    smallestDetectable: 0.01,
    ...over,
  });

describe('a finding under another budget', () => {
  it('is found when its level reaches its p, and not where the effect is small', () => {
    expect(rescaled(finding({ verdict: 'stable' }), 2)).toMatchObject({ verdict: 'drift', alpha: 1.8e-4 });
    expect(rescaled(finding({ verdict: 'stable', effect: 0.01 }), 2).verdict).toBe('stable');
    expect(rescaled(finding({ verdict: 'drift', p: 8e-5 }), 0.5).verdict).toBe('stable');
    expect(rescaled(finding({ verdict: 'drift', p: 8e-5, n: 40 }), 0.5).verdict).toBe('insufficient');
  });

  it('half of the rows counts as twice as many do', () => {
    const half = finding({ check: 'volume', verdict: 'stable', effect: 0.4, tolerance: 2, p: 1e-4 });
    expect(rescaled(half, 2).verdict).toBe('drift');
    expect(rescaled({ ...half, effect: 0.6 }, 2).verdict).toBe('stable');
  });

  it('says the same where no level was part of it', () => {
    for (const verdict of ['learning', 'blind', 'no-data', 'failed'] as const)
      expect(rescaled(finding({ verdict }), 9).verdict).toBe(verdict);
    expect(rescaled(finding({ check: 'schema', verdict: 'drift', p: Number.NaN }), 0.1).verdict).toBe(
      'drift',
    );
  });

  it('a larger budget never takes a drift back', () => {
    const odds = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        odds,
        odds,
        odds,
        fc.double({ min: 1, max: 50, noNaN: true }),
        (p, effect, alpha, ratio) => {
          const verdict = p <= alpha && effect >= 0.02 ? 'drift' : 'stable';
          const before = finding({ p, effect, alpha, verdict });
          if (verdict === 'drift') expect(rescaled(before, ratio).verdict).toBe('drift');
        },
      ),
    );
  });
});
