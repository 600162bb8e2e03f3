import { expect, test } from 'vitest';
import { objectivesOf } from './objectives.ts';

const objectives = { errors: 0.01, latency: [] };

test.each([
  ['churn', 'churn', true],
  ['churn', 'churn-2', false],
  ['churn-*', 'churn-2', true],
  ['churn-*', 'churn', false],
  ['*', 'anything', true],
  ['*-eu-*-v2', 'churn-eu-north-v2', true],
  ['*-eu-*-v2', 'churn-us-north-v2', false],
  // Nothing is used twice.
  ['ab*ba', 'aba', false],
  ['a*b*b', 'ab', false],
  // A pattern is no regular expression.
  ['c.urn', 'churn', false],
])('%s and %s', (pattern, model, fits) => {
  expect(objectivesOf({ [pattern]: { objectives } }, model)).toEqual(fits ? objectives : null);
});

test('the first rule that fits counts, with or without objectives', () => {
  expect(objectivesOf({ 'churn-*': {}, '*': { objectives } }, 'churn-2')).toBeNull();
  expect(objectivesOf({ 'churn-*': {}, '*': { objectives } }, 'fraud')).toEqual(objectives);
  expect(objectivesOf({}, 'fraud')).toBeNull();
});
