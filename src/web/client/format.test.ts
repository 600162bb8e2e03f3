import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as format from './format.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers as people read them', () => {
  it.each([
    [12408, '12,408'],
    [0, '0'],
    [null, '–'],
  ])('count %s', (value, text) => expect(format.count(value)).toBe(text));

  it.each([
    [0.183, '18 %'],
    [0.0996, '10 %'],
    [0.0234, '2.3 %'],
    [0.02, '2 %'],
    [0.0004, '0.04 %'],
    [0.00001, '<0.01 %'],
    [0, '0 %'],
    [1, '100 %'],
    [-0.05, '-5 %'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('share %s', (value, text) => expect(plain(format.share(value))).toBe(text));

  it.each([
    [2.1e-9, '2.1e-9'],
    [3e-9, '3e-9'],
    [0, '<1e-300'],
    [0.034, '0.034'],
    [0.5, '0.5'],
    [1, '1'],
    [null, '–'],
  ])('probability %s', (value, text) => expect(format.probability(value)).toBe(text));

  it.each([
    [18.934, '18.93'],
    [41234.4, '41,230'],
    [3.2e-7, '3.2e-7'],
    [1.5e12, '1.5e12'],
    [0, '0'],
    [-2.5, '-2.5'],
  ])('quantity %s', (value, text) => expect(format.quantity(value)).toBe(text));

  it('never shows NaN, undefined or an exponent with a plus', () => {
    fc.assert(
      fc.property(fc.double(), value => {
        for (const show of [format.count, format.share, format.probability, format.quantity]) {
          expect(show(value)).not.toMatch(/NaN|undefined|Infinity|\+/);
        }
      }),
    );
  });

  it('keeps three digits of a quantity', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e8, noNaN: true }), value => {
        const back = Number(format.quantity(value).replaceAll(',', ''));
        expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 5e-3);
      }),
    );
  });
});

describe('times in UTC', () => {
  const at = Date.UTC(2026, 10, 4, 6, 5);

  it('names month, year and zone', () => {
    expect(plain(format.fullMoment(at))).toBe('4 Nov 2026 06:05 UTC');
    expect(plain(format.moment(at))).toBe('4 Nov 06:05');
  });

  it.each([
    [40_000, '40 s'],
    [12 * 60_000, '12 min'],
    [7 * 3_600_000, '7 h'],
    [72 * 3_600_000, '3 days'],
    [-5, '0 s'],
  ])('stretch %s', (value, text) => expect(plain(format.stretch(value))).toBe(text));

  it('window lengths are hours', () => expect(plain(format.hours(604800))).toBe('168 h'));
});

describe('subjects', () => {
  it('drops the prefix of a feature only', () => {
    expect(format.subjectName('feature:age')).toBe('age');
    expect(format.subjectName('score:yes')).toBe('score: yes');
    expect(format.subjectName('')).toBe('whole stream');
    expect(format.subjectFamily('feature:age')).toBe('feature');
    expect(format.subjectFamily('latency')).toBe('latency');
  });
});
