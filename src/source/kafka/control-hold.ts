import { LeewayError } from '../../lib/errors.ts';
import type { Events } from '../../lib/events.ts';
import { elapsed, type Moment, type Watch } from '../../lib/watch.ts';
import { noteOf } from './control-topic.ts';
import { kafkaAction, kafkaFailureText } from './failures.ts';

/** The owner's side of the election: what it holds, and how it asks whether it holds it still. */
export interface Holding {
  /** A join begins: what is held may be given to another. Returns the last term, 0 when another has led since. */
  joining(): number;
  /** The partition is ours; `commit` writes a note into the group, which the broker refuses from another generation. */
  taken(commit: Commit): void;
  /** It is not ours: another leads, or the membership has ended. */
  lost(reason: string): void;
  /** Commits the first note of a term after `last`. */
  begin(last: number): Promise<void>;
  /** As `Election.prove`. */
  prove(): Promise<void>;
  /** Asks even when the last answer is fresh; lets go when nothing was heard for a session. */
  renew(): Promise<void>;
  /** Whether the partition is ours and its term not committed yet. */
  readonly beginning: boolean;
  /** Milliseconds since the partition is ours and its term not committed; 0 otherwise. */
  readonly beginningFor: number;
  /** As `Election.tenure`. */
  readonly tenure: number;
  readonly term: number | null;
}

export type Commit = (note: string) => Promise<void>;

export interface HoldingDeps {
  /** Who this process is, for people. */
  readonly by: string;
  /** Milliseconds after which the broker gives the partition to another when it has heard nothing. */
  readonly sessionTimeout: number;
  readonly watch: Watch;
  readonly events: Pick<Events, 'leadershipChanged'>;
}

interface Owned {
  term: number | null;
  readonly since: Moment;
  /** When the last question was asked that was answered well. */
  proven: Moment;
  readonly commit: Commit;
  asking: Promise<void> | null;
}

/** What there is to know: the partition owned now, if any. */
interface State {
  readonly deps: HoldingDeps;
  owned: Owned | null;
  /** Last term it led in; a join that has to be repeated tells it again. */
  last: number;
  tenure: number;
}

/**
 * Creates it. An answer counts from the moment the question was asked, for a third of the session: until a whole session
 * has passed since then the broker gives the partition to nobody else, unless this member joins anew, and then it has
 * let go before. So a process that was stopped and woken asks again, and is told that it is not the leader.
 */
export function createHolding(deps: HoldingDeps): Holding {
  const state: State = { deps, owned: null, last: 0, tenure: 0 };
  return {
    joining: () => {
      letGo(state, 'the group is being joined anew');
      return state.last;
    },
    taken: commit => {
      letGo(state, 'the group was joined anew');
      const since = deps.watch();
      state.owned = { term: null, since, proven: since, commit, asking: null };
    },
    lost: reason => {
      letGo(state, reason);
      state.last = 0;
    },
    begin: async last => {
      const of = state.owned;
      if (of === null || of.term !== null) return;
      await ask(state, of, last + 1);
      of.term = last + 1;
      state.tenure++;
      state.last = of.term;
      deps.events.leadershipChanged({ leads: true, term: of.term, detail: deps.by });
    },
    prove: () => prove(state),
    renew: async () => {
      const of = state.owned;
      if (of === null || of.term === null) return;
      await askOnce(state, of, of.term).catch(() => undefined);
      if (state.owned === of && silence(state, of) >= deps.sessionTimeout)
        letGo(state, 'nothing was heard from the brokers');
    },
    get beginning() {
      return state.owned !== null && state.owned.term === null;
    },
    get beginningFor() {
      const { owned } = state;
      return owned === null || owned.term !== null ? 0 : elapsed(owned.since, deps.watch());
    },
    get tenure() {
      return state.tenure;
    },
    get term() {
      const { owned } = state;
      return owned !== null && silence(state, owned) < deps.sessionTimeout ? owned.term : null;
    },
  };
}

function letGo(state: State, reason: string): void {
  const term = state.owned?.term ?? null;
  state.owned = null;
  if (term !== null) state.deps.events.leadershipChanged({ leads: false, term, detail: reason });
}

function silence({ deps }: State, of: Owned): number {
  return elapsed(of.proven, deps.watch());
}

/** Has the broker confirm a term. */
async function ask(state: State, of: Owned, term: number): Promise<void> {
  const began = state.deps.watch();
  try {
    await of.commit(noteOf({ term, by: state.deps.by }));
  } catch (error) {
    const reason = kafkaFailureText(error);
    if (state.owned === of && kafkaAction(error) === 'rejoin') letGo(state, `another may lead: ${reason}`);
    throw notLeader(`the brokers did not confirm it: ${reason}`, error);
  }
  if (state.owned !== of) throw notLeader('the group was joined anew');
  of.proven = began;
}

/** Those who ask at the same time share the question. */
function askOnce(state: State, of: Owned, term: number): Promise<void> {
  of.asking ??= ask(state, of, term).finally(() => {
    of.asking = null;
  });
  return of.asking;
}

async function prove(state: State): Promise<void> {
  const of = state.owned;
  if (of === null || of.term === null) throw notLeader('another process leads, or none does at the moment');
  const isFresh = () => silence(state, of) < state.deps.sessionTimeout / 3;
  // The answer may have waited for a process that was stopped: then it is asked once more.
  for (let attempts = 0; !isFresh() && attempts < 2; attempts++) await askOnce(state, of, of.term);
  if (state.owned !== of || !isFresh()) throw notLeader('the brokers answer too slowly to be sure of it');
}

function notLeader(reason: string, cause?: unknown): LeewayError {
  return new LeewayError('LW_NOT_LEADER', `this process does not lead: ${reason}`, cause);
}
