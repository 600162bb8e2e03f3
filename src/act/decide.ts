import type { JudgedWindow } from '../domain/finding.ts';
import { emptyLength, type LengthMemory, type Memory } from './memory.ts';
import { isRemedial, type Policy } from './policy.ts';
import { evidenceOf, type Reading, readWindow } from './reading.ts';

/** Why a window did what it did: a closed list, because it becomes a column and a label. docs/webhooks.md explains. */
export const decisionReasons = [
  'opened',
  'resolved',
  'announced',
  'long-past',
  'still-firing',
  'held-by-hysteresis',
  'held-inconclusive',
  'held-by-other-window',
  'held-below-tolerance',
  'stable',
  'insufficient',
  'learning',
  'no-data',
  'blind',
  'failed',
  'window-before-activation',
  'out-of-order',
] as const;
export type DecisionReason = (typeof decisionReasons)[number];

/** A change of the alert; with (policy, model, environment, episode) its kind gives the transition's id. */
export interface Change {
  readonly kind: 'opened' | 'resolved' | 'announced-firing' | 'announced-ok';
  readonly from: 'ok' | 'firing';
  readonly to: 'ok' | 'firing';
  readonly notify: boolean;
}

export interface Decision {
  /** The next memory; holds the transition's own step already. */
  readonly memory: Memory;
  readonly transition: Change | null;
  readonly reason: DecisionReason;
}

export interface DecisionContext {
  /** Run's clock, epoch milliseconds. */
  readonly now: number;
  /** Newest promotion of a baseline at or before the window's end, epoch milliseconds; null when there was none. */
  readonly promotion: number | null;
}

/**
 * What one judged window does to one alert. Pure. Windows are folded in order of their ends; one that is older than
 * the last of its length is ignored, the same window judged again replaces what it said (unless a later window of
 * another length has ended its hold meanwhile).
 */
export function decide(
  memory: Memory,
  window: JudgedWindow,
  policy: Policy,
  context: DecisionContext,
): Decision {
  const end = window.windowStart + window.windowSeconds;
  const known = memory.lengths[window.windowSeconds] ?? emptyLength;
  if (end < known.lastEnd || (end === known.lastEnd && known.released))
    return { memory, transition: null, reason: 'out-of-order' };
  if (context.promotion !== null && window.windowStart * 1000 < context.promotion) {
    const next = withLength(memory, window, { ...known, lastEnd: end, doubts: [], released: false });
    return { memory: next, transition: null, reason: 'window-before-activation' };
  }
  const reading = readWindow(window, policy);
  if (reading.status === 'none') {
    const next = withLength(memory, window, {
      ...known,
      lastEnd: end,
      doubts: reading.doubts,
      released: false,
    });
    return { memory: next, transition: null, reason: reading.inconclusive };
  }
  const holding = applyReading(lapsed(memory, end, policy), window, reading, context.promotion);
  const recent = context.now - end * 1000 <= Math.max(policy.longPast, window.windowSeconds * 1000);
  if (reading.status === 'page')
    return onPaging({ ...holding, ...found(window, reading, policy) }, window, recent);
  return onQuiet(holding, reading, recent);
}

/** Without the holds that nothing has confirmed for too long. */
function lapsed(memory: Memory, end: number, policy: Policy): Memory {
  const old = (length: LengthMemory) => length.held.length > 0 && (end - length.end) * 1000 > policy.lapse;
  if (!Object.values(memory.lengths).some(old)) return memory;
  const lengths = Object.entries(memory.lengths).map(([seconds, length]) => [
    seconds,
    old(length) ? { ...length, held: [], released: true } : length,
  ]);
  return { ...memory, lengths: Object.fromEntries(lengths) as Memory['lengths'] };
}

/** Notes what the window says, and which lengths hold the episode after it. */
function applyReading(
  memory: Memory,
  window: JudgedWindow,
  reading: Reading,
  promotion: number | null,
): Memory {
  const known = memory.lengths[window.windowSeconds] ?? emptyLength;
  const end = window.windowStart + window.windowSeconds;
  const holds = reading.status === 'page' || known.held.length > 0;
  const undecided = known.held.filter(key => reading.unknown.includes(key));
  // A hold that is only carried on, because its subjects cannot be judged any more, stays as old as what it rests on.
  const carried = reading.held.length === 0 && undecided.length > 0;
  const next = withLength(memory, window, {
    lastEnd: end,
    start: carried ? known.start : window.windowStart,
    end: carried ? known.end : end,
    status: reading.status === 'none' ? known.status : reading.status,
    held: holds ? [...new Set([...reading.held, ...undecided])].sort() : [],
    doubts: reading.doubts,
    released: false,
  });
  return reading.status === 'clear' ? releaseOthers(next, window, reading, promotion) : next;
}

