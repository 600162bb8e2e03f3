import { strideSeconds, type Window } from '../domain/window.ts';
import type { Coverage, Tile } from './ports.ts';

export const hourSeconds = 3600;
export const daySeconds = 86_400;

/**
 * Windows of one length that end in (from, to], in order. Ends are multiples of the length's stride since the epoch.
 *
 * @param from - epoch seconds
 * @param to - epoch seconds
 * @param length - seconds
 */
export function windowsEndingIn(from: number, to: number, length: number): Window[] {
  const stride = strideSeconds(length);
  const windows: Window[] = [];
  for (let end = (Math.floor(from / stride) + 1) * stride; end <= to; end += stride)
    windows.push({ start: end - length, end });
  return windows;
}

/**
 * The fewest hours and days that make up a window, in order.
 *
 * @param wholeDay - whether a day's own profile may be used; all by default
 */
export function tilesOf(window: Window, wholeDay: (day: number) => boolean = () => true): Tile[] {
  const tiles: Tile[] = [];
  for (let at = window.start; at < window.end; ) {
    const day = at % daySeconds === 0 && at + daySeconds <= window.end && wholeDay(at);
    tiles.push({ grain: day ? daySeconds : hourSeconds, bucket: at });
    at += day ? daySeconds : hourSeconds;
  }
  return tiles;
}

/**
 * Days whose own profile says the same as their hours: it began to be read after the last of them did. Any other day
 * is read hour by hour.
 */
export function freshDays(coverage: Coverage): ReadonlySet<number> {
  const latest = new Map<number, number>();
  for (const { hour, started } of coverage.hours) {
    const day = Math.floor(hour / daySeconds) * daySeconds;
    latest.set(day, Math.max(latest.get(day) ?? 0, started));
  }
  return new Set(coverage.days.filter(d => d.started >= (latest.get(d.day) ?? Infinity)).map(d => d.day));
}
