import { expect, it } from 'vitest';
import { barFormat } from './row-progress.ts';

it('as long as nothing is counted there is no share of it, and no bar at its end', () => {
  expect(barFormat(0)).toBe('{text}');
  expect(barFormat(1)).toContain('{percentage} % | {value} of {total} rows');
});
