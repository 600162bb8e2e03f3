import { expect, test } from 'vitest';
import { shapeOnly } from './shape-only.ts';

test('names what is watched by shape only, and nothing that only looks like it', () => {
  const subjects = [
    'feature:text.empty',
    'feature:text.length',
    'feature:queue.length',
    'feature:box.empty',
    'feature:age',
  ];
  expect(shapeOnly(subjects)).toEqual(['feature:text']);
  expect(shapeOnly(['feature:e.norm', 'feature:e.length', 'feature:e.empty', ...subjects])).toEqual([
    'feature:e',
    'feature:text',
  ]);
});
