import kafkajs, { type PartitionAssigner } from 'kafkajs';

/** A member of a group as it shows itself when it joins. */
export interface Candidate {
  readonly memberId: string;
  /** Last term it led in and has not lost, as far as it knows; 0 for none. */
  readonly term: number;
}

/** Who owns the one partition: whoever did, so that joins of others change nothing; else the first by name. */
export function chooseOwner(candidates: readonly Candidate[]): string | null {
  const order = [...candidates].sort((a, b) => b.term - a.term || (a.memberId < b.memberId ? -1 : 1));
  return order[0]?.memberId ?? null;
}

/** Gives partition 0 of the first topic to one member of the group. `term` is told to whoever decides. */
export function oneOwner(term: () => number): PartitionAssigner {
  const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;
  const name = 'LeewayOneOwner';
  return () => ({
    name,
    version: 0,
    protocol: ({ topics }) => ({
      name,
      metadata: MemberMetadata.encode({ version: 0, topics, userData: Buffer.from(String(term())) }),
    }),
    assign: async ({ members, topics }) => {
      const owner = chooseOwner(
        members.map(({ memberId, memberMetadata }) => ({
          memberId,
          term: Number(MemberMetadata.decode(memberMetadata)?.userData.toString() ?? 0) || 0,
        })),
      );
      if (owner === null || topics[0] === undefined) return [];
      const assignment = { [topics[0]]: [0] };
      return [
        {
          memberId: owner,
          memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
        },
      ];
    },
  });
}
