import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { createRecordedEvents } from '../../lib/events.ts';
import type { BatchSink, RawBatch } from '../ports.ts';
import { createAssignment } from './assignment.ts';
import { type BatchPayload, createBatchHandler } from './batches.ts';
import { createOffsets } from './offsets.ts';

const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
const rebalance = createErrorFromCode(27);

/** A batch of `count` records from offset `first`, with `filtered` more behind it that kafkajs kept back. */
function payloadOf(first: number, count: number, filtered = 0) {
  const calls: string[] = [];
  const beats: (Error | null)[] = [];
  const messages = Array.from({ length: count }, (_, i) => ({
    key: null,
    value: Buffer.from(`v${first + i}`),
    timestamp: '1000',
    attributes: 0,
    offset: String(first + i),
    headers: {},
  }));
  const last = first + count - 1 + filtered;
  let failCommit: Error | null = null;
  const payload: BatchPayload = {
    batch: {
      topic: 't',
      partition: 0,
      highWatermark: String(last + 11),
      messages,
      isEmpty: () => false,
      firstOffset: () => String(first),
      lastOffset: () => String(last),
      offsetLag: () => '10',
      offsetLagLow: () => '10',
    },
    heartbeat: async () => {
      calls.push('heartbeat');
      const failure = beats.shift();
      if (failure) throw failure;
    },
    commitOffsetsIfNecessary: async offsets => {
      if (failCommit) throw failCommit;
      calls.push(`commit ${offsets!.topics[0]!.partitions[0]!.offset}`);
    },
    resolveOffset: offset => void calls.push(`resolve ${offset}`),
  };
  return { payload, calls, beats, failCommit: (error: Error) => (failCommit = error) };
}

function setUp(store: BatchSink, more: { modelOf?: (topic: string) => string | undefined } = {}) {
  const clock = createManualClock(0);
  const events = createRecordedEvents();
  const offsets = createOffsets();
  const assignment = createAssignment(() => offsets.dropAll());
  assignment.joined(['t/0']);
  const handle = createBatchHandler({
    source: 'kafka',
    cluster: 'c',
    heartbeatInterval: 3_000,
    assignment,
    offsets,
    store,
    clock,
    random: () => 0,
    events,
    ...more,
  });
  return { clock, events, offsets, assignment, handle };
}
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};
const never = () => new Promise<void>(() => {});

