/** Times as the clock on a wall shows them: read as if they were UTC, epoch milliseconds. */

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size > 600) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/** Whether a time zone of this name is known. */
export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a clock in the time zone shows at a moment.
 *
 * @example
 * wallTime(Date.UTC(2026, 6, 1, 12), 'Europe/Berlin') // => Date.UTC(2026, 6, 1, 14)
 */
export function wallTime(at: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000);
}

const day = 86_400_000;

/** The first moment at which a clock in the time zone shows this time or, where the clock was put forward over it, a later one. */
export function momentOf(wall: number, timeZone: string): number {
  // An offset of the day before or after is the one in force; clocks change at most once in that time.
  const candidates = [wall - day, wall + day].map(near => wall - (wallTime(near, timeZone) - near));
  const reached = candidates.filter(at => wallTime(at, timeZone) >= wall);
  return Math.min(...(reached.length > 0 ? reached : candidates));
}
