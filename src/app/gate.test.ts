import { beforeEach, expect, test } from 'vitest';
import { createMemoryPerformance, type MemoryPerformance } from '../../test/twins/performance.ts';
import { defaultPromotion } from '../config/promotion.ts';
import { createGate } from './gate.ts';

const hour = (i: number) => (480_000 + i) * 3600;
const stream = { model: 'churn', environment: 'prod' };
const request = { ...stream, version: '2', ordered: hour(10) * 1000 - 60_000, metrics: undefined };
let performance: MemoryPerformance;
const put = (i: number, version: string, labelled: number, right: number) =>
  performance.put({
    ...stream,
    hour: hour(i),
    version,
    sums: { rows: labelled, labelled, classed: labelled, right },
  });
const gate = (rules = defaultPromotion) => createGate({ performance, rules: () => rules })(request);

beforeEach(() => {
  performance = createMemoryPerformance();
});

test('versions that serve side by side after the order are compared', async () => {
  await put(9, '1', 5000, 0);
  await put(10, '1', 3000, 2400);
  await put(10, '2', 1500, 1350);
  expect(await gate()).toMatchObject({
    outcome: 'gate-passed',
    detail: expect.stringContaining('before 0.8'),
  });
});

test('an old version that has gone counts by its last two weeks', async () => {
  await put(9, '1', 4000, 3800);
  await put(-400, '1', 9000, 0);
  await put(11, '2', 1500, 1200);
  expect(await gate()).toMatchObject({
    outcome: 'gate-held-worse',
    detail: expect.stringContaining('before 0.95'),
  });
});

test('rows of the new name from before the order do not count, nor another environment', async () => {
  await put(9, '2', 5000, 5000);
  await put(9, '1', 5000, 4000);
  await performance.put({
    model: 'churn',
    environment: 'test',
    hour: hour(11),
    version: '2',
    sums: { labelled: 900, classed: 900 },
  });
  expect(await gate()).toMatchObject({ outcome: 'gate-held-too-few-labels' });
});

test('without labels a person is needed, whatever is reported; switched off everything passes', async () => {
  const metrics = { accuracy_before: 0.7, accuracy_after: 0.9, rows: 100_000 };
  const claimed = createGate({ performance, rules: () => defaultPromotion });
  expect(await claimed({ ...request, metrics })).toMatchObject({ outcome: 'gate-held-no-labels' });
  await put(9, '1', 10, 9);
  expect(await claimed({ ...request, metrics })).toMatchObject({ outcome: 'gate-passed' });
  performance = createMemoryPerformance();
  expect(await gate()).toMatchObject({ outcome: 'gate-held-no-labels' });
  expect(await gate({ ...defaultPromotion, gate: false })).toEqual({ outcome: 'gate-off', detail: '' });
});
