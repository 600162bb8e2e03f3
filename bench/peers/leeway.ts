/**
 * Leeway's verdicts on the same rows: `leeway.ts DIRECTORY OUT [--time]`, called by main.ts. Each window is judged alone
 * by the tests for independent rows, at the level that one false alarm a month leaves for each of 50 features in 720
 * windows, with the default tolerances and with those that page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { effectBy } from '../../src/detect/tail-effect.ts';
import { binOf, createBinLookup } from '../../src/stats/bin-lookup.ts';
import { keptCategories, numericEdges } from '../../src/stats/binning.ts';
import { categoricalTest } from '../../src/stats/categorical-test.ts';
import type { TestResult } from '../../src/stats/combine.ts';
import { categoricalEffect } from '../../src/stats/effect-categorical.ts';
import { shareEffect } from '../../src/stats/effect-share.ts';
import { numericTest } from '../../src/stats/numeric-test.ts';
import { bodyTolerance, rareTolerance, verdictOf } from '../../src/stats/verdict.ts';
import { measure } from '../cpu.ts';
import type { Outcome, PeerCell } from './outcome.ts';
import type { Column, Manifest } from './streams.ts';

const alpha = 1 / (50 * 720);
const timedRuns = 3;
const settings = {
  default: { body: bodyTolerance, rare: rareTolerance },
  paging: { body: 0.1, rare: 0.02 },
} as const;

/** Rows of one column: numbers with not-a-number for missing, or numbers of categories. */
type Values = Float64Array | Uint16Array;

interface Counted {
  /** By cell: below the range, bins, above it; or by category, the last for all others. */
  readonly cells: Uint32Array;
  readonly missing: number;
  readonly rows: number;
}

/** A frozen binning with its reference: counts rows the same way ever after. */
interface Baseline {
  readonly reference: Counted;
  readonly count: (values: Values) => Counted;
}

function baselineOf(values: Values): Baseline {
  const count = values instanceof Float64Array ? numericCounter(values) : categoryCounter(values);
  return { reference: count(values), count };
}

function numericCounter(reference: Float64Array): Baseline['count'] {
  const lookup = createBinLookup(numericEdges(reference));
  return values => {
    const cells = new Uint32Array(lookup.bins);
    let missing = 0;
    for (const value of values) {
      if (Number.isNaN(value)) missing++;
      else cells[binOf(lookup, value)]! += 1;
    }
    return { cells, missing, rows: values.length };
  };
}

function categoryCounter(reference: Uint16Array): Baseline['count'] {
  const seen = new Map<string, number>();
  for (const value of reference) seen.set(`c${value}`, (seen.get(`c${value}`) ?? 0) + 1);
  const kept = new Map(keptCategories(seen).map((name, i) => [Number(name.slice(1)), i]));
  return values => {
    const cells = new Uint32Array(kept.size + 1);
    for (const value of values) cells[kept.get(value) ?? kept.size]! += 1;
    return { cells, missing: 0, rows: values.length };
  };
}

interface Found {
  readonly p: number;
  readonly effect: number;
  readonly part: 'body' | 'rare';
}

/** p, and the effect and tolerance that go with the component that decided. */
function compare(column: Column['kind'], current: Counted, reference: Counted): Found {
  if (column === 'categorical') {
    const { p, by } = categoricalTest(current.cells, reference.cells);
    const effect = categoricalEffect(current.cells, reference.cells).estimate;
    return { p, effect, part: by === 'cell' ? 'rare' : 'body' };
  }
  const missing = { current: current.missing, reference: reference.missing };
  return numericFound(numericTest(current.cells, reference.cells, missing), current, reference);
}

function numericFound({ p, by }: TestResult, current: Counted, reference: Counted): Found {
  if (by === 'null') {
    const share = shareEffect(current.missing, current.rows, reference.missing, reference.rows);
    return { p, effect: Math.abs(share.estimate), part: 'rare' };
  }
  const effect = effectBy(by, current.cells, reference.cells).estimate;
  return { p, effect, part: by === 'tail' || by === 'atom' ? 'rare' : 'body' };
}

function read(file: string, kind: Column['kind']): Values {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return kind === 'numeric' ? new Float64Array(buffer) : new Uint16Array(buffer);
}

