import { describe, expect, it } from 'vitest';
import { defaultPolicy, pagingTolerance, severityOf } from '../../src/act/policy.ts';
import { finding as sample } from '../../src/act/samples.ts';
import { calibrations, type Finding } from '../../src/domain/finding.ts';
import { windowLengths } from '../../src/domain/window.ts';
import { categoricalWeights } from '../../src/stats/categorical-test.ts';
import { measures } from '../../src/stats/measures/index.ts';
import { numericWeights } from '../../src/stats/numeric-test.ts';
import type { FindingEntry } from '../../src/web/client/answers.ts';
import { measureTitle } from '../../src/web/client/measure-words.ts';
import { pages, pagingRule, pagingTolerance as shownTolerance } from '../../src/web/client/paging.ts';
import { componentWeights } from '../../src/web/client/verdict-words.ts';

const checks = [
  ...new Set([
    ...Object.keys(defaultPolicy.pagingEffects),
    ...defaultPolicy.pagingChecks,
    ...defaultPolicy.noisyChecks,
    ...defaultPolicy.doubtfulChecks,
    'drift:psi',
    'size',
    'blind',
    'objective',
    'suspected_duplicates',
    'performance',
    'unheard-of',
  ]),
];
const details = [
  {},
  { part: 'body', referenceShare: 0.01 },
  { part: 'rare', referenceShare: 0.02 },
  { part: 'rare', referenceShare: 0.021 },
  { part: 'rare', referenceShare: null },
];
const effects = [0.005, 0.019, 0.02, 0.039, 0.04, 0.099, 0.1, 0.199, 0.2, 0.25, 0.5, 9, Number.NaN];

const verdicts = ['drift', 'stable', 'no-data'] as const;
const segments = ['', 'country=NL'];

/** Every combination of one value of each list. */
function crossed<T extends Readonly<Record<string, readonly unknown[]>>>(lists: T) {
  type Row = { readonly [K in keyof T]: T[K][number] };
  return Object.entries(lists).reduce<Partial<Row>[]>(
    (rows, [name, values]) => rows.flatMap(row => values.map(value => ({ ...row, [name]: value }))),
    [{}],
  ) as Row[];
}

const grid: readonly Finding[] = crossed({
  check: checks,
  windowSeconds: windowLengths,
  calibration: calibrations,
  detail: details,
  effect: effects,
  verdict: verdicts,
  segment: segments,
}).map(of =>
  sample({ ...of, p: of.effect < 0.1 ? 1e-9 : 0.2, tolerance: of.check === 'latency' ? 0.25 : 0.02 }),
);

/** A finding as the page gets it. */
const entry = (finding: Finding) =>
  JSON.parse(
    JSON.stringify(finding, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  ) as FindingEntry;

describe('what the page says of paging', () => {
  it('is what the default policy does, on a grid of findings', () => {
    let [all, paging] = [0, 0];
    const wrong: string[] = [];
    for (const finding of grid) {
      const shown = entry(finding);
      const told = severityOf(finding, defaultPolicy) === 'page';
      all += 1;
      paging += Number(told);
      const what = `${finding.check} ${finding.windowSeconds} ${finding.calibration} ${JSON.stringify(finding.detail)} ${finding.effect} ${finding.verdict}`;
      if (pages(shown) !== told) wrong.push(`pages: ${what}`);
      if (shownTolerance(shown) !== pagingTolerance(finding, defaultPolicy)) wrong.push(`tolerance: ${what}`);
      const never = severityOf({ ...finding, verdict: 'drift', effect: 1e9 }, defaultPolicy) !== 'page';
      const rule = pagingRule(shown);
      if (never !== (rule === 'never' || rule === 'not-yet')) wrong.push(`rule ${rule}: ${what}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(all).toBeGreaterThan(10_000);
    expect(paging).toBeGreaterThan(1000);
  });
});

describe('componentWeights', () => {
  it('are those of the tests', () => {
    expect(componentWeights).toEqual({ ...numericWeights, ...categoricalWeights });
  });
});

describe('measureTitle', () => {
  it('is the title the library gives each measure', () => {
    expect(measures.map(({ name }) => measureTitle(name))).toEqual(measures.map(({ title }) => title));
    expect(measureTitle('of tomorrow')).toBe('of tomorrow');
  });
});
