import { expect, test } from 'vitest';
import { createMemoryPerformance } from '../../test/twins/performance.ts';
import { baselineOf } from '../../test/twins/samples.ts';
import { type Activation, actorOfOrder } from '../domain/baseline.ts';
import { readReferences, replacedBy } from './performance-reference.ts';

const stream = { model: 'churn', environment: 'prod' };
const dayMs = 86_400_000;
const active = (baseline: number, day: number, by: string): Activation => ({
  model: 'churn',
  version: '',
  baseline,
  from: day * dayMs,
  at: baseline,
  by,
});

test('a row of versions that orders brought goes back to the baseline that a person chose', () => {
  const activations = [
    active(1, 1, 'ops'),
    active(2, 30, 'ops'),
    active(3, 60, actorOfOrder('or_1')),
    active(4, 61, actorOfOrder('or_2')),
  ];
  const replaced = { baseline: 2, activeFrom: 30 * dayMs, activeTo: 60 * dayMs };
  expect(replacedBy(activations, 60 * dayMs)).toEqual(replaced);
  expect(replacedBy(activations, 61 * dayMs)).toEqual(replaced);
  expect(replacedBy(activations, 30 * dayMs)).toBeNull();
  expect(replacedBy(activations.slice(2), 60 * dayMs)).toBeNull();
  expect(replacedBy([], 0)).toBeNull();
});

/** Version 1 of the first 40 days is right in 90 %; version 2 took over by an order. */
async function references(right: number, days: number, replacedDay = 40) {
  const store = createMemoryPerformance();
  for (let day = 20; day < replacedDay + days; day++) {
    const old = day < replacedDay;
    const sums = { rows: 100, labelled: 100, classed: 100, right: old ? 90 : right };
    await store.put({ ...stream, hour: day * 86_400, version: old ? '1' : '2', sums });
  }
  const found = await readReferences(
    store,
    {
      stream,
      baseline: baselineOf([], { baseline: 2 }),
      activeFrom: replacedDay * dayMs,
      replaced: { baseline: baselineOf([]), activeFrom: 20 * dayMs, activeTo: replacedDay * dayMs },
      coverage: { hours: [], days: [] },
      now: (replacedDay + days) * dayMs,
    },
    new Set(),
  );
  return found.map(({ of, from, to }) => [of, from / 86_400, to / 86_400]);
}

test('until its own weeks are over a version is held against what it replaced, and for good while it is worse', async () => {
  expect(await references(90, 20)).toEqual([
    ['first-weeks', 40, 54],
    ['replaced', 20, 34],
  ]);
  expect(await references(89, 20)).toHaveLength(2);
  expect(await references(88, 20)).toEqual([['replaced', 20, 34]]);
});

test('what was replaced before its own weeks were over is no yardstick', async () => {
  expect(await references(50, 20, 30)).toEqual([['first-weeks', 30, 44]]);
});
