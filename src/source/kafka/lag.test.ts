import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../lib/clock.ts';
import { measureLag, notReadYet } from './lag.ts';
import { createOffsets } from './offsets.ts';

const end = (partition: number, low: number, high: number) => ({
  partition,
  offset: String(high),
  high: String(high),
  low: String(low),
});

describe('lag', () => {
  it('is counted from what was stored, else from what the group committed, else from the start of the log', async () => {
    const clock = createManualClock(1_000);
    const offsets = createOffsets();
    offsets.finish(offsets.begin('a/b.c/0', 49n));
    const asked: string[] = [];
    const lags = await measureLag(
      {
        source: 'kafka',
        cluster: 'x',
        group: 'g',
        clock,
        offsets,
        admin: {
          fetchTopicOffsets: async topic => {
            asked.push(topic);
            clock.advance(5_000);
            return [end(0, 0, 50), end(1, 0, 10), end(2, 7, 10), end(3, 0, 0), end(4, 6, 9), end(9, 0, 99)];
          },
          fetchOffsets: async () => [
            {
              topic: 'a/b.c',
              partitions: [
                { partition: 1, offset: '4', metadata: null },
                { partition: 2, offset: '-1', metadata: null },
                { partition: 3, offset: '0', metadata: null },
                { partition: 4, offset: '2', metadata: null },
              ],
            },
          ],
        },
      },
      ['a/b.c/0', 'a/b.c/1', 'a/b.c/2', 'a/b.c/3', 'a/b.c/4'],
    );
    expect(asked).toEqual(['a/b.c']);
    expect(lags.map(l => [l.partition, l.lag, l.position])).toEqual([
      ['x/a/b.c/0', 0, 'x/a/b.c/0/49'],
      ['x/a/b.c/1', 6, 'x/a/b.c/1/3'],
      ['x/a/b.c/2', 3, ''],
      ['x/a/b.c/3', 0, ''],
      // Retention has taken four records away: they are not waiting.
      ['x/a/b.c/4', 3, 'x/a/b.c/4/1'],
    ]);
    // The clock before the end was asked for: what is written meanwhile is not claimed to be read.
    expect(lags.every(l => l.at === 1_000)).toBe(true);
  });

  it('of partitions that were just joined is unknown, hence not 0', () => {
    expect(notReadYet({ source: 'kafka', cluster: 'x' }, ['a/0', 'b.c/1'])).toEqual([
      { source: 'kafka', partition: 'x/a/0', position: '', lag: 1, at: 0 },
      { source: 'kafka', partition: 'x/b.c/1', position: '', lag: 1, at: 0 },
    ]);
  });
});
