import { describe, expect, it } from 'vitest';
import { createGaps } from './gaps.ts';

function start(offsets: Readonly<Record<number, string>>, low = '40') {
  const admin = {
    fetchOffsets: async () => [
      {
        topic: 't',
        partitions: Object.entries(offsets).map(([partition, offset]) => ({
          partition: Number(partition),
          offset,
          metadata: null,
        })),
      },
    ],
    fetchTopicOffsets: async () => [{ partition: 0, offset: '99', high: '99', low }],
  };
  return createGaps({ admin, group: 'g', topics: ['t'] });
}

describe('the gap that retention has left', () => {
  it('reaches from the committed offset to the earliest there is', async () => {
    const gaps = start({ 0: '15' });
    gaps.joined();
    expect(await gaps.measure('t', 0, null)).toEqual({ from: 15n, to: 40n });
  });

  it('begins where reading stood when it had begun', async () => {
    const gaps = start({ 0: '15' });
    gaps.joined();
    expect(await gaps.measure('t', 0, 38n)).toEqual({ from: 38n, to: 40n });
  });

  it('is not known of an offset beyond the end, of one never committed, and before the first join', async () => {
    const beyond = start({ 0: '500' });
    beyond.joined();
    expect(await beyond.measure('t', 0, null)).toBeNull();
    const never = start({ 0: '-1' });
    never.joined();
    expect(await never.measure('t', 0, null)).toBeNull();
    expect(await start({ 0: '15' }).measure('t', 0, null)).toBeNull();
  });

  it('is not known when the brokers do not answer', async () => {
    const away = () => Promise.reject(new Error('away'));
    const gaps = createGaps({
      admin: { fetchOffsets: away, fetchTopicOffsets: away },
      group: 'g',
      topics: ['t'],
    });
    gaps.joined();
    expect(await gaps.measure('t', 0, null)).toBeNull();
    expect(await gaps.measure('t', 0, 3n)).toBeNull();
  });
});