/**
 * A clear window also releases other lengths: those held only by windows from before the promotion, and shorter ones
 * whose holding window it follows (a longer window sees more, and the short ones may never be conclusive again).
 */
function releaseOthers(
  memory: Memory,
  window: JudgedWindow,
  reading: Reading,
  promotion: number | null,
): Memory {
  const release = (length: LengthMemory, seconds: number): LengthMemory => {
    const superseded = promotion !== null && length.start * 1000 < promotion;
    const outlasted = seconds < window.windowSeconds && length.end <= window.windowStart;
    if (seconds === window.windowSeconds || !(superseded || outlasted)) return length;
    const held = length.held.filter(key => reading.unknown.includes(key));
    return { ...length, held, released: length.released || held.length < length.held.length };
  };
  const lengths = Object.entries(memory.lengths).map(([key, length]) => [key, release(length, Number(key))]);
  return { ...memory, lengths: Object.fromEntries(lengths) as Memory['lengths'] };
}

function onPaging(memory: Memory, window: JudgedWindow, recent: boolean): Decision {
  const end = window.windowStart + window.windowSeconds;
  if (memory.state === 'ok') {
    const opened: Memory = {
      ...memory,
      state: 'firing',
      episode: memory.episode + 1,
      since: window.windowStart,
      sinceEnd: end,
    };
    const change: Change = { kind: 'opened', from: 'ok', to: 'firing', notify: recent };
    return changed(opened, change, recent ? 'opened' : 'long-past');
  }
  if (memory.announced === 'ok' && recent) {
    const change: Change = { kind: 'announced-firing', from: 'firing', to: 'firing', notify: true };
    return changed(memory, change, 'announced');
  }
  return { memory, transition: null, reason: 'still-firing' };
}

function onQuiet(memory: Memory, reading: Reading, recent: boolean): Decision {
  const quiet = reading.warned ? 'held-below-tolerance' : 'stable';
  if (memory.state === 'ok') {
    if (memory.announced === 'ok' || !recent) return { memory, transition: null, reason: quiet };
    return changed(memory, { kind: 'announced-ok', from: 'ok', to: 'ok', notify: true }, 'announced');
  }
  if (Object.values(memory.lengths).some(length => length.held.length > 0)) {
    const reason = heldReason(memory, reading);
    return { memory, transition: null, reason };
  }
  // Nobody is told that something is over which nobody was told had begun.
  const notify = recent && memory.announced === 'firing';
  const change: Change = { kind: 'resolved', from: 'firing', to: 'ok', notify };
  return changed({ ...memory, state: 'ok' }, change, recent ? 'resolved' : 'long-past');
}

function heldReason(memory: Memory, reading: Reading): DecisionReason {
  const held = Object.values(memory.lengths).flatMap(length => length.held);
  if (reading.held.some(key => held.includes(key))) return 'held-by-hysteresis';
  return held.some(key => reading.unknown.includes(key)) ? 'held-inconclusive' : 'held-by-other-window';
}

function changed(memory: Memory, transition: Change, reason: DecisionReason): Decision {
  const announced = transition.notify ? transition.to : memory.announced;
  return { memory: { ...memory, announced, step: memory.step + 1 }, transition, reason };
}

function found(window: JudgedWindow, reading: Reading, policy: Policy): Partial<Memory> {
  const end = window.windowStart + window.windowSeconds;
  return {
    last: { start: window.windowStart, end, found: reading.paging.length },
    evidence: evidenceOf(reading.paging, policy),
    remedial: reading.paging.some(finding => isRemedial(finding, policy)),
    calibrated: reading.paging.some(
      finding => isRemedial(finding, policy) && policy.orderingCalibrations.includes(finding.calibration),
    ),
  };
}

function withLength(memory: Memory, window: JudgedWindow, length: LengthMemory): Memory {
  return { ...memory, lengths: { ...memory.lengths, [window.windowSeconds]: length } };
}
