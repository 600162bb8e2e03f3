import { expect, it } from 'vitest';
import type { SubjectValues } from './values.ts';
import { watched } from './watched.ts';

const subject = (name: string, numberCount: number, textCount = 0): SubjectValues => ({
  subject: name,
  numberCount,
  textCount,
  texts: new Map(),
  finite: () => ({ numbers: new Float64Array(), times: new Float64Array() }),
});

it('keeps the features with the most values, ties by name, and everything that is no feature', () => {
  const subjects = [
    subject('feature:rare', 1),
    subject('prediction', 0, 10),
    subject('feature:b', 4, 4),
    subject('feature:a', 8),
    subject('feature:common', 9),
    subject('status', 0),
  ];
  const { kept, unwatched } = watched(subjects, 2);
  expect(kept.map(each => each.subject)).toEqual(['prediction', 'status', 'feature:common', 'feature:a']);
  expect(unwatched).toBe(2);
  expect(watched(subjects, 4)).toEqual({ kept: subjects, unwatched: 0 });
});
