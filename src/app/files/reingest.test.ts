import { describe, expect, it } from 'vitest';
import { createDecoder } from '../../decode/decoder.ts';
import type { Progress } from '../../domain/record.ts';
import { createManualClock } from '../../lib/clock.ts';
import { createReingest, type ReingestDeps } from './reingest.ts';

/** Over records of one partition in memory; what is stored is their offsets. */
const day = 86_400_000;
const now = Date.UTC(2026, 11, 31);
const request = { source: 's', model: '', from: now - 40 * day, to: now };

function world(of: { readonly ages: readonly number[]; readonly low?: number; readonly high?: number }) {
  const clock = createManualClock(now);
  const times = of.ages.map(age => now - age * day);
  const rows = new Set(times.keys());
  const log: string[] = [];
  const notes = new Map<string, Progress & { readonly at: number }>();
  const low = of.low ?? 0;
  const high = of.high ?? times.length;
  const offsetsAt = (range: { readonly first: number; readonly last: number }) =>
    [...rows].filter(offset => offset >= range.first && offset <= range.last);
  let onRead = async (): Promise<void> => undefined;
  const deps: ReingestDeps = {
    open: async () => ({
      cluster: 'c',
      held: async from => {
        const since = Math.max(
          low,
          times.findIndex(time => time >= from),
        );
        return [{ topic: 't', partition: 0, low, high, since, until: high }];
      },
      read: async (ranges, take) => {
        await onRead();
        for (const { first, last } of ranges)
          for (let offset = first; offset <= last; offset++) {
            const value = { id: String(offset), model: 'm', time: times[offset]!, prediction: 1 };
            const body = Buffer.from(JSON.stringify(value));
            const position = `c/t/0/${offset}`;
            await take([{ source: 's', position, fallbackId: position, time: times[offset]!, body }]);
          }
      },
      close: async () => undefined,
    }),
    positions: {
      ranges: async ({ from, to }) => {
        const found = [...rows].filter(offset => times[offset]! >= from && times[offset]! < to);
        const [first, last] = [Math.min(...found), Math.max(...found)];
        return found.length === 0 ? [] : [{ prefix: 'c/t/0/', first, last, rows: found.length }];
      },
      count: async ({ range }) => ({ rows: offsetsAt(range).length, labels: 0, rejects: 0 }),
      ages: async ({ range, before }) => {
        const found = offsetsAt(range);
        const old = found.filter(offset => times[offset]! < before);
        const oldest = found.length === 0 ? null : Math.min(...found.map(offset => times[offset]!));
        return { oldest, old: old.length, last: Math.max(0, ...old) };
      },
      latestBefore: async ({ position, from }) => {
        const found = [...rows].filter(offset => offset < position && times[offset]! >= from);
        return found.length === 0 ? null : Math.max(...found.map(offset => times[offset]!));
      },
      remove: async ({ range }) => {
        log.push(`removed ${range.first}-${range.last}`);
        for (const offset of offsetsAt(range)) rows.delete(offset);
      },
      keptRejects: async () => [],
      removeRejects: async () => undefined,
    },
    progress: {
      all: async () => [...notes.values()],
      write: async (list, at) => list.forEach(row => notes.set(row.partition, { ...row, at })),
    },
    storeNow: async () => clock.now(),
    clock,
    rawDays: 30,
    decoders: { of: () => createDecoder({}) },
    intake: {
      write: async ({ outcomes }) => {
        const stored = outcomes.flatMap(o => (o.kind === 'inference' ? [Number(o.inference.id)] : []));
        for (const offset of stored) rows.add(offset);
        return { stored: stored.length, labels: 0, refused: [] };
      },
    },
  };
  const reingest = createReingest(deps);
  const run = (asked = request) =>
    reingest.run(asked, { signal: new AbortController().signal, progress: () => undefined });
  return {
    reingest,
    run,
    rows,
    log,
    notes,
    clock,
    reading: (work: () => Promise<void>) => {
      onRead = work;
    },
  };
}

describe('rows that are older than decoding takes them', () => {
  it('are not removed; what can be read again is named, and is read', async () => {
    const { reingest, run, rows, log } = world({ ages: [32, 31, 29, 28] });
    const refused = expect.objectContaining({
      code: 'LW_REINGEST_REFUSED',
      message: expect.stringMatching(
        /offset 1: 2 rows are older than retention\.rawDays, 30 days .*Available is --from 2026-11-30T00:00:00\.001Z .*Or raise retention\.rawDays first\.$/,
      ),
    });
    await expect(reingest.plan(request)).rejects.toEqual(refused);
    await expect(run()).rejects.toEqual(refused);
    expect(log).toEqual([]);
    expect(await run({ ...request, from: Date.parse('2026-11-30T00:00:00.001Z') })).toMatchObject({
      stored: 2,
      refused: 0,
    });
    expect(log).toEqual(['removed 2-3']);
    expect([...rows].sort()).toEqual([0, 1, 2, 3]);
  });

  it('when all of them are, nothing is offered but the retention', async () => {
    const { run, log } = world({ ages: [33, 32] });
    await expect(run()).rejects.toThrow('None of it is available. Or raise retention.rawDays first.');
    expect(log).toEqual([]);
  });

  it('those that grow too old while they are read are taken, and after a crash too', async () => {
    const { run, rows, clock, reading } = world({ ages: [29.9, 20] });
    reading(async () => {
      clock.advance(day);
      throw new Error('killed');
    });
    await expect(run()).rejects.toThrow('killed');
    expect(rows.size).toBe(0);
    reading(async () => clock.advance(day));
    expect(await run()).toMatchObject({ stored: 2, refused: 0, missing: [] });
    expect([...rows]).toEqual([0, 1]);
  });
});

describe('an interrupted run whose offsets the brokers dropped meanwhile', () => {
  it('reads what is there, says by number what is not, and is over', async () => {
    const { reingest, run, rows, log, notes } = world({ ages: [5, 4, 3, 2], low: 2 });
    const note = { source: 'reingest:s', partition: 'c/t/0', position: '0-5 ', watermark: 0, lag: 6 };
    notes.set('c/t/0', { ...note, at: now });
    // Of what was to be removed, offset 1 was not yet.
    for (const offset of [0, 2, 3]) rows.delete(offset);
    const missing = [
      { partition: 'c/t/0', first: 0, last: 1, rows: 1 },
      { partition: 'c/t/0', first: 4, last: 5, rows: 0 },
    ];
    expect(await reingest.plan(request)).toMatchObject({ missing, unfinished: true, records: 2 });
    expect(await run()).toMatchObject({ read: 2, stored: 2, missing });
    expect(log).toEqual(['removed 2-3']);
    expect([...rows].sort()).toEqual([1, 2, 3]);
    expect([...notes.values()].map(({ lag }) => lag)).toEqual([0]);
    expect(await run({ ...request, from: now - 3.5 * day })).toMatchObject({ missing: [] });
  });
});

it('while it runs the note says from which event time on windows are not read', async () => {
  const { run, notes, reading } = world({ ages: [9, 20, 8] });
  const seen: number[] = [];
  reading(async () => void seen.push(...[...notes.values()].map(({ watermark }) => watermark)));
  await run({ ...request, from: now - 10 * day });
  expect(seen).toEqual([now - 20 * day]);
});
