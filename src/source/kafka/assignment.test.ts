import { describe, expect, it } from 'vitest';
import { createAssignment } from './assignment.ts';

describe('assignment', () => {
  it('holds only what was assigned', () => {
    const assignment = createAssignment(() => {});
    expect(assignment.hold('t/0')).toBeNull();
    assignment.joined(['t/0']);
    expect(assignment.hold('t/0')?.signal.aborted).toBe(false);
    expect(assignment.hold('t/1')).toBeNull();
  });

  it('aborts what was held when it is lost, and holds nothing until the next join', () => {
    const gone: (readonly string[])[] = [];
    const assignment = createAssignment(partitions => gone.push(partitions));
    assignment.joined(['t/0', 't/1']);
    const hold = assignment.hold('t/0')!;
    assignment.lost(new Error('REBALANCE_IN_PROGRESS'));
    assignment.lost(new Error('again'));
    expect((hold.signal.reason as Error).message).toBe('REBALANCE_IN_PROGRESS');
    expect(assignment.hold('t/0')).toBeNull();
    expect(gone).toEqual([['t/0', 't/1']]);
  });

  it('does not carry a hold over a join, even when the partition comes back', () => {
    const assignment = createAssignment(() => {});
    assignment.joined(['t/0']);
    const before = assignment.hold('t/0')!;
    assignment.joined(['t/0']);
    expect(before.signal.aborted).toBe(true);
    expect(assignment.hold('t/0')?.signal.aborted).toBe(false);
  });
});
