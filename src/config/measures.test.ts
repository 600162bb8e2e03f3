import { expect, test } from 'vitest';
import { subjectNamed } from '../domain/subject.ts';
import { measureFindings } from './measures.ts';

const rule = { measure: 'psi', threshold: 0.2, models: [], subjects: [], hours: [24 as const] };
const rulesFound = (...rules: Parameters<typeof measureFindings>[0]) =>
  measureFindings(rules).map(({ rule: name, path }) => `${name} ${path.join('.')}`);

test('one measure may stand twice, but not for one model, subject and window', () => {
  expect(rulesFound(rule, { ...rule, threshold: 0.3 })).toEqual(['measure-twice measures.1.measure']);
  expect(rulesFound(rule, { ...rule, measure: 'hellinger' })).toEqual([]);
  expect(rulesFound(rule, { ...rule, hours: [1] })).toEqual([]);
  const churn = { ...rule, models: ['churn'] };
  expect(rulesFound(churn, { ...rule, models: ['fraud'] })).toEqual([]);
  expect(rulesFound(churn, rule)).toEqual(['measure-twice measures.1.measure']);
  const income = { ...rule, subjects: ['income'] };
  expect(rulesFound(income, { ...rule, subjects: ['age', 'feature:income'] })).toHaveLength(1);
  expect(rulesFound(income, { ...rule, subjects: ['feature:age'] })).toEqual([]);
  expect(
    rulesFound({ ...rule, subjects: ['prediction'] }, { ...rule, subjects: ['feature:prediction'] }),
  ).toEqual([]);
  expect(rulesFound({ ...churn, hours: [1, 24] }, { ...income, hours: [24, 168] })).toHaveLength(1);
});

test('a threshold is 0 or more, except for values of the subject', () => {
  expect(rulesFound({ ...rule, threshold: -0.1 })).toEqual(['measure-threshold measures.0.threshold']);
  expect(rulesFound({ ...rule, threshold: 0 })).toEqual([]);
  expect(rulesFound({ ...rule, measure: 'mean', threshold: -5 })).toEqual([]);
});

test('what measures judge is itself, and any other name is a feature', () => {
  for (const name of ['prediction', 'score:yes', 'feature:income']) expect(subjectNamed(name)).toBe(name);
  expect(subjectNamed('predictions')).toBe('feature:predictions');
  expect(subjectNamed('status')).toBe('feature:status');
  expect(subjectNamed('income')).toBe('feature:income');
  expect(subjectNamed('text.length')).toBe('feature:text.length');
  expect(subjectNamed('status_code')).toBe('feature:status_code');
});
