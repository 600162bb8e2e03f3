import type { JudgedWindow } from '../domain/finding.ts';
import type { LiveState, Memory } from './memory.ts';
import { type Policy, tells } from './policy.ts';
import type { DecisionReason } from './reasons.ts';

/** A change of the alert; with (policy, model, environment, episode) its kind gives the transition's id. */
export interface Change {
  readonly kind:
    | 'opened'
    | 'resolved'
    | 'announced-firing'
    | 'announced-ok'
    | 'pending'
    | 'passed'
    | 'extended'
    | 'reminded'
    | 'paused'
    | 'resumed';
  readonly from: LiveState | 'paused';
  readonly to: LiveState | 'paused';
  readonly notify: boolean;
  /** Of an end that is told later, the episode that it ends; the present one unless told. */
  readonly episode?: number;
}

export interface Decision {
  /** The next memory; holds the transition's own step already. */
  readonly memory: Memory;
  readonly transition: Change | null;
  readonly reason: DecisionReason;
  /** Something had to be told before the window could be decided on: decide on it again. */
  readonly again: boolean;
  /** Whether the window pages and the episode is open after it: orders are thought of then. */
  readonly pages: boolean;
}

/** What a decision depends on besides the window. */
export interface DecisionContext {
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Newest promotion of a baseline at or before the window's end, epoch milliseconds; null when there was none. */
  readonly promotion: number | null;
  /** Whether a finding is silenced now; nothing is unless told. */
  readonly silenced?: (check: string, subject: string) => boolean;
  /** Whether the policy is paused, and whether somebody has taken the open episode on. */
  readonly paused?: boolean;
  readonly acknowledged?: boolean;
  /** Whether a window of this end (epoch seconds) cannot have been yet: the clock was ahead, and is so no more. */
  readonly ahead?: (end: number) => boolean;
}

/** What is known while one window is decided on. */
export interface Situation {
  readonly window: JudgedWindow;
  readonly end: number;
  readonly policy: Policy;
  readonly context: DecisionContext;
  /** Whether the window is recent enough to tell anybody. */
  readonly recent: boolean;
  /** Whether the same window was decided on before: late data, as a rule. */
  readonly late: boolean;
}

/** What is told is noted even where the policy tells nobody: orders follow the same rules. */
export function changed(
  memory: Memory,
  here: Pick<Situation, 'policy' | 'context'>,
  transition: Change,
  reason: DecisionReason,
): Decision {
  const tell = transition.notify;
  const announced = tell ? (transition.to === 'firing' ? 'firing' : 'ok') : memory.announced;
  const told = tell ? here.context.now : memory.told;
  const toldEpisode = tell && announced === 'firing' ? memory.episode : memory.toldEpisode;
  const notify = tell && tells(here.policy);
  const next: Memory = { ...memory, announced, told, toldEpisode, step: memory.step + 1 };
  return { memory: next, transition: { ...transition, notify }, reason, again: false, pages: false };
}

/** Nothing changes. */
export function quiet(memory: Memory, reason: DecisionReason): Decision {
  return { memory, transition: null, reason, again: false, pages: false };
}

/** The state, paused or not. */
export function live(memory: Memory): LiveState {
  return memory.state === 'paused' ? memory.before : memory.state;
}
