import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingEntry } from './answers.ts';
import { mergeFindings, seriesView, windowIndex } from './series.ts';
import { isListed, severity, worstVerdict } from './verdict.ts';

const finding = (values: Partial<FindingEntry>): FindingEntry => ({
  model: 'm',
  environment: 'e',
  check: 'drift',
  subject: 'feature:age',
  version: '',
  segment: '',
  windowStart: 0,
  windowSeconds: 86_400,
  generation: '1',
  verdict: 'stable',
  calibration: 'learning',
  noiseVersion: 0,
  p: 0.5,
  alpha: 1e-4,
  effect: 0.01,
  effectLow: 0,
  effectHigh: 0.02,
  tolerance: 0.02,
  n: 100,
  nReference: 1000,
  smallestDetectable: 0.1,
  baseline: 1,
  detail: {},
  sentence: '',
  ...values,
});

describe('seriesView', () => {
  it('orders drift before larger effects that were not judged drift', () => {
    const view = seriesView(
      [
        finding({ subject: 'noisy', effect: 0.4, verdict: 'insufficient' }),
        finding({ subject: 'small', effect: 0.03, verdict: 'drift' }),
        finding({ subject: 'large', effect: 0.2, verdict: 'drift' }),
      ],
      86_400,
    );
    expect(view.subjects.map(s => s.subject)).toEqual(['large', 'small', 'noisy']);
  });

  it('leaves gaps where a subject has no finding and keeps versions and segments apart', () => {
    const view = seriesView(
      [
        finding({ windowStart: 10 }),
        finding({ windowStart: 20, subject: 'b' }),
        finding({ windowStart: 30, version: '2' }),
        finding({ windowStart: 40, segment: 'country=NL' }),
      ],
      86_400,
    );
    expect(view.starts).toEqual([10, 20]);
    const age = view.subjects.find(s => s.subject === 'feature:age');
    expect(age?.findings.map(f => f?.windowStart ?? null)).toEqual([10, null]);
  });

  it('holds every finding once, whatever the order they came in', () => {
    const starts = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(starts, order => {
        const view = seriesView(
          order.map(windowStart => finding({ windowStart })),
          86_400,
        );
        expect(view.starts).toEqual([...order].sort((a, b) => a - b));
        expect(view.subjects.flatMap(s => s.findings).filter(f => f !== null)).toHaveLength(order.length);
      }),
    );
  });
});

describe('mergeFindings', () => {
  it('keeps the later generation, beyond 2^53 too', () => {
    const early = finding({ generation: '90071992547409930', effect: 0.1 });
    const late = finding({ generation: '90071992547409931', effect: 0.2 });
    expect(mergeFindings([early], [late]).map(f => f.effect)).toEqual([0.2]);
    expect(mergeFindings([late], [early]).map(f => f.effect)).toEqual([0.2]);
  });

  it('is idempotent', () => {
    const known = [finding({ windowStart: 1 }), finding({ windowStart: 2 })];
    expect(mergeFindings(known, known)).toEqual(known);
  });
});

describe('windowIndex', () => {
  it('is the latest without a choice, the nearest with one, -1 of none', () => {
    expect(windowIndex([10, 20, 30], null)).toBe(2);
    expect(windowIndex([10, 20, 30], 21)).toBe(1);
    expect(windowIndex([], 21)).toBe(-1);
    expect(windowIndex([], null)).toBe(-1);
  });
});

describe('verdicts', () => {
  it('severity is a multiple of the tolerance, 0 when unknown', () => {
    expect(severity(finding({ effect: 0.1 }))).toBeCloseTo(5);
    expect(severity(finding({ effect: null }))).toBe(0);
    expect(severity(finding({ effect: 0.1, tolerance: 0 }))).toBe(0);
  });

  it('severity turns round where less is worse: a p below its threshold, few rows', () => {
    const below = { check: 'drift:welch-p', tolerance: 0.01, detail: { alarmsWhen: 'below' } };
    expect(severity(finding({ ...below, effect: 0.0001 }))).toBeCloseTo(100);
    expect(severity(finding({ ...below, effect: 0.1 }))).toBeCloseTo(0.1);
    expect(Number.isFinite(severity(finding({ ...below, effect: 0 })))).toBe(true);
    const volume = { check: 'volume', tolerance: 2 };
    expect(severity(finding({ ...volume, effect: 0.25 }))).toBeCloseTo(2);
    expect(severity(finding({ ...volume, effect: 4 }))).toBeCloseTo(2);
    expect(Number.isFinite(severity(finding({ ...volume, effect: 0 })))).toBe(true);
  });

  it('only what does not drift itself is listed beside the drift', () => {
    expect(isListed(finding({ verdict: 'stable', detail: { listed: true } }))).toBe(true);
    expect(isListed(finding({ verdict: 'drift', detail: { listed: true } }))).toBe(false);
    expect(isListed(finding({ verdict: 'stable' }))).toBe(false);
  });

  it('drift goes before everything, stable after everything', () => {
    expect(worstVerdict(['stable', 'drift', 'blind'])).toBe('drift');
    expect(worstVerdict(['stable', 'learning'])).toBe('learning');
    expect(worstVerdict([])).toBeNull();
  });
});