/** One column of one repeat against one reference. */
interface Case {
  readonly repeat: number;
  readonly column: Column;
  readonly reference: number;
  readonly baseline: Baseline;
}

function* casesOf(directory: string, manifest: Manifest): Generator<Case> {
  for (let repeat = 0; repeat < manifest.repeats; repeat++)
    for (const column of manifest.columns) {
      const all = read(join(directory, `${repeat}-reference`, column.of), column.kind);
      for (const reference of manifest.references)
        yield { repeat, column, reference, baseline: baselineOf(all.subarray(0, reference)) };
    }
}

/** Windows called drifted, and windows of which it says that it cannot tell. */
function judgeAll(directory: string): PeerCell[] {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const cells = new Map<string, PeerCell>();
  const cellOf = (setting: string, { reference, column }: Case, rows: number): PeerCell => {
    const key = JSON.stringify([setting, reference, rows, column.name]);
    const known = cells.get(key);
    if (known !== undefined) return known;
    const none = () => Array.from({ length: manifest.repeats }, () => 0);
    const cell = { setting, reference, rows, column: column.name, flagged: none(), windows: none() };
    cells.set(key, cell);
    return cell;
  };
  for (const one of casesOf(directory, manifest))
    for (const { rows, count } of manifest.windows) {
      const following = read(join(directory, `${one.repeat}-${rows}`, one.column.name), one.column.kind);
      for (let i = 0; i < count; i++) {
        const current = one.baseline.count(following.subarray(i * rows, (i + 1) * rows));
        for (const [setting, flagged] of verdicts(one.column.kind, current, one.baseline.reference)) {
          const cell = cellOf(setting, one, rows);
          cell.flagged[one.repeat]! += flagged ? 1 : 0;
          cell.windows[one.repeat]! += 1;
        }
      }
    }
  return [...cells.values()];
}

function verdicts(kind: Column['kind'], current: Counted, reference: Counted): [string, boolean][] {
  const { p, effect, part } = compare(kind, current, reference);
  const found = { p, effect, n: current.rows, nReference: reference.rows };
  const verdict = (tolerance: number) => verdictOf(found, { alpha, tolerance }).verdict;
  const byDefault = verdict(settings.default[part]);
  return [
    ['default', byDefault === 'drift'],
    ['p alone', p <= alpha],
    ['paging', verdict(settings.paging[part]) === 'drift'],
    ['cannot tell', byDefault === 'insufficient'],
  ];
}

/** From rows in memory to verdicts: both samples binned, tests, effects. */
async function timed(directory: string): Promise<{ seconds: number[]; again: number[] }> {
  const names = [...Array.from({ length: 18 }, (_, i) => `n${i}`), 'k0', 'k1'];
  const columns = names.map(name => {
    const kind = name.startsWith('n') ? ('numeric' as const) : ('categorical' as const);
    const sample = (of: string) => read(join(directory, of, name), kind);
    return { kind, reference: sample('timed-reference'), current: sample('timed-current') };
  });
  const seconds: number[] = [];
  const again: number[] = [];
  for (let run = 0; run < timedRuns; run++) {
    const prepared = await measure(() => columns.map(({ reference }) => baselineOf(reference)));
    const compared = await measure(() =>
      columns.map(({ kind, current }, i) => {
        const baseline = prepared.value[i]!;
        return verdicts(kind, baseline.count(current), baseline.reference);
      }),
    );
    seconds.push(prepared.cpuSeconds + compared.cpuSeconds);
    again.push(compared.cpuSeconds);
  }
  return { seconds, again };
}

const [directory = '', out = '', mode] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const judged = mode === '--time' ? null : await measure(() => judgeAll(directory));
const outcome: Outcome = {
  tool: 'leeway',
  version,
  notes: [
    'Level 2.8e-5: one false alarm in a month of 50 features and 720 windows.',
    'Tolerances: 2 % of the rows moved, .5 % for what is rare (missing values, tails, single categories); to page somebody 10 % and 2 %, so at that tolerance changes smaller than it are left alone on purpose (a mean + .1 sd moves 4 % of the rows).',
    '"cannot tell" is its own verdict for windows that would miss a move of 10 % of the rows half of the time.',
  ],
  cells: judged?.value ?? [],
  ...(judged === null ? await timed(directory) : { seconds: [judged.cpuSeconds] }),
  megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
};
writeFileSync(out, JSON.stringify(outcome));
