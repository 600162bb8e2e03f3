import { expect, test } from 'vitest';
import { classOfCode, failureCodes, StoreError, toStoreError } from './failures.ts';

test('the class follows from the numeric code alone; unknown codes are refused', () => {
  expect([252, 241, 27, 516, 236, 60, 99_999].map(classOfCode)).toEqual([
    'retry',
    'halve',
    'halve',
    'fatal',
    'fatal',
    'retry',
    'refuse',
  ]);
  for (const code of Object.keys(failureCodes)) {
    const error = toStoreError(Object.assign(new Error('Code: 1. misleading words'), { code }));
    expect([error.code, error.failure]).toEqual([Number(code), classOfCode(Number(code))]);
  }
});

test('failures without a code belong to the transport, and are repeated', () => {
  for (const error of [
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    new Error('Timeout error.'),
    'text',
    null,
  ])
    expect(toStoreError(error)).toMatchObject({ code: 0, failure: 'retry' });
  expect(toStoreError(new Error('closed'), 'fatal').failure).toBe('fatal');
});

test('an error of this program is not repeated for ever', () => {
  expect(toStoreError(new TypeError('x is not a function'))).toMatchObject({ code: 0, failure: 'fatal' });
});

test('the engine’s words stay with it, cut short in the message', () => {
  const cause = Object.assign(new Error('w'.repeat(9999)), { code: '60' });
  const error = toStoreError(cause);
  expect(error.cause).toBe(cause);
  expect(error.message.length).toBe(2000);
  expect(toStoreError(error)).toBe(error);
  expect(error).toBeInstanceOf(StoreError);
});
