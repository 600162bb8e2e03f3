import type { Window } from '../domain/window.ts';

/** A day or period that does not run like the others. Hours since the epoch, half-open. */
export interface CalendarEntry {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** `sunday`: judged as a Sunday would be. `event`: nothing is learnt from it, and no window that touches it is judged. */
  readonly as: 'sunday' | 'event';
  /** Models it holds for; all when empty. */
  readonly models: readonly string[];
}

/** What the calendar says of one model's hours. Hours since the epoch, UTC. */
export interface Calendar {
  /** Saturdays, Sundays and days that count as such. */
  isWeekend(hour: number): boolean;
  /** Name of a planned event that an hour belongs to, else null. */
  eventAt(hour: number): string | null;
  /** Name of the first planned event that a window (epoch seconds) touches, else null. */
  eventIn(window: Window): string | null;
}

/** The epoch was a Thursday. */
const dayOfWeek = (hour: number) => (Math.floor(hour / 24) + 3) % 7;

/** Calendar of one model. */
export function createCalendar(entries: readonly CalendarEntry[], model: string): Calendar {
  const own = entries.filter(entry => entry.models.length === 0 || entry.models.includes(model));
  const sundays = own.filter(entry => entry.as === 'sunday');
  const events = own.filter(entry => entry.as === 'event').sort((a, b) => a.from - b.from);
  const holds = (entry: CalendarEntry, hour: number) => entry.from <= hour && hour < entry.to;
  return {
    isWeekend: hour => dayOfWeek(hour) >= 5 || sundays.some(entry => holds(entry, hour)),
    eventAt: hour => events.find(entry => holds(entry, hour))?.name ?? null,
    eventIn: ({ start, end }) =>
      events.find(entry => entry.from * 3600 < end && entry.to * 3600 > start)?.name ?? null,
  };
}
