import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The import rule of docs/ARCHITECTURE.md, read from the source text. */
const root = resolve(import.meta.dirname, '../../src');
const ground = ['domain', 'lib', 'stats'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  stats: ['domain'],
  lib: ['domain'],
  // A mapping and the target of a webhook are checked by the code that uses them.
  config: ['lib', 'domain', 'stats', 'decode', 'act'],
  source: ground,
  decode: ground,
  store: ground,
  profile: ground,
  detect: ground,
  publish: ground,
  act: ground,
  elect: ground,
  http: ground,
  report: ground,
  vectors: ['stats', 'lib'],
  simulate: ['stats', 'lib'],
  // The command line starts the whole service, so it alone may name the application and its configuration.
  cli: [...ground, 'config', 'report', 'vectors', 'simulate', 'app.ts', 'app'],
};

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return path === join(root, 'web') ? [] : filesBelow(path);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(match =>
    resolve(dirname(file), match[1]!),
  );
}

describe('the import rule', () => {
  const files = filesBelow(root).filter(file => relative(root, file).includes('/'));

  it('finds files to check', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  it('holds for every file of every stage', () => {
    const broken = files.flatMap(file => {
      const stage = relative(root, file).split('/')[0]!;
      if (stage === 'app') return [];
      return importsOf(file)
        .map(target => relative(root, target).split('/')[0]!)
        .filter(target => target !== stage && !(allowed[stage] ?? []).includes(target))
        .map(target => `${relative(root, file)} imports ${target}`);
    });
    expect(broken).toEqual([]);
  });
});
