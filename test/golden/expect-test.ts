import { expect } from 'vitest';
import type { TestResult } from '../../src/stats/combine.ts';

/** Checks a test's result against a golden one: relative error 1e-9, from a million rows on 1e-6. */
export function expectTest(actual: TestResult, expected: TestResult, rows: number): void {
  const tolerance = rows >= 1e6 ? 1e-6 : 1e-9;
  expect(actual.by).toBe(expected.by);
  expect(Object.keys(actual.components)).toEqual(Object.keys(expected.components));
  const pairs = Object.entries(expected.components).map(
    ([name, p]) => [name, actual.components[name]!, p] as const,
  );
  for (const [name, found, p] of [['p', actual.p, expected.p] as const, ...pairs]) {
    const error = p === 0 ? found : Math.abs(found / p - 1);
    expect(error, `${name}: ${found} for ${p}`).toBeLessThanOrEqual(tolerance);
  }
}
