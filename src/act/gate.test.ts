import { describe, expect, test } from 'vitest';
import { noOutcomes, type OutcomeSums } from '../stats/performance/outcomes.ts';
import { type GateEvidence, type GateOutcome, gateOutcomes, judgeGate } from './gate.ts';

const classed = (n: number, right: number): OutcomeSums => ({
  ...noOutcomes,
  rows: n,
  labelled: n,
  classed: n,
  right: Math.round(n * right),
});
const errors = (n: number, size: number): OutcomeSums => ({
  ...noOutcomes,
  rows: n,
  labelled: n,
  pairs: n,
  absolute: n * size,
  error2: n * size * size * 1.5,
});
const evidence = (over: Partial<GateEvidence>): GateEvidence => ({
  labelled: true,
  now: null,
  before: null,
  metrics: undefined,
  leastLabels: 200,
  ...over,
});
const comparison = (over: object) => ({
  metrics: {
    comparison: { measure: 'roc_auc', before: 0.8, after: 0.81, rows: 900, low: -0.01, high: 0.03, ...over },
  },
});

describe('judgeGate', () => {
  test.each<[string, GateOutcome, Partial<GateEvidence>]>([
    ['better on labelled rows', 'gate-passed', { now: classed(2000, 0.9), before: classed(2000, 0.8) }],
    ['as good on many rows', 'gate-passed', { now: classed(20_000, 0.85), before: classed(20_000, 0.85) }],
    [
      'as good on too few rows to know',
      'gate-held-too-few-labels',
      { now: classed(300, 0.85), before: classed(300, 0.85) },
    ],
    [
      'worse by more than the tolerance',
      'gate-held-worse',
      { now: classed(2000, 0.75), before: classed(2000, 0.85) },
    ],
    [
      'worse by little, for sure',
      'gate-held-worse',
      { now: classed(200_000, 0.83), before: classed(200_000, 0.851) },
    ],
    [
      'a loss within the tolerance',
      'gate-passed',
      { now: classed(200_000, 0.845), before: classed(200_000, 0.85) },
    ],
    ['smaller errors', 'gate-passed', { now: errors(2000, 1.8), before: errors(2000, 2) }],
    ['larger errors', 'gate-held-worse', { now: errors(2000, 2.5), before: errors(2000, 2) }],
    ['199 labelled rows', 'gate-held-too-few-labels', { now: classed(199, 1), before: classed(9000, 0.5) }],
    ['the old one has none', 'gate-held-too-few-labels', { now: classed(900, 1), before: null }],
    ['no label ever', 'gate-held-no-labels', { labelled: false }],
    [
      'no label, and a report of a great gain',
      'gate-held-no-labels',
      { labelled: false, metrics: { accuracy_before: 0.7, accuracy_after: 0.9, rows: 100_000 } },
    ],
    ['no label, and a comparison with limits', 'gate-held-no-labels', { labelled: false, ...comparison({}) }],
    [
      'labels, and a report with rows',
      'gate-passed',
      { metrics: { accuracy_before: 0.7, accuracy_after: 0.8, rows: 1000 } },
    ],
    [
      'the same under its other name',
      'gate-passed',
      { metrics: { accuracy_before: 0.7, accuracy_after: 0.8, held_out_rows: 1000 } },
    ],
    [
      'a report that is worse',
      'gate-held-worse',
      { metrics: { accuracy_before: 0.8, accuracy_after: 0.7, rows: 1000 } },
    ],
    [
      'a report on few rows',
      'gate-held-too-few-labels',
      { metrics: { accuracy_before: 0.7, accuracy_after: 0.8, rows: 100 } },
    ],
    [
      'a report without rows',
      'gate-held-too-few-labels',
      { metrics: { accuracy_before: 0.7, accuracy_after: 0.8 } },
    ],
    ['a comparison with limits', 'gate-passed', comparison({})],
    ['limits too wide', 'gate-held-too-few-labels', comparison({ low: -0.05, high: 0.07 })],
    ['limits of a loss', 'gate-held-worse', comparison({ after: 0.7, low: -0.12, high: -0.08 })],
    [
      'an error that grew',
      'gate-held-worse',
      comparison({ measure: 'mean_absolute_error', before: 2, after: 2.6, low: 0.4, high: 0.8 }),
    ],
    [
      'an error that shrank',
      'gate-passed',
      comparison({ measure: 'mean_absolute_error', before: 2, after: 1.6, low: -0.6, high: -0.2 }),
    ],
    ['a comparison of what is not known', 'gate-held-too-few-labels', comparison({ measure: 'f1' })],
    ['an area without limits', 'gate-held-too-few-labels', comparison({ low: null })],
    [
      'nonsense',
      'gate-held-too-few-labels',
      { metrics: { comparison: [null, 'x', { measure: 'accuracy', before: 'a' }] } },
    ],
    [
      'labelled rows before the report',
      'gate-held-worse',
      { now: classed(2000, 0.7), before: classed(2000, 0.8), ...comparison({}) },
    ],
  ])('%s: %s', (_, outcome, over) => {
    const verdict = judgeGate(evidence(over));
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.detail).not.toBe('');
    expect(gateOutcomes).toContain(verdict.outcome);
  });

  test('says the numbers it rests on', () => {
    const { detail } = judgeGate(evidence({ now: classed(2000, 0.9), before: classed(1500, 0.8) }));
    expect(detail).toBe('accuracy 0.9, before 0.8, 2000 rows, loss at most 0 (by labelled rows)');
  });

  test('of several comparisons the worst decides', () => {
    const one = comparison({}).metrics.comparison;
    const metrics = {
      comparison: [one, { ...one, measure: 'accuracy', after: 0.7, low: -0.12, high: -0.08 }],
    };
    expect(judgeGate(evidence({ metrics }))).toMatchObject({ outcome: 'gate-held-worse' });
  });
});
