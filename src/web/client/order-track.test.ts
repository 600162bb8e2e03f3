import { describe, expect, it } from 'vitest';
import type { OrderEntry } from './answers.ts';
import { orderTitle, orderTrack } from './order-track.ts';

const step = (over: Partial<OrderEntry>): OrderEntry => ({
  id: 'or_1',
  environment: 'prod',
  kind: 'retrain',
  state: 'requested',
  reason: '',
  at: 1,
  step: 1,
  result: null,
  lift: '',
  target: 'jobs',
  trigger: 'policy',
  by: 'default',
  why: '',
  ...over,
});

describe('the life of an order', () => {
  it('is its states in order, with the reports nothing followed from', () => {
    const track = orderTrack({
      steps: [
        step({}),
        step({ state: 'running', at: 3, step: 2, reason: 'epoch 1' }),
        step({ state: 'timed-out', at: 9, step: 3 }),
      ],
      reports: [
        { event: 'a', state: 'running', at: 3 },
        { event: 'b', state: 'succeeded', at: 12 },
      ],
    });
    expect(track.map(({ at, what, detail }) => [at, what, detail])).toEqual([
      [1, 'requested', ''],
      [3, 'running', 'epoch 1'],
      [9, 'timed out', ''],
      [12, 'reported succeeded', 'it came too late, or out of order: nothing followed from it'],
    ]);
  });

  it('has a title with its kind, state and target', () => {
    expect(orderTitle(step({ state: 'dry-run' }))).toBe('Retraining, dry run, for jobs');
    expect(orderTitle(step({ kind: 'rebuild', state: 'refused', target: '' }))).toBe('Rebuild, refused');
  });
});
