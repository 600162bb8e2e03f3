import { LeewayError } from '../lib/errors.ts';

/**
 * Which of several processes does the scheduled work. At most one holds a term at a time as far as that can be known:
 * a process that was stopped believes in its term until it asks. So it asks (`prove`) before each thing that matters.
 */
export interface Election {
  /** Takes part from now on; does not wait for the outcome. */
  start(): Promise<void>;
  /** Number of the term this process leads in, as far as it knows without asking; null while it follows. */
  readonly term: number | null;
  /**
   * Counts the times this process has begun to lead. The number of a term may come again, when the brokers have
   * forgotten the last one; this one tells the two apart.
   */
  readonly tenure: number;
  /** Whether another process may lead. */
  readonly shared: boolean;
  /** Where things stand, as a sentence. */
  readonly sentence: string;
  /**
   * Resolves when this process is known to lead still: what is done within a moment of it cannot meet the work of
   * another leader. Rejects with LeewayError LW_NOT_LEADER otherwise.
   */
  prove(): Promise<void>;
  /** Takes part no more; another process leads at once. Idempotent. */
  stop(): Promise<void>;
}

/** The election of a process that is alone: with the embedded engine the lock of the data directory has decided. */
export const alone: Election = {
  start: () => Promise.resolve(),
  term: 1,
  tenure: 1,
  shared: false,
  sentence: 'leads: there is no other process',
  prove: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

/** The election as a process has it that only takes in: others lead. */
export const absent: Election = {
  start: () => Promise.resolve(),
  term: null,
  tenure: 0,
  shared: true,
  sentence: 'takes no part: this process only takes in',
  prove: () =>
    Promise.reject(
      new LeewayError('LW_NOT_LEADER', 'this process takes no part in the election: it only takes in'),
    ),
  stop: () => Promise.resolve(),
};
