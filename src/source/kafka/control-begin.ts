import { LeewayError } from '../../lib/errors.ts';
import type { Holding } from './control-hold.ts';
import { kafkaFailureText } from './failures.ts';

export interface Beginning {
  readonly holding: Pick<Holding, 'begin' | 'beginningFor'>;
  /** The term of the last leader, from the brokers. */
  readonly readTerm: () => Promise<number>;
  /** Milliseconds. */
  readonly sessionTimeout: number;
}

/** The first commit of a term must succeed within so many sessions; then the partition is left to another process. */
const sessionsAtMost = 3;

/**
 * Tries to begin a term. Resolves with the reason when that failed and may be tried again, '' otherwise. Throws
 * LW_ELECTION_AWAY when it has failed for too long: the heartbeats alone would keep the partition from everybody else.
 */
export async function beginTerm({ holding, readTerm, sessionTimeout }: Beginning): Promise<string> {
  try {
    await holding.begin(await readTerm());
    return '';
  } catch (error) {
    const reason = kafkaFailureText(error);
    if (holding.beginningFor < sessionsAtMost * sessionTimeout) return reason;
    throw new LeewayError(
      'LW_ELECTION_AWAY',
      `was to lead and could not begin its term in ${sessionsAtMost} sessions: ${reason}`,
      error,
    );
  }
}
