import type { Tolerance } from './case.ts';

/** A value that does not agree. */
export interface Difference {
  readonly key: string;
  readonly expected: unknown;
  readonly got: unknown;
  /** |got - expected| / |expected|; null when one of them is no finite number. */
  readonly relative: number | null;
}

/** What came of comparing one expected value with all it holds. */
export interface Comparison {
  /** Single values that agree. */
  readonly agreeing: number;
  readonly differences: readonly Difference[];
  /** Keys for which the library gave nothing. */
  readonly missing: readonly string[];
}

type Pair = { readonly key: string; readonly expected: unknown; readonly got: unknown };

/** Compares an expected value, a number, a list or an object of them, with what the library gave. */
export function compare(pair: Pair, tolerance: (key: string) => Tolerance): Comparison {
  const { key, expected, got } = pair;
  if (got === undefined) return { agreeing: 0, differences: [], missing: [key] };
  const inner = innerPairs(pair);
  if (inner !== null) return together(inner.map(one => compare(one, tolerance)));
  if (agree(expected, got, tolerance(key))) return { agreeing: 1, differences: [], missing: [] };
  return {
    agreeing: 0,
    differences: [{ key, expected, got, relative: relativeError(expected, got) }],
    missing: [],
  };
}

/** Values inside a list or an object; null for a single value and for lists of different lengths. */
function innerPairs({ key, expected, got }: Pair): Pair[] | null {
  if (Array.isArray(expected)) {
    if (!isList(got) || got.length !== expected.length || expected.length === 0) return null;
    return expected.map((value: unknown, i) => ({ key: `${key}[${i}]`, expected: value, got: got[i] }));
  }
  if (typeof expected !== 'object' || expected === null || typeof got !== 'object' || got === null)
    return null;
  const values = got as Readonly<Record<string, unknown>>;
  return Object.entries(expected).map(([name, value]) => ({
    key: key === '' ? name : `${key}.${name}`,
    expected: value,
    got: Object.hasOwn(values, name) ? values[name] : undefined,
  }));
}

function agree(expected: unknown, got: unknown, { relative, absolute }: Tolerance): boolean {
  if (Array.isArray(expected)) return isList(got) && got.length === 0 && expected.length === 0;
  if (Object.is(expected, got) || expected === got) return true;
  if (typeof expected !== 'number' || typeof got !== 'number') return false;
  if (!Number.isFinite(expected) || !Number.isFinite(got)) return false;
  return Math.abs(got - expected) <= Math.max(absolute, relative * Math.abs(expected));
}

function relativeError(expected: unknown, got: unknown): number | null {
  if (typeof expected !== 'number' || typeof got !== 'number') return null;
  const error = Math.abs(got - expected) / Math.abs(expected);
  return Number.isFinite(error) ? error : null;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function together(parts: readonly Comparison[]): Comparison {
  return {
    agreeing: parts.reduce((sum, part) => sum + part.agreeing, 0),
    differences: parts.flatMap(part => part.differences),
    missing: parts.flatMap(part => part.missing),
  };
}
