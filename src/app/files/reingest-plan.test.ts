import { describe, expect, it } from 'vitest';
import { clip, lostMeanwhile, planRanges } from './reingest-plan.ts';

const held = (changes: Partial<Parameters<typeof planRanges>[1][number]> = {}) => ({
  topic: 't',
  partition: 0,
  low: 0,
  high: 100,
  since: 20,
  until: 40,
  ...changes,
});
const range = (first: number, last: number) => ({ prefix: 'c/t/0/', topic: 't', partition: 0, first, last });
const stored = (first: number, last: number, prefix = 'c/t/0/') => ({
  prefix,
  first,
  last,
  rows: last - first + 1,
});

describe('which offsets are read again', () => {
  it.each([
    ['records of the time that left no row', held(), [], [range(20, 39)]],
    ['rows whose records came earlier or later too', held(), [stored(10, 50)], [range(10, 50)]],
    [
      'rows alone where no record bears a time of it',
      held({ since: 100, until: 100 }),
      [stored(3, 4)],
      [range(3, 4)],
    ],
    ['nothing where there is neither', held({ since: 100, until: 100 }), [], []],
    ['nothing before what is there', held({ low: 30, since: 30 }), [], [range(30, 39)]],
    ['nothing behind the end', held({ high: 35, until: 35 }), [stored(25, 60)], [range(20, 34)]],
  ])('%s', (_, partition, rows, wanted) => {
    expect(planRanges('c', [partition], rows)).toEqual({ ranges: wanted, gone: [] });
  });

  it('rows that the brokers no longer hold, or of partitions that are not read, are named', () => {
    expect(planRanges('c', [held({ low: 15 })], [stored(10, 50), stored(1, 2, 'other/t/0/')])).toEqual({
      ranges: [],
      gone: [
        { prefix: 'c/t/0/', first: 10, low: 15 },
        { prefix: 'other/t/0/', first: 1, low: null },
      ],
    });
  });

  it('what an interrupted run is about does not stop the next one, and is read as far as it is there', () => {
    expect(planRanges('c', [held({ low: 15 })], [stored(10, 50)], [range(5, 60)])).toEqual({
      ranges: [range(15, 50)],
      gone: [],
    });
    expect(planRanges('c', [held({ low: 15 })], [stored(10, 50)], [range(12, 60)]).gone).toHaveLength(1);
    expect(planRanges('c', [], [stored(10, 50)], [range(5, 60)])).toEqual({ ranges: [], gone: [] });
  });

  it.each([
    ['the start', held({ low: 30 }), [range(30, 40)], [range(20, 29)]],
    ['the end', held({ high: 30 }), [range(20, 29)], [range(30, 40)]],
    ['all', held({ low: 41 }), [], [range(20, 40)]],
    ['nothing', held(), [range(20, 40)], []],
    ['the partition', held({ partition: 1 }), [], [range(20, 40)]],
  ])('%s of a range may be gone', (_, partition, readable, missing) => {
    expect(clip([partition], [range(20, 40)])).toEqual({ readable, missing });
  });

  it.each([
    ['dropped before it was read', held({ low: 30 }), 30, [range(20, 29)]],
    ['dropped before anything was read', held({ low: 35 }), null, [range(20, 34)]],
    ['dropped after it was read', held({ low: 30 }), 20, []],
    ['compacted', held(), 25, []],
  ])('an offset that was %s', (_, partition, first, lost) => {
    expect(lostMeanwhile([partition], [{ range: range(20, 40), first }])).toEqual(lost);
  });
});
