import { expect, test } from 'vitest';
import { countText, numberText, percentText, secondsText, shortText, subjectText } from './words.ts';

test.each([
  [0, '0'],
  [0.18234, '0.182'],
  [12.345, '12.3'],
  [2e-9, '2e-9'],
  [7.44e-6, '7.4e-6'],
  [1e-300, '1e-300'],
  [1_234_567, '1.2e6'],
  [-4.5, '-4.5'],
  [Number.NaN, 'unknown'],
])('%d reads %s', (value, text) => expect(numberText(value)).toBe(text));

test('counts, shares, seconds and names', () => {
  expect([1, 999, 1000, 12_408, 1_234_567].map(countText)).toEqual([
    '1',
    '999',
    '1,000',
    '12,408',
    '1,234,567',
  ]);
  expect(percentText(0.0312)).toBe('3.12 %');
  expect([secondsText(0.0124), secondsText(2)]).toEqual(['12.4 ms', '2 s']);
  expect([subjectText('feature:age'), subjectText('score:yes')]).toEqual(['age', 'score:yes']);
  expect(shortText('x'.repeat(200))).toHaveLength(60);
});
