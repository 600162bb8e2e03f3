import { describe, expect, it } from 'vitest';
import { createRecordedEvents } from '../../lib/events.ts';
import { beginTerm } from './control-begin.ts';
import { createHolding } from './control-hold.ts';

const session = 9_000;

function start() {
  const time = { monotonic: 0, wall: 1_000_000 };
  const events = createRecordedEvents();
  const holding = createHolding({ by: 'a:1', sessionTimeout: session, watch: () => ({ ...time }), events });
  const pass = (milliseconds: number) => {
    time.monotonic += milliseconds;
    time.wall += milliseconds;
  };
  const begin = (readTerm: () => Promise<number>) =>
    beginTerm({ holding, readTerm, sessionTimeout: session });
  return { holding, pass, begin };
}

const broken = () => Promise.reject(new Error('not authorized'));

describe('beginning a term', () => {
  it.each(['the last term', 'the first commit'])('gives up after three sessions without %s', async what => {
    const { holding, pass, begin } = start();
    holding.taken(what === 'the first commit' ? broken : async () => undefined);
    const readTerm = what === 'the last term' ? broken : async () => 4;
    pass(3 * session - 1);
    expect(await begin(readTerm)).toContain('not authorized');
    pass(1);
    await expect(begin(readTerm)).rejects.toMatchObject({
      code: 'LW_ELECTION_AWAY',
      message: expect.stringContaining('not authorized') as string,
    });
  });

  it('goes on when it succeeds at last, and each time it begins is told from the others', async () => {
    const { holding, pass, begin } = start();
    holding.taken(async () => undefined);
    pass(2 * session);
    expect(await begin(broken)).toContain('not authorized');
    expect(await begin(async () => 4)).toBe('');
    expect([holding.term, holding.tenure, holding.beginningFor]).toEqual([5, 1, 0]);
    holding.lost('another process leads');
    holding.taken(async () => undefined);
    expect(holding.beginningFor).toBe(0);
    expect(await begin(async () => 4)).toBe('');
    expect([holding.term, holding.tenure]).toEqual([5, 2]);
  });
});
