import { describe, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import type { LeewayError } from '../lib/errors.ts';
import { createRecordedEvents } from '../lib/events.ts';
import type { BatchSink, Intake, PartitionLag, RawBatch } from './ports.ts';
import { createReplay, type ReplayOptions } from './replay.ts';
import type { ReplayRow } from './replay-file.ts';

const from = 1_000_000_000_000 - (1_000_000_000_000 % 3_600_000);
const hour = 3_600_000;

async function* rowsOf(
  n: number,
  values: (i: number) => Record<string, unknown> = i => ({ i }),
): AsyncGenerator<ReplayRow> {
  for (let i = 0; i < n; i++) yield { file: 'f00d', number: i, values: values(i) };
}

function setUp(options: Partial<ReplayOptions> = {}, store?: BatchSink) {
  const clock = createManualClock(0);
  const events = createRecordedEvents();
  const batches: RawBatch[] = [];
  const measured: PartitionLag[] = [];
  const crashes: LeewayError[] = [];
  const gates: number[] = [];
  const replay = createReplay({
    name: 'replay',
    rows: rowsOf(10),
    rowCount: 10,
    from,
    to: from + 10 * hour,
    times: { kind: 'even' },
    stepSeconds: 3600,
    speed: Number.POSITIVE_INFINITY,
    clock,
    random: () => 0,
    events,
    gate: async eventTime => void gates.push(eventTime),
    toRecord: (row, time) => ({ time, ...row.values }),
    ...options,
  });
  const intake: Intake = {
    store: async (batch, signal) => {
      await store?.(batch, signal);
      batches.push(batch);
    },
    measured: partitions => void measured.push(...partitions),
    crashed: error => void crashes.push(error),
  };
  const records = () => batches.flatMap(b => b.records);
  return { replay, clock, events, batches, measured, crashes, gates, intake, records };
}
const settle = async () => {
  for (let i = 0; i < 200; i++) await Promise.resolve();
};

describe('replay', () => {
  it('delivers every row once, in steps of event time, each step stored before its gate', async () => {
    const order: string[] = [];
    const { replay, intake, records, gates, measured } = setUp(
      { rows: rowsOf(20), rowCount: 20, gate: async t => void order.push(`gate ${(t - from) / hour}`) },
      async batch => void order.push(`store ${batch.records.length}`),
    );
    await replay.start(intake);
    await replay.done;
    expect(order).toEqual(Array.from({ length: 10 }, (_, i) => ['store 2', `gate ${i + 1}`]).flat());
    expect(gates).toEqual([]);
    expect(records().map(r => r.position)).toEqual(Array.from({ length: 20 }, (_, i) => `f00d/${i}`));
    expect(replay.state).toBe('finished');
    expect(replay.eventTime).toBe(from + 10 * hour);
    expect(replay.rowsStored).toBe(20);
    expect(measured.at(-1)).toEqual({
      source: 'replay',
      partition: 'replay',
      position: 'f00d/19',
      lag: 0,
      at: from + 10 * hour,
    });
  });

  it('writes the same records when it is started again', async () => {
    const run = async () => {
      const { replay, intake, records } = setUp();
      await replay.start(intake);
      await replay.done;
      return records().map(r => [r.position, r.fallbackId, r.time, String(r.body)]);
    };
    expect(await run()).toEqual(await run());
  });

  it('waits at the gate and makes the next rows only after it', async () => {
    let open: () => void = () => {};
    let version = 1;
    const { replay, intake, records } = setUp({
      gate: () => new Promise(resolve => (open = resolve)),
      toRecord: () => ({ version }),
    });
    await replay.start(intake);
    await settle();
    expect(records()).toHaveLength(1);
    expect(replay.eventTime).toBe(from + hour);
    version = 2;
    open();
    await settle();
    expect(records().map(r => JSON.parse(String(r.body)).version)).toEqual([1, 2]);
    await replay.stop();
    expect(replay.state).toBe('stopped');
  });

  it('keeps the pace it is given', async () => {
    const { replay, intake, clock, records } = setUp({ speed: 3600 });
    await replay.start(intake);
    await settle();
    expect(records()).toHaveLength(1);
    clock.advance(999);
    await settle();
    expect(records()).toHaveLength(1);
    clock.advance(1);
    await settle();
    expect(records()).toHaveLength(2);
    await replay.stop();
  });

  it('stores nothing while paused', async () => {
    const { replay, intake, records, events } = setUp();
    replay.pause('writer behind');
    await replay.start(intake);
    await settle();
    expect(records()).toEqual([]);
    expect(replay.state).toBe('paused');
    replay.resume();
    await replay.done;
    expect(records()).toHaveLength(10);
    expect(events.seen.map(s => s.name)).toEqual([
      'sourcePaused',
      'sourceStarted',
      'sourceResumed',
      'sourceFinished',
    ]);
  });

  it('gives a batch again that was not stored, and counts it once', async () => {
    let fail = 2;
    const { replay, intake, clock, records } = setUp({}, async () => {
      if (fail-- > 0) throw new Error('away');
    });
    await replay.start(intake);
    await settle();
    expect(replay.rowsStored).toBe(0);
    clock.advance(500);
    await settle();
    clock.advance(1_000);
    await replay.done;
    expect(records()).toHaveLength(10);
    expect(replay.rowsStored).toBe(10);
  });

  it('splits a step that holds many rows, and says how many are left', async () => {
    const { replay, intake, batches } = setUp({ rows: rowsOf(12_000), rowCount: 12_000, to: from + hour });
    await replay.start(intake);
    await replay.done;
    expect(batches.map(b => [b.records.length, b.lag])).toEqual([
      [5000, 7000],
      [5000, 2000],
      [2000, 0],
    ]);
  });

  it('lets time without rows pass in one step', async () => {
    const at = [0, 0.5 * hour, 7.2 * hour];
    const { replay, intake, gates } = setUp({
      rows: rowsOf(3, i => ({ t: at[i] })),
      rowCount: 3,
      times: { kind: 'column', column: 't', first: 0, last: 10 * hour },
    });
    await replay.start(intake);
    await replay.done;
    expect(gates.map(g => (g - from) / hour)).toEqual([1, 7, 8, 10]);
  });

  it('goes on over several files as one stream', async () => {
    async function* two(): AsyncGenerator<ReplayRow> {
      yield* rowsOf(5);
      for await (const row of rowsOf(5)) yield { ...row, file: 'beef' };
    }
    const { replay, intake, records } = setUp({ rows: two() });
    await replay.start(intake);
    await replay.done;
    expect(new Set(records().map(r => r.position)).size).toBe(10);
    expect(records().map(r => (r.time! - from) / hour)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('finishes the batch in hand when stopped, and lets it go when that takes too long', async () => {
    let stored: () => void = () => {};
    const patient = setUp({}, () => new Promise<void>(resolve => (stored = resolve)));
    await patient.replay.start(patient.intake);
    await settle();
    const stopped = patient.replay.stop();
    await settle();
    stored();
    await stopped;
    expect(patient.records()).toHaveLength(1);

    const stuck = setUp(
      {},
      (_, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
    await stuck.replay.start(stuck.intake);
    await settle();
    const ended = stuck.replay.stop();
    stuck.clock.advance(6_000);
    await ended;
    expect(stuck.replay.state).toBe('stopped');
    expect(stuck.crashes).toEqual([]);
  });

  it('ends with a clear line when a row has no time, the file breaks off, or the store is beyond help', async () => {
    const noTime = setUp({ times: { kind: 'column', column: 't', first: 0, last: 1 } });
    const broken = setUp({
      rows: (async function* () {
        yield* rowsOf(1);
        throw new Error('disk gone');
      })(),
    });
    const fatal = setUp({}, () => Promise.reject(Object.assign(new Error('aborted'), { failure: 'fatal' })));
    for (const one of [noTime, broken, fatal]) {
      await one.replay.start(one.intake);
      await one.replay.done;
      expect(one.replay.state).toBe('crashed');
    }
    expect(noTime.crashes[0]!.message).toMatch(/row 1 has no time/);
    expect(broken.crashes[0]!.message).toMatch(/disk gone/);
    expect(fatal.crashes[0]!.code).toBe('LW_SOURCE_CRASHED');
  });
});
