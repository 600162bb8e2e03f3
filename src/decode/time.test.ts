import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from './time.ts';

const at = Date.UTC(2026, 10, 21, 10, 0, 0, 123);
const anyTime = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(9999, 11, 31) });

describe('parseTime', () => {
  it.each([
    ['2026-11-21T10:00:00.123Z', at],
    ['2026-11-21t10:00:00.123z', at],
    ['2026-11-21 10:00:00.123Z', at],
    ['2026-11-21T12:30:00.123+02:30', at],
    ['2026-11-21T00:00:00.123-10:00', at],
    ['2026-11-21T10:00:00.1239999Z', at],
    ['2026-11-21T10:00:00.1Z', at - 23],
    ['2026-11-21T10:00:00-00:00', at - 123],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['1969-12-31T23:59:59Z', -1000],
    ['2026-01-01T00:00:00+23:59', Date.UTC(2025, 11, 31, 0, 1)],
  ])('reads %s', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  it.each([
    '',
    '2026-11-21',
    '2026-11-21T10:00:00',
    '2026-11-21T10:00Z',
    '2026-11-21T10:00:00.Z',
    '2026-11-21T10:00:00Z ',
    '2026-11-21T10:00:00Z+00:00',
    '2026-11-21T10:00:00+0200',
    '2026-11-21T10:00:00+24:00',
    '2026-11-21T10:00:00+02:60',
    '2026-11-21T10:00:00+02:00x',
    '2026-11-21X10:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-04-00T00:00:00Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21T10:60:00Z',
    '2026-11-21T10:00:61Z',
    '+026-11-21T10:00:00Z',
    '2026-11-2aT10:00:00Z',
    '٢٠٢٦-11-21T10:00:00Z',
    'Sat, 21 Nov 2026 10:00:00 GMT',
    '1795255200',
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e17,
    10n,
    true,
    {},
    [],
  ])('refuses %s', value => {
    expect(parseTime(value)).toBeNaN();
  });

  it('tells seconds, milliseconds and microseconds by size', () => {
    expect(parseTime(at / 1000)).toBe(at);
    expect(parseTime(Math.floor(at / 1000))).toBe(at - 123);
    expect(parseTime(at)).toBe(at);
    expect(parseTime(at * 1000 + 999)).toBe(at);
    expect(parseTime(0)).toBe(0);
  });

  it('reads back every time written as RFC 3339', () => {
    fc.assert(fc.property(anyTime, ms => parseTime(new Date(ms).toISOString()) === ms));
  });

  it('gives the same instant under every offset', () => {
    const offset = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(fc.integer({ min: 1e9, max: 1e14 }), offset, (ms, minutes) => {
        const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
        const two = (n: number) => String(n).padStart(2, '0');
        const size = Math.abs(minutes);
        const text = `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        expect(parseTime(text)).toBe(ms);
      }),
    );
  });

  it('agrees with itself in every unit that a double holds exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1e11, max: 9e12 }), ms => {
        expect(parseTime(ms)).toBe(ms);
        expect(parseTime(ms / 1000)).toBe(ms);
        expect(parseTime(ms * 1000)).toBe(ms);
      }),
    );
  });
});
