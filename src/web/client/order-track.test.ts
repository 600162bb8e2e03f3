import { describe, expect, it } from 'vitest';
import { webAddress } from '../../lib/web-address.ts';
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
      runs: [{ target: 'jobs', run: 'retrain #7', url: 'https://ci.example.org/7', at: 2 }],
    });
    expect(track.map(({ at, what, detail }) => [at, what, detail])).toEqual([
      [1, 'requested', ''],
      [2, 'run started', 'retrain #7, by jobs'],
      [3, 'running', 'epoch 1'],
      [9, 'timed out', ''],
      [12, 'reported succeeded', 'it came too late, or out of order: nothing followed from it'],
    ]);
  });

  it('links to the page of a run, and to nothing that is no web page', () => {
    expect(webAddress('https://ci.example.org/7?a=1')).toBe('https://ci.example.org/7?a=1');
    expect(webAddress('http://airflow.internal:8080/')).toBe('http://airflow.internal:8080/');
    for (const text of [
      '',
      '/runs/7',
      'javascript:alert(1)',
      ' JavaScript:alert(1)',
      'data:text/html,x',
      'file:///etc',
    ])
      expect(webAddress(text)).toBeNull();
    const life = {
      steps: [],
      reports: [],
      runs: [{ target: 'jobs', run: '', url: 'javascript:alert(1)', at: 1 }],
    };
    expect(orderTrack(life)).toEqual([
      { key: 'u0', at: 1, what: 'run started', detail: 'by jobs', link: null },
    ]);
  });

  it('has a title with its kind, state and target', () => {
    expect(orderTitle(step({ state: 'dry-run' }))).toBe('Retraining, dry run, for jobs');
    expect(orderTitle(step({ kind: 'rebuild', state: 'refused', target: '' }))).toBe('Rebuild, refused');
  });
});
