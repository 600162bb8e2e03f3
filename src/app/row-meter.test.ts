import { expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { meterRows } from './row-meter.ts';

it('counts rows of the last minute and passes every event on', () => {
  const clock = createManualClock(1_000_000);
  const recorded = createRecordedEvents();
  const batches: unknown[] = [];
  const { events, meter } = meterRows(
    { batchStored: (e: unknown) => void batches.push(e) } as typeof recorded,
    clock,
  );
  const store = (rows: number) =>
    events.batchStored({ inferences: Array.from({ length: rows }) as never, labels: 0, seconds: 0 });
  expect(meter.perSecond()).toBe(0);
  store(100);
  clock.advance(10_000);
  // Ten seconds after the start the mean is of ten seconds.
  expect(meter.perSecond()).toBe(10);
  clock.advance(49_000);
  store(18);
  // The last minute, 59 s of it since the start.
  expect(meter.perSecond()).toBe(2);
  clock.advance(61_000);
  expect(meter.perSecond()).toBe(0);
  clock.advance(1000);
  store(60);
  expect(meter.perSecond()).toBe(1);
  expect(batches).toHaveLength(3);
});
