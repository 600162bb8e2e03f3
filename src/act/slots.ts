import { Cron } from 'croner';

/** When something is ordered by the calendar: five cron fields read in a time zone. */
export interface Calendar {
  readonly cron: string;
  readonly timeZone: string;
}

/** A calendar that is read over and over. */
export interface Slots {
  /** Slots in (after, upTo], oldest first, at most `limit`, and the one that comes next; epoch milliseconds. */
  due(
    after: number,
    upTo: number,
    limit: number,
  ): { readonly slots: readonly number[]; readonly next: number | null };
}

/**
 * Slots of a calendar: pure functions of their arguments, so a process that slept, or was told another time meanwhile,
 * finds the same ones.
 *
 * A time that the clocks skip falls at the end of the gap; a time that they pass twice counts the first time. An hour
 * field of `*` means every hour that passes, so there it counts both times.
 */
export function readCalendar({ cron, timeZone }: Calendar): Slots {
  const pattern = new Cron(cron, { timezone: timeZone, paused: true });
  const everyHour = cron.trim().split(/\s+/)[1] === '*';
  const label = labelIn(timeZone);
  const after = (at: number): number | null => {
    const next = pattern.nextRun(new Date(at))?.getTime() ?? null;
    return next === null || everyHour || !isSecondPass(next, label) ? next : after(next);
  };
  return {
    due: (from, upTo, limit) => {
      const slots: number[] = [];
      let next = after(from);
      while (next !== null && next <= upTo && slots.length < limit) {
        slots.push(next);
        next = after(next);
      }
      return { slots, next };
    },
  };
}

/** Slots of a calendar in (after, upTo], oldest first, at most `limit`; epoch milliseconds. */
export function slotsBetween(
  calendar: Calendar,
  after: number,
  upTo: number,
  limit: number,
): readonly number[] {
  return readCalendar(calendar).due(after, upTo, limit).slots;
}

/** First slot after a moment; null when there is none. */
export function nextSlot(calendar: Calendar, after: number): number | null {
  return readCalendar(calendar).due(after, after, 0).next;
}

/** What is wrong with a calendar, and with which part of it; null when it can be used. */
export function cronProblem(
  cron: string,
  timeZone: string,
): { readonly of: 'cron' | 'timeZone'; readonly message: string } | null {
  try {
    labelIn(timeZone);
  } catch {
    return { of: 'timeZone', message: 'must be a time zone such as Europe/Berlin or UTC' };
  }
  let slots: readonly number[];
  try {
    // In UTC: how far apart they are is a matter of the fields, not of the night in which the clocks change.
    slots = slotsBetween({ cron, timeZone: 'UTC' }, probe, probe + 10 * 366 * 86_400_000, 200);
  } catch (error) {
    const message = (error as Error).message.replace(/^CronPattern: /, '');
    return { of: 'cron', message: `cannot be read: ${message}` };
  }
  if (slots.length === 0) return { of: 'cron', message: 'must name a time that comes' };
  const close = slots.some((slot, i) => i > 0 && slot - slots[i - 1]! < leastGap);
  return close ? { of: 'cron', message: 'must leave at least an hour between two orders' } : null;
}

const leastGap = 3_600_000;
const probe = Date.UTC(2027, 0, 1);

/** Date and time of day as the clocks of a time zone show them. */
function labelIn(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return at => format.format(at);
}

/** Whether the clocks have shown this time before: they are set back by an hour, in one place by half of one. */
function isSecondPass(at: number, label: (at: number) => string): boolean {
  return [3_600_000, 1_800_000].some(delta => label(at - delta) === label(at));
}
