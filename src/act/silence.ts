import { Cron } from 'croner';
import type { Recurrence, Silence, SilenceMatch } from '../domain/control.ts';
import { fitsGlob } from '../lib/glob.ts';
import { momentOf, wallTime } from './wall-time.ts';

/** What is to be told of. */
export interface SilenceSubject {
  readonly model: string;
  readonly environment: string;
  readonly policy: string;
  readonly check: string;
  /** '' for a check on the whole stream. */
  readonly subject: string;
}

/**
 * The silence that covers a finding at a moment (epoch milliseconds of the run's clock); null without. Pure. Of several
 * the first of the list.
 */
export function silenceOf(silences: readonly Silence[], what: SilenceSubject, at: number): Silence | null {
  return silences.find(silence => covers(silence.match, what) && isActive(silence, at)) ?? null;
}

/** Whether a silence is about a finding, whatever the time. */
export function covers(match: SilenceMatch, what: SilenceSubject): boolean {
  return (
    fitsOne(match.models, what.model) &&
    fitsOne(match.environments, what.environment) &&
    fitsOne(match.policies, what.policy) &&
    fitsOne(match.checks, what.check) &&
    fitsOne(match.subjects, what.subject)
  );
}

/** Whether a silence can be about anything of a stream. */
export function coversStream(
  match: SilenceMatch,
  stream: { readonly model: string; readonly environment: string },
): boolean {
  return fitsOne(match.models, stream.model) && fitsOne(match.environments, stream.environment);
}

function fitsOne(patterns: readonly string[], name: string): boolean {
  return patterns.length === 0 || patterns.some(pattern => fitsGlob(pattern, name));
}

/** Whether a silence is in force at a moment. */
export function isActive(silence: Silence, at: number): boolean {
  const { from, recurrence } = silence;
  if (at < from || at >= endOf(silence)) return false;
  return recurrence === null || isWithin(recurrence, at);
}

/** Where a silence stands. */
export type SilenceState = 'active' | 'waiting' | 'over' | 'ended';

export function silenceState(silence: Silence, at: number): SilenceState {
  if (silence.ended !== null && at >= silence.ended) return 'ended';
  if (at >= endOf(silence)) return 'over';
  return isActive(silence, at) ? 'active' : 'waiting';
}

function endOf({ to, ended }: Silence): number {
  return Math.min(to ?? Number.POSITIVE_INFINITY, ended ?? Number.POSITIVE_INFINITY);
}

/**
 * Whether the clock on the wall shows a time within an occurrence: 02:00 to 04:00 is what people mean by it on every
 * day of the year, one hour long when the clock is put forward over 02:00 and three when it is put back.
 */
function isWithin({ cron, durationSeconds, timeZone }: Recurrence, at: number): boolean {
  const wall = wallTime(at, timeZone);
  const slot = cronOf(cron).nextRun(new Date(wall - durationSeconds * 1000));
  return slot !== null && slot.getTime() <= wall;
}

/** A stretch of time in which a silence is in force. */
export interface Stretch {
  readonly from: number;
  readonly to: number | null;
}

/** The stretch a moment lies in, or the next one; null when there is none any more. */
export function stretchAt(silence: Silence, at: number): Stretch | null {
  const end = endOf(silence);
  const start = Math.max(at, silence.from);
  if (start >= end) return null;
  const bounded = (from: number, to: number): Stretch => ({
    from: Math.max(from, silence.from),
    to: Math.min(to, end),
  });
  if (silence.recurrence === null) return bounded(silence.from, end);
  const { cron, durationSeconds, timeZone } = silence.recurrence;
  const length = durationSeconds * 1000;
  let before = wallTime(start, timeZone) - length;
  // An occurrence that the clock is put forward over does not come about: the next one does.
  for (let tries = 0; tries < 100; tries++) {
    const slot = cronOf(cron).nextRun(new Date(before))?.getTime();
    if (slot === undefined) return null;
    const [from, to] = [momentOf(slot, timeZone), momentOf(slot + length, timeZone)];
    if (from >= end) return null;
    if (from < to && to > start) return bounded(from, to);
    before = slot;
  }
  return null;
}

/** Why a cron expression cannot be used; null: it can. */
export function cronProblem(cron: string): string | null {
  if (cron.trim().split(/\s+/).length !== 5)
    return 'it has not five parts: minute, hour, day of the month, month, day of the week';
  try {
    return cronOf(cron).nextRun(new Date(Date.UTC(2024, 0, 1))) === null ? 'it never comes about' : null;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '');
  }
}

const compiled = new Map<string, Cron>();

/** Slots in the time of the wall, which has no daylight saving of its own: UTC. */
function cronOf(cron: string): Cron {
  const known = compiled.get(cron);
  if (known !== undefined) return known;
  const made = new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true });
  if (compiled.size > 1000) compiled.clear();
  compiled.set(cron, made);
  return made;
}
