import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOffsets, type Ticket } from './offsets.ts';

describe('offsets', () => {
  it('commits one past the last record of a stored batch', () => {
    const offsets = createOffsets();
    const ticket = offsets.begin('a', 9n);
    expect(offsets.next('a')).toBeNull();
    expect(offsets.finish(ticket)).toBe(10n);
    expect(offsets.next('a')).toBe(10n);
  });

  it('holds back a batch that finished before its predecessor, then commits both at once', () => {
    const offsets = createOffsets();
    const first = offsets.begin('a', 9n);
    const second = offsets.begin('a', 19n);
    expect(offsets.finish(second)).toBeNull();
    expect(offsets.finish(first)).toBe(20n);
  });

  it('gives nothing for a ticket from before the partition was lost', () => {
    const offsets = createOffsets();
    const old = offsets.begin('a', 9n);
    offsets.drop('a');
    const again = offsets.begin('a', 9n);
    expect(offsets.finish(old)).toBeNull();
    expect(offsets.finish(again)).toBe(10n);
    expect(offsets.finish(again)).toBeNull();
  });

  it('lets markers move the position only when no batch is out', () => {
    const offsets = createOffsets();
    offsets.pass('a', 4n);
    expect(offsets.next('a')).toBe(5n);
    const ticket = offsets.begin('a', 9n);
    offsets.pass('a', 11n);
    expect(offsets.next('a')).toBe(5n);
    offsets.finish(ticket);
    expect(offsets.next('a')).toBe(10n);
  });

  /** What it must be equal to: for each partition, all batches since the last loss with a flag. */
  interface Model {
    batches: { last: bigint; done: boolean }[];
    committed: bigint;
  }
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('begin' as const),
        partition: fc.nat(2),
        size: fc.integer({ min: 1, max: 50 }),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('finish' as const), pick: fc.nat(1000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), partition: fc.nat(2) }) },
  );

  it('agrees with a naive model whatever the order: commits rise and never pass an unstored batch', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), steps => {
        const offsets = createOffsets();
        const models: Model[] = [0, 1, 2].map(() => ({ batches: [], committed: 0n }));
        const open: { ticket: Ticket; model: Model; entry: { last: bigint; done: boolean } }[] = [];
        for (const s of steps) {
          if (s.kind === 'begin') {
            const model = models[s.partition]!;
            const last = (model.batches.at(-1)?.last ?? -1n) + BigInt(s.size);
            const entry = { last, done: false };
            model.batches.push(entry);
            open.push({ ticket: offsets.begin(String(s.partition), last), model, entry });
          } else if (s.kind === 'drop') {
            offsets.drop(String(s.partition));
            models[s.partition] = { batches: [], committed: 0n };
          } else if (open.length > 0) {
            const { ticket, model, entry } = open.splice(s.pick % open.length, 1)[0]!;
            const lost = !models.includes(model);
            entry.done = true;
            const stored = model.batches.findIndex(b => !b.done);
            const run = stored === -1 ? model.batches : model.batches.slice(0, stored);
            const expected = (run.at(-1)?.last ?? -1n) + 1n;
            const commit = offsets.finish(ticket);
            if (lost || expected === model.committed) expect(commit).toBeNull();
            else {
              expect(commit).toBe(expected);
              expect(expected > model.committed).toBe(true);
              model.committed = expected;
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
