import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maybeMoment, moment } from './moment.ts';

describe('moment', () => {
  it.each([
    ['2026-01-02', Date.UTC(2026, 0, 2)],
    ['2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['2026-01-02T03:04:05.678+01:00', Date.UTC(2026, 0, 2, 2, 4, 5, 678)],
    ['1700000000000', 1_700_000_000_000],
    [5, 5],
  ])('%s', (value, expected) => expect(moment(value, 't')).toBe(expected));

  it.each([
    '',
    'now',
    '2026-13-01',
    '2026-01-01T00:00:00',
    '1e3',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    9e15,
  ])('refuses %s', value => {
    expect(() => moment(value, 'from')).toThrowError(/from is neither/);
  });

  it('reads back every moment it could be given', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
        date => {
          expect(moment(date.toISOString(), 't')).toBe(date.getTime());
          expect(moment(date.getTime(), 't')).toBe(date.getTime());
        },
      ),
    );
  });

  it('leaves what is absent absent', () => expect(maybeMoment(undefined, 't')).toBeNull());
});
