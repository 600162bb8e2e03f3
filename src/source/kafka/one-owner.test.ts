import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { chooseOwner, oneOwner } from './one-owner.ts';

describe('who owns the control partition', () => {
  it('is whoever led last, so that others may come and go', () => {
    const candidates = [
      { memberId: 'a', term: 0 },
      { memberId: 'c', term: 4 },
      { memberId: 'b', term: 3 },
    ];
    expect(chooseOwner(candidates)).toBe('c');
  });

  it('is the first by name when nobody has led, whatever the order', () => {
    const candidates = [
      { memberId: 'b', term: 0 },
      { memberId: 'a', term: 0 },
    ];
    expect(chooseOwner(candidates)).toBe('a');
    expect(chooseOwner([...candidates].reverse())).toBe('a');
    expect(chooseOwner([])).toBeNull();
  });

  it('is told by each member when it joins, and gets partition 0 alone', async () => {
    const { MemberAssignment } = kafkajs.AssignerProtocol;
    const config = { groupId: 'g' } as unknown as Parameters<ReturnType<typeof oneOwner>>[0];
    const member = (memberId: string, term: number) => ({
      memberId,
      memberMetadata: oneOwner(() => term)(config).protocol({ topics: ['control'] }).metadata,
    });
    const members = [member('a', 0), member('b', 12), member('c', 9)];
    const assigned = await oneOwner(() => 0)(config).assign({ members, topics: ['control'] });
    expect(assigned.map(({ memberId }) => memberId)).toEqual(['b']);
    expect(MemberAssignment.decode(assigned[0]!.memberAssignment)?.assignment).toEqual({ control: [0] });
  });
});