describe('one batch of Kafka', () => {
  it('beats, stores, beats, commits one past everything fetched, in this order', async () => {
    const stored: RawBatch[] = [];
    const { payload, calls } = payloadOf(5, 3, 1);
    const { handle, offsets, events } = setUp(async batch => {
      calls.push('store');
      stored.push(batch);
    });
    await handle(payload);
    expect(calls).toEqual(['heartbeat', 'store', 'heartbeat', 'commit 9', 'resolve 7']);
    expect(offsets.next('t/0')).toBe(9n);
    expect(stored[0]).toMatchObject({
      source: 'kafka',
      partition: 'c/t/0',
      lag: 10,
      lastPosition: 'c/t/0/7',
    });
    expect(stored[0]!.records[0]).toMatchObject({
      position: 'c/t/0/5',
      fallbackId: 'kafka/c/t/0/5',
      time: 1000,
    });
    expect(events.seen.map(s => s.name)).toEqual(['offsetCommitted', 'lagMeasured']);
  });

  it('says the model of the topic with each record, where there is one', async () => {
    for (const [modelOf, expected] of [
      [(topic: string) => `model of ${topic}`, 'model of t'],
      [() => undefined, undefined],
    ] as const) {
      const stored: RawBatch[] = [];
      const { handle } = setUp(async batch => void stored.push(batch), { modelOf });
      await handle(payloadOf(0, 2).payload);
      expect(stored[0]!.records.map(r => r.model)).toEqual([expected, expected]);
      expect(stored[0]!.records.every(r => 'model' in r)).toBe(expected !== undefined);
    }
  });

  it('does not store a batch when the group has moved on, and lets kafkajs join again', async () => {
    let stores = 0;
    const { handle, assignment } = setUp(async () => void stores++);
    const { payload, calls, beats } = payloadOf(0, 1);
    beats.push(rebalance);
    await expect(handle(payload)).rejects.toBe(rebalance);
    expect(stores).toBe(0);
    expect(assignment.partitions).toEqual([]);
    expect(calls).toEqual(['heartbeat']);
  });

  it('heartbeats while the store works, and drops the batch the moment a heartbeat is refused', async () => {
    let signal: AbortSignal | null = null;
    const { handle, clock } = setUp((_, s) => {
      signal = s;
      return never();
    });
    const { payload, calls, beats } = payloadOf(0, 1);
    const done = handle(payload);
    done.catch(() => {});
    await settle();
    clock.advance(3_000);
    await settle();
    expect(calls).toEqual(['heartbeat', 'heartbeat']);
    beats.push(rebalance);
    clock.advance(3_000);
    await expect(done).rejects.toBe(rebalance);
    expect(signal!.aborted).toBe(true);
    expect(calls.filter(c => c.startsWith('commit'))).toEqual([]);
  });

  it('survives a heartbeat that fails for another reason', async () => {
    let finish = () => {};
    const { handle, clock } = setUp(() => new Promise<void>(resolve => (finish = resolve)));
    const { payload, calls, beats } = payloadOf(0, 1);
    const done = handle(payload);
    await settle();
    beats.push(new Error('connection closed'));
    clock.advance(3_000);
    await settle();
    finish();
    await done;
    expect(calls.at(-2)).toBe('commit 1');
  });

  it('commits nothing when the group was joined anew while the store worked, even if it stored in time', async () => {
    let finish = () => {};
    const { handle, assignment } = setUp(() => new Promise<void>(resolve => (finish = resolve)));
    const { payload, calls } = payloadOf(0, 1);
    const done = handle(payload);
    await settle();
    assignment.joined(['t/0']);
    finish();
    await done;
    expect(calls).toEqual(['heartbeat']);
  });

  it('leaves a batch alone that was read for a partition it does not hold', async () => {
    const { handle, assignment, clock } = setUp(never);
    assignment.joined(['t/1']);
    const { payload, calls } = payloadOf(0, 1);
    const done = handle(payload);
    await settle();
    clock.advance(100);
    await done;
    expect(calls).toEqual([]);
  });

  it('gives the same batch again after a wait when it was not stored', async () => {
    const positions: string[] = [];
    const { handle, clock, events } = setUp(async batch => {
      positions.push(batch.lastPosition);
      if (positions.length < 3) throw new Error('store away');
    });
    const { payload, calls } = payloadOf(0, 2);
    const done = handle(payload);
    await settle();
    expect(positions).toHaveLength(1);
    clock.advance(500);
    await settle();
    clock.advance(1_000);
    await done;
    expect(positions).toEqual(['c/t/0/1', 'c/t/0/1', 'c/t/0/1']);
    expect(calls.filter(c => c.startsWith('commit'))).toEqual(['commit 2']);
    expect(events.seen.filter(s => s.name === 'problemOccurred')).toHaveLength(2);
  });

  it('ends the consumer, without a retry, when the store is beyond help', async () => {
    const fatal = Object.assign(new Error('aborted'), { failure: 'fatal' });
    const { handle, assignment } = setUp(() => Promise.reject(fatal));
    const { payload } = payloadOf(0, 1);
    await expect(handle(payload)).rejects.toMatchObject({ retriable: false, cause: fatal });
    expect(assignment.partitions).toEqual([]);
  });

  it('reads the batch again when the commit failed, and takes the partition for lost when it was fenced', async () => {
    const closed = new Error('connection closed');
    const first = payloadOf(0, 1);
    first.failCommit(Object.assign(closed, { name: 'KafkaJSConnectionClosedError' }));
    const one = setUp(async () => {});
    await expect(one.handle(first.payload)).rejects.toBe(closed);
    expect(one.offsets.next('t/0')).toBeNull();
    expect(one.assignment.partitions).toEqual(['t/0']);
    const second = payloadOf(0, 1);
    second.failCommit(createErrorFromCode(22));
    const two = setUp(async () => {});
    await expect(two.handle(second.payload)).rejects.toMatchObject({ type: 'ILLEGAL_GENERATION' });
    expect(two.assignment.partitions).toEqual([]);
  });
});
