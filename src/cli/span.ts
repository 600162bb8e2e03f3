import { InvalidArgumentError } from 'commander';

const minutesOf: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };

/**
 * A stretch of time (`90m`, `2h`, `3d`, `1w`) in minutes, as a parser of an option.
 *
 * @example
 * minutes('2h') // => 120
 */
export function minutes(text: string): number {
  const [, digits, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const value = Number(digits) * (minutesOf[unit ?? ''] ?? Number.NaN);
  if (value > 0) return value;
  throw new InvalidArgumentError('Write it as 90m, 2h, 3d or 1w.');
}

/** Minutes as they are written: 120 is `2h`. */
export function minutesText(value: number): string {
  const [unit, size] = Object.entries(minutesOf).findLast(([, each]) => value % each === 0)!;
  return `${value / size}${unit}`;
}

/** Milliseconds as people say them: `40 min`, `7 h`, `3 days`. */
export function stretchText(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds / 60_000));
  if (whole < 90) return `${whole} min`;
  const hours = Math.round(whole / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
