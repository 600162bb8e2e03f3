import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * Runs every `@example` of src/stats. A line is `expression // result` or `expression // => result`, the result may
 * stand on the next line; a line without either prepares the next ones (`const counts = ...`). Numbers must agree to seven significant digits, or to as many as are written.
 */
const folder = join(import.meta.dirname, '../../src/stats');

interface Example {
  readonly file: string;
  readonly line: number;
  readonly setup: readonly string[];
  readonly expression: string;
  readonly result: string;
}

function examplesOf(file: string): Example[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const found: Example[] = [];
  let inside = false;
  let setup: string[] = [];
  lines.forEach((raw, i) => {
    const text = raw.replace(/^\s*\*\s?/, '').trim();
    if (raw.includes('@example')) {
      inside = true;
      setup = [];
    } else if (inside && (raw.includes('*/') || text.startsWith('@'))) {
      inside = false;
    } else if (inside && text !== '') {
      const at = text.lastIndexOf('// ');
      if (at < 0) setup.push(text);
      else {
        // A result on a line of its own belongs to the line before.
        const expression = at === 0 ? setup.pop()! : text.slice(0, at).trim();
        const result = text.slice(at + 3).replace(/^=> /, '');
        found.push({ file, line: i + 1, setup: [...setup], expression, result });
      }
    }
  });
  return found;
}

function evaluate(
  names: Readonly<Record<string, unknown>>,
  setup: readonly string[],
  expression: string,
): unknown {
  const body = `${setup.join('\n')}\nreturn (${expression.replace(/;$/, '')});`;
  return new Function(...Object.keys(names), body)(...Object.values(names)) as unknown;
}

function expectClose(actual: unknown, expected: unknown, where: string): void {
  if (typeof expected === 'number' && Number.isFinite(expected)) {
    expect(typeof actual, where).toBe('number');
    const written = String(expected)
      .replace(/e.*$/, '')
      .replace(/^-?0*\.?0*|\./g, '').length;
    const slack = 0.51 * 10 ** (1 - Math.min(7, Math.max(1, written)));
    const exact = Number.isInteger(expected) ? 1e-9 : slack;
    expect(Math.abs((actual as number) - expected), `${where}: ${String(actual)}`).toBeLessThanOrEqual(
      exact * Math.max(Math.abs(expected), Number.isInteger(expected) ? 1 : 0),
    );
  } else if (expected !== null && typeof expected === 'object') {
    const got = (ArrayBuffer.isView(actual) ? [...(actual as Uint32Array)] : actual) as Record<
      string,
      unknown
    >;
    expect(Object.keys(got), where).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) expectClose(got[key], value, `${where} .${key}`);
  } else {
    expect(actual, where).toEqual(expected);
  }
}

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  name => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);
const modules = await Promise.all(
  files.map(name => import(join(folder, name)) as Promise<Record<string, unknown>>),
);
const names: Record<string, unknown> = Object.assign({}, ...modules);
const examples = files.flatMap(examplesOf);

test.each(examples)('$file:$line $expression', example => {
  const actual = evaluate(names, example.setup, example.expression);
  const expected = evaluate(names, [], example.result);
  expectClose(actual, expected, example.expression);
});

test.each(files)('every function that %s exports has an example', file => {
  const source = readFileSync(join(folder, file), 'utf8');
  const exported = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export function (\w+)/g)];
  const all = [...source.matchAll(/^export function (\w+)/gm)].map(match => match[1]);
  const shown = exported.filter(match => match[1]!.includes('@example')).map(match => match[2]);
  expect(shown).toEqual(all);
});
