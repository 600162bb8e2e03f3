import { expect, test } from 'vitest';
import { outcomeOf } from '../../test/rig/rows.ts';
import type { Decoder } from '../decode/decoder.ts';
import type { Progress } from '../domain/record.ts';
import type { Outcome } from '../domain/reject.ts';
import { createManualClock } from '../lib/clock.ts';
import { createRecordedEvents } from '../lib/events.ts';
import { createPipeline } from './pipeline.ts';

function start(outcomes: (position: string) => readonly Outcome[]) {
  const written: Progress[] = [];
  let refused = false;
  const pipeline = createPipeline({
    decoderOf: () => ({ decode: record => outcomes(record.position) }) as Partial<Decoder> as Decoder,
    intake: {
      write: async ({ progress }) => {
        if (refused) throw new Error('away');
        written.push(...progress);
        return { stored: 0, labels: 0, refused: [] };
      },
    },
    clock: createManualClock(1_000_000),
    events: createRecordedEvents(),
    linger: false,
    crashed: () => undefined,
  });
  const batch = (position: string, time: number | null, lag: number) => {
    const record = { source: 'kafka', position, body: null, time, fallbackId: position };
    const raw = { source: 'kafka', partition: 'c/t/0', records: [record], lag, lastPosition: position };
    return pipeline.store(raw, new AbortController().signal);
  };
  return { pipeline, batch, written, refuse: (yes: boolean) => void (refused = yes) };
}

test('the watermark is the highest event time, never beyond the clock and never back', async () => {
  const times: Record<string, number> = { a: 500_000, b: 400_000, c: 2_000_000 };
  const { batch, written } = start(position => [outcomeOf({ id: position, time: times[position]! })]);
  for (const position of ['a', 'b', 'c']) await batch(position, 700_000, 5);
  expect(written.map(p => p.watermark)).toEqual([500_000, 500_000, 1_000_000]);
});

test('a batch without an inference moves it by the time of its records: labels alone do not hold windows up', async () => {
  const { batch, written } = start(() => [{ kind: 'ignored', reason: 'tombstone' }]);
  await batch('a', 600_000, 5);
  await batch('b', null, 5);
  expect(written.map(p => p.watermark)).toEqual([600_000, 600_000]);
});

test('a partition that was just taken over keeps its last known position', async () => {
  const { pipeline, batch, written } = start(() => []);
  await batch('a', 600_000, 0);
  pipeline.measured([{ source: 'kafka', partition: 'c/t/0', position: '', lag: 1, at: 0 }]);
  expect(written.at(-1)).toMatchObject({ position: 'a', lag: 1, watermark: 600_000 });
});

test('a measurement says nothing of a batch that could not be stored', async () => {
  const { pipeline, batch, written, refuse } = start(position => [
    outcomeOf({ id: position, time: 500_000 }),
  ]);
  refuse(true);
  await expect(batch('a', 600_000, 5)).rejects.toThrow('away');
  refuse(false);
  pipeline.measured([{ source: 'kafka', partition: 'c/t/0', position: '', lag: 6, at: 900_000 }]);
  expect(written.at(-1)).toMatchObject({ lag: 6, watermark: 0 });
});
