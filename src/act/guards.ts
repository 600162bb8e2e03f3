import type { Order, OrderKind } from '../domain/order.ts';
import type { Refusal } from '../domain/refusal.ts';
import { iso } from './links.ts';
import type { Memory } from './memory.ts';
import type { Turn } from './ports.ts';

/** Bounds of one kind of order, as configured; times in milliseconds. */
export interface Rails {
  readonly cooldown: number;
  readonly perDay: number;
  readonly per30Days: number;
  readonly leastRows: number;
  readonly leastLabels: number;
  /** Paging windows of an episode before a policy orders. */
  readonly windows: number;
  readonly timeout: number;
}

export interface GuardState {
  readonly kind: OrderKind;
  /** Run's clock as of what asks, epoch milliseconds. */
  readonly now: number;
  /** What the run's clock shows by now, where that is later: a replay asks as of its windows. */
  readonly present?: number;
  readonly rails: Rails;
  /** Last turn of the global stop. */
  readonly stopped: Turn | null;
  /** The episode that asks; null where a calendar, a person or another system does: what is found is then no reason. */
  readonly episode: Pick<Memory, 'remedial' | 'calibrated' | 'pagingWindows'> | null;
  /** Whether the kind is what the policy names, or what follows a retraining that did not help. */
  readonly insisted: boolean;
  /** Why the data of the stream are in doubt. */
  readonly doubts: readonly string[];
  /** Rows and labels that a training would see for the first time. */
  readonly newRows: number;
  readonly newLabels: number;
  /** Another order of the model that has not come to an end. */
  readonly inFlight: Pick<Order, 'id' | 'state'> | null;
  /** When orders of this kind were cleared for sending, run's clock, ascending. */
  readonly requested: readonly number[];
}

export interface Refused {
  readonly reason: Refusal;
  readonly detail: string;
}

const day = 86_400_000;

/** A rail: what it says against the order, or null. */
type Rail = (state: GuardState) => string | null;

/**
 * The guard rails, in the order in which they are looked at: nothing is stopped, training must be able to help, what was
 * found must be trusted, the data must not be in doubt, there must be something to learn from, one order at a time, and
 * not too often.
 */
export const rails: readonly (readonly [Refusal, Rail])[] = [
  ['stopped', ({ stopped }) => (stopped?.on ? stopSentence(stopped) : null)],
  [
    'not-model-drift',
    ({ kind, episode, insisted }) =>
      episode === null || insisted || kind === 'rebuild' || episode.remedial
        ? null
        : 'what was found is not remedied by retraining',
  ],
  [
    'not-calibrated',
    ({ kind, episode }) =>
      episode === null || kind === 'rebuild' || !episode.remedial || episode.calibrated
        ? null
        : 'the noise of the stream is not known well enough yet: 28 days of history are needed',
  ],
  [
    'too-few-windows',
    ({ episode, rails: { windows } }) =>
      episode === null || episode.pagingWindows >= windows || windows <= 1
        ? null
        : `${episode.pagingWindows} of ${windows} paging windows`,
  ],
  ['blind', ({ doubts }) => (doubts.includes('blind') ? 'not all data could be read' : null)],
  [
    'data-quality',
    state => {
      // A longer window still holds rows from before the field went: there it is missing in part.
      const isGone = (doubt: string) =>
        doubt.startsWith('missing ') && state.doubts.includes(doubt.replace('missing', 'schema'));
      const doubts = state.doubts.filter(
        doubt => forbids(state.kind, doubt) && (state.kind === 'retrain' || !isGone(doubt)),
      );
      return doubts.length === 0 ? null : `data in doubt: ${doubts.slice(0, 5).join(', ')}`.slice(0, 250);
    },
  ],
  [
    'too-few-rows',
    ({ newRows, rails: { leastRows } }) =>
      newRows >= leastRows ? null : `${newRows} of ${leastRows} new rows`,
  ],
  [
    'too-few-labels',
    ({ newLabels, rails: { leastLabels } }) =>
      newLabels >= leastLabels ? null : `${newLabels} of ${leastLabels} new labels`,
  ],
  ['in-flight', ({ inFlight }) => (inFlight === null ? null : `order ${inFlight.id} is ${inFlight.state}`)],
  ['cooldown', state => earliest(state, 1, state.rails.cooldown)],
  ['limit-day', state => earliest(state, state.rails.perDay, day)],
  ['limit-30-days', state => earliest(state, state.rails.per30Days, 30 * day)],
];

/** Their names, in this order. */
export const refusals: readonly Refusal[] = rails.map(([name]) => name);

/** The first rail that holds an order back; null when it may go out. */
export function refusalOf(state: GuardState): Refused | null {
  for (const [reason, rail] of rails) {
    const detail = rail(state);
    if (detail !== null) return { reason, detail };
  }
  return null;
}

/** Fields that vanished or changed their type are what a rebuild is for; what is missing or blind forbids it as well. */
export function forbids(kind: OrderKind, doubt: string): boolean {
  return kind === 'retrain' || !/^(schema|mismatch)\b/.test(doubt);
}

/**
 * Null when fewer than `most` orders lie within `span`; else when the next one is possible. An order that lies further
 * in the future than that was given while the clock was ahead, and would hold back until then; a nearer one counts, so
 * that a clock that is set back gets no more orders out.
 */
function earliest({ requested, now, present = now }: GuardState, most: number, span: number): string | null {
  const within = requested.filter(at => at > now - span && at < Math.max(now, present) + span);
  if (within.length < most) return null;
  const next = within[within.length - most]! + span;
  return `${within.length === 1 ? 'one order' : `${within.length} orders`} within ${span / 3_600_000} h; the next is possible from ${iso(next)}`;
}

function stopSentence({ by, at, reason }: Turn): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return `retraining is stopped since ${iso(at)} by ${by}${why}`.slice(0, 250);
}
