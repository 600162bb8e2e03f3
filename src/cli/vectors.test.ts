import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createManualClock } from '../lib/clock.ts';
import { runCommand } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'leeway-vectors-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(['vectors', ...args], {
    terminal: {
      out: text => void out.push(text),
      err: text => void err.push(text),
      interactive: false,
      environment: {},
    },
    startApp: () => Promise.reject(new Error('not started here')),
    signals: process,
    clock: createManualClock(0),
    fetch: () => Promise.reject(new Error('not called here')),
    exit: () => {},
    version: '0.1.0',
  });
  return { code, out, err };
}

function folder(name: string, files: Readonly<Record<string, unknown>>): string {
  const path = join(directory, name);
  mkdirSync(path);
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

const chi = (df: number) => ({
  family: 'chi_square',
  cases: [{ id: 'chi-1', inputs: { ref: [36, 64], cur: [37, 63] }, expected: { df, min_expected: 36.5 } }],
});

it('ends with what passed and failed, exit code 0 when all agree', async () => {
  const { code, out } = await run(folder('good', { 'chi.json': chi(1), 'README.md': 'not read' }));
  expect(out).toEqual(['chi.json: 1 case, 2 values agree', '2 passed, 0 failed']);
  expect(code).toBe(0);
});

it('names each mismatch, each broken file and what it cannot check, exit code 1', async () => {
  const files = {
    'a.json': chi(2),
    'b.json': '{"family": "ks", ',
    'c.json': { family: 'runes', cases: [{ id: 'r', inputs: {}, expected: { '\u001b[31mx': 1 } }] },
  };
  const path = folder('bad', files);
  mkdirSync(join(path, 'd.json'));
  const { code, out } = await run(path);
  expect(out).toEqual([
    'a.json: 1 case, 1 value agrees, 1 failed',
    'c.json: 1 case, 0 values agree',
    'a.json chi-1 df: expected 2, got 1, relative error 5.0e-1',
    expect.stringMatching(/^b\.json is not JSON: /),
    expect.stringMatching(/^d\.json cannot be read: it is a directory/),
    'not checked: c.json: family runes (1 case)',
    '1 passed, 3 failed',
  ]);
  expect(code).toBe(1);
  const json = await run(path, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out.join(''))).toMatchObject({ passed: 1, failed: 3 });
});

it('shows infinite numbers, and nothing that could move the cursor', async () => {
  const inf = {
    family: 'divergences',
    cases: [{ id: 'a\u001b[2Jb', inputs: { ref: [1, 0], cur: [1, 1] }, expected: { alpha_0: { psi: 3 } } }],
  };
  const { out } = await run(folder('words', { 'd.json': inf }));
  expect(out[1]).toBe('d.json a [2Jb alpha_0.psi: expected 3, got Infinity');
});

it('a folder in which nothing could be checked is a usage error, and says what was there', async () => {
  const runes = { family: 'runes', cases: [{ id: 'r', inputs: {}, expected: { x: 1 } }] };
  for (const [name, content, line] of [
    ['unknown', runes, 'not checked: f.json: family runes (1 case)'],
    ['package', { name: 'x' }, 'f.json has neither cases nor input and output'],
  ] as const) {
    const { code, out, err } = await run(folder(name, { 'f.json': content }));
    expect(code).toBe(2);
    expect(out).toContain(line);
    expect(err[0]).toMatch(/LW_USAGE: Nothing was checked: no file in .* holds a known case/);
  }
});

it('a folder that cannot be read, or without files, is a usage error', async () => {
  const none = await run(join(directory, 'none'));
  expect(none.code).toBe(2);
  expect(none.err[0]).toMatch(/LW_USAGE: .*none cannot be read: there is no such/);
  const empty = await run(folder('empty', {}));
  expect(empty.code).toBe(2);
  expect(empty.err[0]).toMatch(/holds no \*\.json file/);
});
