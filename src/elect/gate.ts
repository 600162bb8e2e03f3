import { LeewayError } from '../lib/errors.ts';
import type { Election } from './election.ts';

/** What the scheduled work passes before each round. */
export interface Gate {
  /**
   * Whether this process may work now: it leads, and has taken over what the leader before it left. Rejects with what
   * taking over failed with; the next call tries again.
   */
  enter(): Promise<boolean>;
  /** The same as far as it is known without asking, for work beside the rounds. */
  readonly isOpen: boolean;
}

export interface GateDeps {
  readonly election: Pick<Election, 'term' | 'tenure' | 'shared' | 'prove'>;
  /** Reads from the store where the leader before left off. */
  readonly takeOver: () => Promise<void>;
}

/**
 * Creates it; it belongs to one chain of rounds. Among several processes it takes over twice: a statement of the leader
 * before may reach the store after the first time, but not after the first round has looked at what was judged.
 */
export function createGate({ election, takeOver }: GateDeps): Gate {
  /** The tenure it was done in. */
  let taken: number | null = null;
  let lookAgain = false;
  return {
    get isOpen() {
      return election.term !== null && election.tenure === taken;
    },
    enter: async () => {
      const { term, tenure } = election;
      if (term === null || !(await leads(election))) {
        taken = null;
        return false;
      }
      if (tenure !== taken || lookAgain) {
        const first = tenure !== taken;
        await takeOver();
        taken = tenure;
        lookAgain = first && election.shared;
      }
      return true;
    },
  };
}

/** Whether it leads, asked. */
async function leads(election: Pick<Election, 'prove'>): Promise<boolean> {
  try {
    await election.prove();
    return true;
  } catch (error) {
    if (isNotLeader(error)) return false;
    throw error;
  }
}

export function isNotLeader(error: unknown): boolean {
  return error instanceof LeewayError && error.code === 'LW_NOT_LEADER';
}
