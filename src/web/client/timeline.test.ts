import { describe, expect, it } from 'vitest';
import type { AlertsAnswer } from './answers.ts';
import { chartMarks, timeline } from './timeline.ts';

const transition = (values: object) => ({
  id: 't1',
  environment: 'e',
  episode: 1,
  from: 'pending',
  to: 'firing',
  reason: 'held-long-enough',
  at: 2000,
  windowStart: 1,
  windowSeconds: 86_400,
  notify: true,
  subjects: ['feature:age', 'score:yes'],
  ...values,
});
const order = (values: object) => ({
  id: 'o1',
  environment: 'e',
  kind: 'retrain' as const,
  state: 'requested',
  reason: '',
  at: 3000,
  step: 1,
  result: '',
  lift: '',
  target: 'retraining',
  trigger: 'policy',
  by: 'default',
  why: '',
  ...values,
});
const answer: AlertsAnswer = {
  alerts: [],
  transitions: [
    transition({}),
    transition({ id: 't2', from: 'firing', to: 'ok', at: 9000, notify: false }),
    transition({ id: 't0', from: 'ok', to: 'pending', at: 1000 }),
  ],
  orders: [order({}), order({ state: 'promoted', at: 5000, step: 2, result: '{"version":"2","nested":{}}' })],
};
const activation = { version: '', baseline: 1, from: 500, at: 600, by: 'learned' };

describe('timeline', () => {
  const all = timeline(answer, [activation]);

  it('is newest first and says what happened in words', () => {
    expect(all.map(h => h.title)).toEqual([
      'Alert resolved',
      'Retraining promoted',
      'Retraining requested',
      'Alert fired',
      'Alert ok → pending',
      'Baseline 1 active',
    ]);
    expect(all[3]?.detail).toBe('episode 1 · held long enough · age, score: yes');
    expect(all[0]?.detail).toContain('nobody was told');
    expect(all[1]?.detail).toBe('version 2');
  });

  it('marks an order once in the chart and leaves pending out', () => {
    expect(chartMarks(all).map(h => h.title)).toEqual([
      'Alert resolved',
      'Retraining requested',
      'Alert fired',
      'Baseline 1 active',
    ]);
  });

  it('is empty without answers', () => expect(timeline(null, [])).toEqual([]));
});
