import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { measures } from '../../src/stats/measures/index.ts';

/**
 * Keeps docs/methods true: links resolve, every page is in the index, every measure has a page, and every line
 * `call // value` of a ```ts block gives that value, to as many digits as are written. A line that ends in `;` prepares
 * the next ones; functions are those that src/stats and src/detect export.
 */
const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/methods');
const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.md'))
  .sort();
const textOf = (page: string) => readFileSync(join(folder, page), 'utf8');

interface Example {
  readonly page: string;
  readonly line: number;
  readonly setup: string;
  readonly call: string;
  readonly value: string;
}

function examplesOf(page: string): Example[] {
  const found: Example[] = [];
  let inside = false;
  let setup = '';
  let waiting = '';
  textOf(page)
    .split('\n')
    .forEach((text, i) => {
      const at = text.lastIndexOf(' // ');
      if (text.startsWith('```')) {
        expect(waiting, `${page}: a block ends inside of a statement`).toBe('');
        inside = text === '```ts';
        setup = '';
      } else if (inside && at >= 0) {
        const call = `${waiting}${text.slice(0, at)}`;
        found.push({ page, line: i + 1, setup, call, value: text.slice(at + 4).trim() });
        waiting = '';
      } else if (inside) {
        waiting += `${text}\n`;
        if (/^\S.*;$/.test(text) || text === '};') {
          setup += waiting;
          waiting = '';
        }
      }
    });
  return found;
}

async function exportsOf(name: string): Promise<Record<string, unknown>> {
  const files = readdirSync(join(root, name), { recursive: true, encoding: 'utf8' });
  const code = files.filter(file => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const modules = code.map(file => import(join(root, name, file)) as Promise<Record<string, unknown>>);
  return Object.assign({}, ...(await Promise.all(modules))) as Record<string, unknown>;
}

const names = { ...(await exportsOf('src/detect')), ...(await exportsOf('src/stats')) };

function evaluate(setup: string, call: string): unknown {
  const body = `'use strict';\n${setup}\nreturn (${call});`;
  return new Function(...Object.keys(names), body)(...Object.values(names)) as unknown;
}

/** Significant digits of a number as it is written. */
function digitsOf(written: string): number {
  return written.replace(/^-|e.*$/g, '').replace(/^0*\.?0*|\./g, '').length;
}

function expectValue(actual: unknown, value: string, where: string): void {
  const expected = evaluate('', value);
  if (typeof expected !== 'number' || !Number.isFinite(expected)) {
    expect(actual, where).toEqual(expected);
    return;
  }
  expect(typeof actual, where).toBe('number');
  // Integers and short numbers are meant exactly, up to rounding.
  const digits = digitsOf(value) < 5 ? 9 : digitsOf(value);
  const slack = digits === 9 ? 1e-9 : 0.5001 * 10 ** (1 - digits) * leading(expected);
  expect(Math.abs((actual as number) - expected), `${where}: ${String(actual)}`).toBeLessThanOrEqual(slack);
}

/** Power of ten of the first digit. */
function leading(value: number): number {
  return value === 0 ? 1 : 10 ** Math.floor(Math.log10(Math.abs(value)));
}

const examples = pages.flatMap(examplesOf);

test.each(examples)('$page:$line $call', ({ page, line, setup, call, value }) => {
  expectValue(evaluate(setup, call), value, `${page}:${line} ${call}`);
});

test.each(pages)('%s has an example', page => {
  expect(examples.some(example => example.page === page)).toBe(true);
});

/** Targets of the links of a page, without those that leave the repository. */
function linksIn(text: string): string[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1]!);
  return targets.filter(target => !/^[a-z]+:/.test(target));
}

/** Names that a heading can be linked by. */
function anchorsOf(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(match => match[1]!);
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links', () => {
  test.each(pages)('of %s resolve', page => {
    for (const target of linksIn(textOf(page))) {
      const [path, anchor] = target.split('#') as [string, string?];
      const file = path === '' ? join(folder, page) : resolve(dirname(join(folder, page)), path);
      expect(existsSync(file), `${page} -> ${target}`).toBe(true);
      if (anchor !== undefined)
        expect(anchorsOf(readFileSync(file, 'utf8')), `${page} -> ${target}`).toContain(anchor);
    }
  });

  test('to the pages resolve in the rest of the documents and in the sources', () => {
    const places = ['README.md', 'docs', 'src', 'examples', 'bench'].flatMap(place =>
      place.endsWith('.md')
        ? [place]
        : readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map(name =>
            join(place, name),
          ),
    );
    const read = places.filter(name => /\.(md|ts|tsx)$/.test(name) && !name.includes('node_modules'));
    expect(read.length).toBeGreaterThan(100);
    for (const name of read) {
      const named = readFileSync(join(root, name), 'utf8').matchAll(/docs\/methods\/([\w/-]+\.md)/g);
      for (const [, page] of named) expect(pages, `${name} -> ${page}`).toContain(page);
    }
  });
});

describe('the index', () => {
  test('lists every page, once', () => {
    const rows = textOf('README.md')
      .split('\n')
      .filter(line => line.startsWith('| ['));
    const listed = rows.flatMap(linksIn).sort();
    const own = join('measures', 'a-measure-of-your-own.md');
    expect(listed).toEqual(pages.filter(page => page !== 'README.md' && page !== own));
    expect(linksIn(textOf('README.md'))).toContain(own);
  });

  test.each(pages)('%s is short and starts with its title', page => {
    const text = textOf(page);
    expect(text).toMatch(/^# \S/);
    expect(text.split('\n').length, relative(root, page)).toBeLessThanOrEqual(100);
  });
});

describe('measures', () => {
  const namesOn = (page: string) => {
    const paragraph = textOf(page)
      .split('\n\n')
      .find(part => part.includes('\nIn findings and policies:'));
    return [...(paragraph ?? '').matchAll(/`([\w-]+)`/g)].map(match => match[1]!);
  };
  const inFolder = pages.filter(
    page => page.startsWith('measures') && !basename(page).startsWith('a-measure'),
  );

  test('each has one page', () => {
    const named = inFolder.flatMap(namesOn).sort();
    expect(named).toEqual(measures.map(measure => measure.name).sort());
  });

  test.each(inFolder)('%s names at least one', page => {
    expect(namesOn(page).length).toBeGreaterThan(0);
  });
});
