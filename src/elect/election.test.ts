import { describe, expect, it } from 'vitest';
import { electionContract } from '../../test/contract/election.contract.ts';
import { createBallot } from './ballot.ts';
import { alone } from './election.ts';

describe('the in-memory election', () => {
  electionContract(() => {
    const ballot = createBallot();
    return {
      member: ballot.member,
      until: async (what, holds) => expect(holds(), what).toBe(true),
    };
  });

  it('tells a member that was frozen when it asks, not before', async () => {
    const ballot = createBallot();
    const [first, second] = [ballot.member(), ballot.member()];
    await first.start();
    await second.start();
    first.freeze();
    expect([first.term, second.term]).toEqual([1, 2]);
    first.thaw();
    expect(first.term).toBe(1);
    await expect(first.prove()).rejects.toMatchObject({ code: 'LW_NOT_LEADER' });
    expect(first.term).toBeNull();
    await second.prove();
    await second.stop();
    expect(first.term).toBe(3);
  });
});

it('a process that is alone leads without asking anybody', async () => {
  await alone.start();
  await alone.prove();
  expect(alone).toMatchObject({ term: 1, shared: false });
});
