import type { VectorCase, VectorFile } from './case.ts';
import { compare, type Difference } from './compare.ts';
import { families } from './families/index.ts';
import { readVectorFile } from './file.ts';

/** A value that does not agree, and where it stands. */
export interface Mismatch extends Difference {
  readonly file: string;
  readonly id: string;
}

/** What the library says to a set of reference files. */
export interface VectorReport {
  /** Files that were read, with their cases, the single values that agreed, and what failed. */
  readonly files: readonly {
    readonly name: string;
    readonly cases: number;
    readonly agreeing: number;
    readonly failed: number;
  }[];
  readonly mismatches: readonly Mismatch[];
  /** What nothing here can check, with the number of cases. Not counted as passed. */
  readonly unchecked: readonly { readonly what: string; readonly cases: number }[];
  /** Files that could not be read, and cases that could not be computed: failed. */
  readonly broken: readonly string[];
  /** Single values. */
  readonly passed: number;
  readonly failed: number;
}

interface Outcome {
  readonly agreeing: number;
  readonly mismatches: readonly Mismatch[];
  readonly unchecked: readonly string[];
  readonly broken: readonly string[];
}

/** A file as it was found: its text, or why it could not be read. */
export type FoundFile = { readonly name: string } & (
  | { readonly text: string }
  | { readonly problem: string }
);

/** Whether no value was compared and no case of a reference file failed. */
export function nothingChecked({ files, mismatches, passed, failed }: VectorReport): boolean {
  return passed === 0 && mismatches.length === 0 && (failed === 0 || files.length === 0);
}

/** Runs every case of every file against the library. */
export function runVectors(found: readonly FoundFile[]): VectorReport {
  const files: VectorReport['files'][number][] = [];
  const outcomes: Outcome[] = [];
  for (const one of found) {
    const { name } = one;
    const read = 'text' in one ? readVectorFile(name, one.text) : one;
    if ('problem' in read) {
      outcomes.push({ agreeing: 0, mismatches: [], unchecked: [], broken: [`${name} ${read.problem}`] });
      continue;
    }
    const results = read.file.cases.map(asked => runCase(read.file, asked));
    outcomes.push(...results);
    const agreeing = results.reduce((sum, result) => sum + result.agreeing, 0);
    const failed = results.reduce(
      (sum, { mismatches: off, broken: bad }) => sum + off.length + bad.length,
      0,
    );
    files.push({ name, cases: results.length, agreeing, failed });
  }
  const mismatches = outcomes.flatMap(one => one.mismatches);
  const broken = outcomes.flatMap(one => one.broken);
  return {
    files,
    mismatches,
    unchecked: counted(outcomes.flatMap(one => one.unchecked)),
    broken,
    passed: outcomes.reduce((sum, one) => sum + one.agreeing, 0),
    failed: mismatches.length + broken.length,
  };
}

function runCase(file: VectorFile, asked: VectorCase): Outcome {
  const nothing: Outcome = { agreeing: 0, mismatches: [], unchecked: [], broken: [] };
  const family = families.get(file.family);
  if (family === undefined) return { ...nothing, unchecked: [`${file.name}: family ${file.family}`] };
  try {
    const got = family.answer(asked);
    if (got === null) return { ...nothing, unchecked: [`${file.name}: ${asked.kind}`] };
    const found = compare({ key: '', expected: asked.expected, got }, key => family.tolerance(key, asked));
    return {
      agreeing: found.agreeing,
      mismatches: found.differences.map(one => ({ ...one, file: file.name, id: asked.id })),
      unchecked: found.missing.map(key => `${file.name}: ${key}`),
      broken: [],
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...nothing, broken: [`${file.name} ${asked.id} cannot be computed: ${reason}`] };
  }
}

/** The same thing once, with how often it occurred. */
function counted(names: readonly string[]): VectorReport['unchecked'] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([what, cases]) => ({ what, cases }));
}
