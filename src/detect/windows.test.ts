import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { strideSeconds, windowLengths } from '../domain/window.ts';
import { daySeconds, freshDays, hourSeconds, tilesOf, windowsEndingIn } from './windows.ts';

const anyLength = fc.constantFrom(...windowLengths);
const anyTime = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 });

test('windows are aligned, as long as they say, in order, and none is left out', () => {
  fc.assert(
    fc.property(anyTime, fc.nat(30 * daySeconds), anyLength, (from, span, length) => {
      const stride = strideSeconds(length);
      const windows = windowsEndingIn(from, from + span, length);
      for (const { start, end } of windows) {
        expect(end - start).toBe(length);
        expect(end % stride).toBe(0);
        expect(start % hourSeconds).toBe(0);
        expect(end).toBeGreaterThan(from);
        expect(end).toBeLessThanOrEqual(from + span);
      }
      expect(windows).toHaveLength(Math.floor((from + span) / stride) - Math.floor(from / stride));
      expect(windows.map(w => w.end)).toEqual(windows.map((_, i) => (windows[0]?.end ?? 0) + i * stride));
    }),
  );
});

test('two adjoining periods have the windows of both, none twice', () => {
  fc.assert(
    fc.property(anyTime, fc.nat(daySeconds), fc.nat(daySeconds), anyLength, (from, a, b, length) => {
      const whole = windowsEndingIn(from, from + a + b, length);
      const parts = [
        ...windowsEndingIn(from, from + a, length),
        ...windowsEndingIn(from + a, from + a + b, length),
      ];
      expect(parts).toEqual(whole);
    }),
  );
});

test('tiles cover a window exactly once, whatever days may be used', () => {
  fc.assert(
    fc.property(anyTime, anyLength, fc.func(fc.boolean()), (time, length, wholeDay) => {
      const window = windowsEndingIn(time, time + 7 * daySeconds, length)[0]!;
      let at = window.start;
      for (const tile of tilesOf(window, wholeDay)) {
        expect(tile.bucket).toBe(at);
        expect(tile.bucket % tile.grain).toBe(0);
        if (tile.grain === daySeconds) expect(wholeDay(tile.bucket)).toBe(true);
        at += tile.grain;
      }
      expect(at).toBe(window.end);
      // Fewest: no day that lies inside is cut up.
      const days = tilesOf(window).filter(t => t.grain === daySeconds).length;
      const firstDay = Math.ceil(window.start / daySeconds);
      expect(days).toBe(Math.max(0, Math.floor(window.end / daySeconds) - firstDay));
    }),
  );
});

test('a day is used only when it was added up after the last of its hours', () => {
  const day = 20_000 * daySeconds;
  const hour = (i: number, started: number) => ({
    hour: day + i * 3600,
    generation: 1n,
    started,
    rows: 1,
    complete: true,
  });
  const days = (started: number) => [{ day, started }];
  expect(freshDays({ hours: [hour(0, 5), hour(23, 9)], days: days(9) }).has(day)).toBe(true);
  expect(freshDays({ hours: [hour(0, 5), hour(23, 10)], days: days(9) }).has(day)).toBe(false);
  expect(freshDays({ hours: [], days: days(9) }).has(day)).toBe(false);
});
