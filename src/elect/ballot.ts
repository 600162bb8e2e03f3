import { LeewayError } from '../lib/errors.ts';
import type { Election } from './election.ts';

/** An election among members of one process: the in-memory twin of the one through Kafka, for tests. */
export interface Ballot {
  /** A member that takes part once it is started. */
  member(): BallotMember;
  /** The number of the last term is lost, as when a group's offsets have expired. */
  forget(): void;
}

export interface BallotMember extends Election {
  /** As when its process is stopped for longer than the session: another leads, and this one has not heard of it. */
  freeze(): void;
  /** It runs again; it hears of the others when it asks. */
  thaw(): void;
}

interface Standing {
  /** What the member believes. */
  term: number | null;
  tenure: number;
  frozen: boolean;
}

/** Creates one. The member that takes part the longest leads. */
export function createBallot(): Ballot {
  const members: Standing[] = [];
  let terms = 0;
  let leader: Standing | null = null;
  const elect = () => {
    if (leader !== null && members.includes(leader) && !leader.frozen) return;
    leader = members.find(member => !member.frozen) ?? null;
    if (leader === null) return;
    leader.term = ++terms;
    leader.tenure++;
  };
  const leave = (standing: Standing) => {
    const at = members.indexOf(standing);
    if (at >= 0) members.splice(at, 1);
    elect();
  };
  return {
    forget: () => {
      terms = 0;
    },
    member: () => {
      const standing: Standing = { term: null, tenure: 0, frozen: false };
      return {
        shared: true,
        get term() {
          return standing.term;
        },
        get tenure() {
          return standing.tenure;
        },
        get sentence() {
          return standing.term === null ? 'follows' : `leads in term ${standing.term}`;
        },
        start: async () => {
          members.push(standing);
          elect();
        },
        prove: async () => {
          if (leader === standing) return;
          standing.term = null;
          throw new LeewayError('LW_NOT_LEADER', 'another member leads');
        },
        stop: async () => {
          standing.term = null;
          leave(standing);
        },
        freeze: () => {
          standing.frozen = true;
          elect();
        },
        thaw: () => {
          standing.frozen = false;
          elect();
        },
      };
    },
  };
}
