import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors } from './run.ts';

const root = join(import.meta.dirname, '../../test');

function filesOf(folder: string) {
  const names = readdirSync(join(root, folder)).filter(name => name.endsWith('.json'));
  return names.map(name => ({ name, text: readFileSync(join(root, folder, name), 'utf8') }));
}

describe('the reference files', () => {
  it('agree', () => {
    const report = runVectors(filesOf('vectors'));
    expect(report.mismatches).toEqual([]);
    expect(report.broken).toEqual([]);
    // Of another tool's values these three are not reproduced.
    expect(report.unchecked).toEqual([
      { what: 'compat.json: evidently.num.cramer_von_mises', cases: 4 },
      { what: 'compat.json: evidently.num.anderson', cases: 4 },
      { what: 'compat.json: evidently.cat.TVD', cases: 4 },
    ]);
    const cases = Object.fromEntries(report.files.map(file => [file.name, file.cases]));
    expect(cases).toMatchObject({
      'ks.json': 17,
      'chi_square.json': 18,
      'divergences.json': 21,
      'samples.json': 14,
      'special.json': 19,
      'quantiles.json': 16,
      'multiple_testing.json': 14,
      'metrics.json': 22,
      'compat.json': 4,
    });
    const values = Object.fromEntries(report.files.map(file => [file.name, file.agreeing]));
    expect(values).toMatchObject({
      'ks.json': 165,
      'chi_square.json': 230,
      'divergences.json': 462,
      'samples.json': 256,
      'special.json': 1069,
      'quantiles.json': 559,
      'multiple_testing.json': 3627,
      'metrics.json': 396,
      'compat.json': 124,
    });
  });

  it('golden cases agree', () => {
    const report = runVectors(filesOf('golden'));
    expect(report.mismatches).toEqual([]);
    expect(report.broken).toEqual([]);
    expect(report.files).toHaveLength(39);
    expect(report.passed).toBe(694);
    // Its p-values are not in the file.
    expect(report.unchecked).toEqual([{ what: '38_special_functions.json: holm', cases: 1 }]);
  });
});

describe('a tampered value is found', () => {
  const value = (name: string, from: string, to: string) => {
    const text = readFileSync(join(root, 'vectors', name), 'utf8');
    const at = text.indexOf(from);
    expect(at, `${name} holds ${from}`).toBeGreaterThan(0);
    return runVectors([{ name, text: text.slice(0, at) + to + text.slice(at + from.length) }]);
  };

  it.each([
    ['ks.json', '"p_exact": 0.6388888888888888', '"p_exact": 0.6388889', 'p_exact'],
    ['chi_square.json', '"df": 1', '"df": 2', 'df'],
    ['metrics.json', '"accuracy": 0.65', '"accuracy": 0.6500000001', 'accuracy'],
    ['samples.json', '"welch_p": 0.9324443286767865', '"welch_p": 0.93244434', 'welch_p'],
  ])('%s %s', (name, from, to, key) => {
    const compact = readFileSync(join(root, 'vectors', name), 'utf8').includes(from);
    const [a, b] = compact ? [from, to] : [from.replace(': ', ':'), to.replace(': ', ':')];
    const report = value(name, a, b);
    expect(report.failed).toBe(1);
    expect(report.mismatches).toEqual([
      expect.objectContaining({ file: name, key, expected: Number(to.split(': ')[1]) }),
    ]);
    expect(report.mismatches[0]!.relative).toBeGreaterThan(0);
  });

  it('a verdict, a missing limit, a list of another length', () => {
    const name = '02_mean_shift_0.1_n5000.json';
    const golden = JSON.parse(readFileSync(join(root, 'golden', name), 'utf8')) as {
      output: { verdict: { state: string }; effect: { interval: number[] | null } };
    };
    golden.output.verdict.state = 'stable';
    golden.output.effect.interval = [0, 30, 31];
    const report = runVectors([{ name, text: JSON.stringify(golden) }]);
    expect(report.mismatches.map(({ key, got }) => [key, got])).toEqual([
      ['effect.interval', [0, 30]],
      ['verdict.state', 'drift'],
    ]);
  });
});

describe('what it cannot check', () => {
  const file = (content: unknown) => [{ name: 'f.json', text: JSON.stringify(content) }];
  const one = (more: object) => ({ id: 'a', inputs: {}, expected: { x: 1 }, ...more });

  it.each([
    [{ family: 'astrology', cases: [one({}), one({})] }, 'f.json: family astrology', 2],
    [{ family: 'special', cases: [one({ function: 'bessel' })] }, 'f.json: bessel', 1],
    [{ family: 'quantiles', cases: [one({ kind: 'octiles' })] }, 'f.json: octiles', 1],
    [
      {
        family: 'chi_square',
        cases: [{ id: 'a', inputs: { ref: [1, 2], cur: [2, 1] }, expected: { yates: 1, df: 1 } }],
      },
      'f.json: yates',
      1,
    ],
    [{ name: 'a', kind: 'tarot', input: {}, output: { x: 1 } }, 'f.json: tarot', 1],
  ])('%j is named and not counted as passed', (content, what, cases) => {
    const report = runVectors(file(content));
    expect(report.unchecked).toEqual([{ what, cases }]);
    expect(report.passed).toBe(what.endsWith('yates') ? 1 : 0);
    expect(report.failed).toBe(0);
  });

  it('inputs of a case that make no sense fail the case, not the run', () => {
    const cases = [one({}), { id: 'b', inputs: { ref: [1, 2], cur: [2, 1] }, expected: { df: 1 } }];
    const report = runVectors(file({ family: 'chi_square', cases }));
    expect(report.broken).toEqual([expect.stringMatching(/^f\.json a cannot be computed: /)]);
    expect([report.passed, report.failed]).toEqual([1, 1]);
  });
});

describe('files that are no reference files', () => {
  it.each([
    ['', /is not JSON/],
    ['{"family":', /is not JSON/],
    ['[1, 2]', /no object/],
    ['null', /no object/],
    ['"text"', /no object/],
    ['{}', /neither cases nor input and output/],
    ['{"cases": []}', /names no family/],
    ['{"family": "ks", "cases": []}', /has no case/],
    ['{"family": "ks", "cases": [{"id": "a", "inputs": {}}]}', /case 1 lacks inputs or expected values/],
    ['{"family": "ks", "cases": [7]}', /case 1 lacks/],
    ['{"input": {}, "output": {}}', /names no kind/],
    ['{"kind": "numeric", "input": 1, "output": {}}', /no object/],
  ])('%s', (text, problem) => {
    const report = runVectors([{ name: 'g.json', text }]);
    expect(report.broken).toEqual([expect.stringMatching(problem)]);
    expect(report.broken[0]).toMatch(/^g\.json /);
    expect([report.passed, report.failed]).toEqual([0, 1]);
  });

  it('a file that could not be read counts as failed', () => {
    expect(runVectors([{ name: 'h.json', problem: 'cannot be read: EACCES' }])).toMatchObject({
      broken: ['h.json cannot be read: EACCES'],
      failed: 1,
    });
  });
});
