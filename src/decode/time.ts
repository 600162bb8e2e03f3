/** Epoch numbers below this are seconds, up to the year 5138. */
const secondsBelow = 1e11;
/** Then milliseconds, from March 1973 to the year 5138. */
const millisecondsBelow = 1e14;
/** Then microseconds, over the same years. */
const microsecondsBelow = 1e17;

const dayMs = 86_400_000;
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Event time in epoch milliseconds, or NaN when the value is not a time.
 *
 * @param value RFC 3339 text with an offset, or an epoch number: seconds, milliseconds or microseconds, told apart by
 * size. Parts of a millisecond are dropped from texts and microseconds, rounded from seconds (0.1 is not exact).
 */
export function parseTime(value: unknown): number {
  if (typeof value === 'string') return parseRfc3339(value);
  if (typeof value !== 'number' || !(value >= 0)) return Number.NaN;
  if (value < secondsBelow) return Math.round(value * 1000);
  if (value < millisecondsBelow) return Math.floor(value);
  return value < microsecondsBelow ? Math.floor(value / 1000) : Number.NaN;
}

/**
 * RFC 3339 section 5.6, strict: every part present, an offset required (a time without one is local time of a place
 * nobody knows), a space or `t` allowed for `T`. A leap second counts as the second after it.
 */
function parseRfc3339(text: string): number {
  const separator = text.charCodeAt(10) | 0x20;
  const shaped =
    text.charCodeAt(4) === 0x2d &&
    text.charCodeAt(7) === 0x2d &&
    (separator === 0x74 || text.charCodeAt(10) === 0x20) &&
    text.charCodeAt(13) === 0x3a &&
    text.charCodeAt(16) === 0x3a;
  if (!shaped) return Number.NaN;
  const day = dayNumber(two(text, 0) * 100 + two(text, 2), two(text, 5), two(text, 8));
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return Number.NaN;
  const fractionEnd = endOfFraction(text);
  const offset = offsetMinutes(text, fractionEnd);
  return day * dayMs + ((hour * 60 + minute - offset) * 60 + second) * 1000 + fractionMs(text, fractionEnd);
}

/** Two decimal digits at `at`, or NaN. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** Days since 1970-01-01 in the Gregorian calendar, or NaN when there is no such day. */
function dayNumber(year: number, month: number, day: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = (monthDays[month - 1] ?? Number.NaN) + (month === 2 && leap ? 1 : 0);
  if (!(day >= 1 && day <= length)) return Number.NaN;
  // Years that begin in March, so that the leap day is their last (Hinnant, "chrono-compatible date algorithms").
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** Index behind the fraction of a second; 19 when there is none, -1 when the point has no digits. */
function endOfFraction(text: string): number {
  if (text.charCodeAt(19) !== 0x2e) return 19;
  let at = 20;
  while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at === 20 ? -1 : at;
}

function fractionMs(text: string, end: number): number {
  if (end === 19) return 0;
  let ms = 0;
  for (let i = 20; i < 23; i++) ms = ms * 10 + (i < end ? text.charCodeAt(i) - 48 : 0);
  return ms;
}

/** Minutes east of UTC of the offset that stands at `at` and ends the text, or NaN. */
function offsetMinutes(text: string, at: number): number {
  if (at === -1) return Number.NaN;
  const sign = text.charCodeAt(at);
  if ((sign | 0x20) === 0x7a) return text.length === at + 1 ? 0 : Number.NaN;
  const shaped =
    (sign === 0x2b || sign === 0x2d) && text.charCodeAt(at + 3) === 0x3a && text.length === at + 6;
  if (!shaped) return Number.NaN;
  const hours = two(text, at + 1);
  const minutes = two(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return sign === 0x2d ? -(hours * 60 + minutes) : hours * 60 + minutes;
}
