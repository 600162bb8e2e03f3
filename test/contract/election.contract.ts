import { expect, it } from 'vitest';
import type { Election } from '../../src/elect/election.ts';

/** What the contract is run against. */
export interface ElectionGround {
  /** A member of one and the same election, not started. */
  readonly member: () => Election;
  /** Waits until something holds. */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
}

const leaders = (members: readonly Election[]) => members.filter(({ term }) => term !== null);
const followed = { code: 'LW_NOT_LEADER' };

/** What every election that is shared must do. `open` makes a new one. */
export function electionContract(open: () => ElectionGround): void {
  const started = async (ground: ElectionGround, count: number) => {
    const members = Array.from({ length: count }, () => ground.member());
    for (const member of members) {
      await member.start();
      await ground.until('somebody leads', () => leaders(members).length === 1);
    }
    return members;
  };
  const stopAll = async (members: readonly Election[]) => {
    for (const member of members) await member.stop();
  };

  it('lets one member lead, and the others know that they do not', async () => {
    const ground = open();
    const members = await started(ground, 3);
    await ground.until('one leads', () => leaders(members).length === 1);
    const leader = leaders(members)[0]!;
    await leader.prove();
    expect(leader.shared).toBe(true);
    expect(leader.sentence).toContain('leads');
    for (const member of members) {
      if (member !== leader) await expect(member.prove()).rejects.toMatchObject(followed);
      if (member !== leader) await ground.until('it follows', () => member.sentence.includes('follows'));
    }
    await stopAll(members);
    expect(leaders(members)).toEqual([]);
  });

  it('proves nothing before it has begun and after it has ended', async () => {
    const ground = open();
    const member = ground.member();
    await expect(member.prove()).rejects.toMatchObject(followed);
    await member.start();
    await ground.until('it leads', () => member.term !== null);
    await member.prove();
    await member.stop();
    await member.stop();
    expect(member.term).toBeNull();
    await expect(member.prove()).rejects.toMatchObject(followed);
  });

  it('has another member lead when the leader leaves, in a later term', async () => {
    const ground = open();
    const [first, second] = (await started(ground, 2)) as [Election, Election];
    await ground.until('the first leads', () => first.term !== null);
    const term = first.term!;
    await first.stop();
    await ground.until('the second leads', () => second.term !== null);
    expect(second.term).toBeGreaterThan(term);
    await second.prove();
    await expect(first.prove()).rejects.toMatchObject(followed);
    await second.stop();
  });

  it('leaves the lead where it is when others join and leave', async () => {
    const ground = open();
    const [first] = (await started(ground, 1)) as [Election];
    for (let round = 0; round < 2; round++) {
      const other = ground.member();
      await other.start();
      await ground.until('the other has joined', () => other.sentence.includes('follows'));
      await ground.until('the first leads on', () => first.term !== null);
      await first.prove();
      await other.stop();
      await ground.until('the first leads still', () => first.term !== null);
    }
    await first.stop();
  });
}
