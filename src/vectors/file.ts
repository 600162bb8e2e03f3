import type { VectorCase, VectorFile } from './case.ts';

/** A file that could be read, or why not. */
export type ReadFile = { readonly file: VectorFile } | { readonly problem: string };

const words: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };

type Fields = Readonly<Record<string, unknown>>;

/** Reads the text of a reference file: a family of cases, or one golden case ({name, kind, input, output}). */
export function readVectorFile(name: string, text: string): ReadFile {
  let content: unknown;
  try {
    content = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value,
    );
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` };
  }
  if (!isFields(content)) return { problem: 'holds no object with a family and cases' };
  if (Array.isArray(content.cases)) return readFamily(name, content, content.cases);
  if ('input' in content && 'output' in content) return readGolden(name, content);
  return { problem: 'has neither cases nor input and output' };
}

function readFamily(name: string, content: Fields, cases: readonly unknown[]): ReadFile {
  if (typeof content.family !== 'string') return { problem: 'names no family' };
  const read: VectorCase[] = [];
  for (const [i, entry] of cases.entries()) {
    if (!isFields(entry) || !isFields(entry.inputs) || !isFields(entry.expected)) {
      return { problem: `case ${i + 1} lacks inputs or expected values` };
    }
    read.push({
      id: textOf(entry.id, `case ${i + 1}`),
      kind: textOf(entry.function ?? entry.kind, ''),
      inputs: entry.inputs,
      expected: entry.expected,
    });
  }
  if (read.length === 0) return { problem: 'has no case' };
  return { file: { name, family: content.family, cases: read } };
}

function readGolden(name: string, content: Fields): ReadFile {
  const { input, output } = content;
  if (typeof content.kind !== 'string') return { problem: 'names no kind' };
  if (!isFields(input) || !isFields(output)) return { problem: 'has an input or output that is no object' };
  const asked = {
    id: textOf(content.name, name),
    kind: content.kind,
    inputs: input,
    // The inputs of plain functions stand beside their results.
    expected: output,
  };
  return { file: { name, family: 'golden', cases: [asked] } };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
