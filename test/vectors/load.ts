import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One case of a vector file; README.md says what made them and how far they must be met. */
export interface VectorCase<I, E> {
  readonly id: string;
  readonly note?: string;
  readonly kind?: string;
  readonly function?: string;
  readonly inputs: I;
  readonly expected: E;
}

/** Cases of `name`.json; "inf", "-inf" and "nan" become numbers. */
export function loadVectors<I, E>(name: string): VectorCase<I, E>[] {
  const text = readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8');
  const words: Record<string, number> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };
  const file = JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && value in words ? words[value] : value,
  ) as { cases: VectorCase<I, E>[] };
  return file.cases;
}

/** Relative error, absolute where the expected value is 0. */
export function errorOf(actual: number, expected: number): number {
  if (actual === expected) return 0;
  const error = Math.abs(actual - expected);
  return expected === 0 ? error : error / Math.abs(expected);
}
