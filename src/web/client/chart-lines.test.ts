import { describe, expect, it } from 'vitest';
import type { FindingEntry, Verdict } from './answers.ts';
import { chartLines, effectTop, levelsOf, markedWindows, windowVerdicts } from './chart-lines.ts';
import type { SeriesView, SubjectSeries } from './series.ts';

const entry = (verdict: Verdict, effect: number, over: Partial<FindingEntry> = {}) =>
  ({
    check: 'drift',
    version: '',
    segment: '',
    verdict,
    effect,
    tolerance: 0.02,
    calibration: 'calibrated',
    windowSeconds: 86_400,
    detail: {},
    ...over,
  }) as FindingEntry;
const subject = (name: string, findings: (FindingEntry | null)[]): SubjectSeries => ({
  subject: name,
  findings,
  worst: 0,
  worstDrift: 0,
});
const view = (subjects: SubjectSeries[]): SeriesView => ({
  windowSeconds: 3600,
  starts: [0, 3600],
  subjects,
});
const seven = view(
  Array.from({ length: 7 }, (_, i) => subject(`s${i}`, [entry('stable', 0.01), entry('insufficient', 0.5)])),
);

describe('chartLines', () => {
  it('colours the worst five and draws the selected one last', () => {
    const lines = chartLines(seven, 's6');
    expect(lines.filter(l => l.colour >= 0)).toHaveLength(5);
    expect(lines.at(-1)).toMatchObject({ subject: 's6', colour: -2, selected: true });
    expect(lines[0]).toMatchObject({ subject: 's5', colour: -1 });
  });

  it('keeps effects that were not judged apart', () => {
    expect(chartLines(seven, null)[0]).toMatchObject({ judged: [0.01, null], doubtful: [null, 0.5] });
  });

  it('the axis holds the paging tolerance even when nothing comes near it', () => {
    const calm = view([subject('a', [entry('stable', 0.001), null])]);
    expect(effectTop(calm, chartLines(calm, null))).toBeGreaterThan(0.1);
    expect(effectTop(seven, chartLines(seven, null))).toBeGreaterThan(0.5);
  });
});

describe('levelsOf', () => {
  const rare = { tolerance: 0.005, detail: { part: 'rare', referenceShare: 0.01 } };
  const learning = { calibration: 'learning' } as const;
  const mixed = view([
    subject('a', [entry('stable', 0, learning), entry('drift', 0.3)]),
    subject('b', [entry('drift', 0.03, rare), null]),
    subject('c', [entry('drift', 0.3, { ...learning, windowSeconds: 3600 }), null]),
    subject('d', [null, null]),
  ]);
  const values = (name: string | null, index: number) => levelsOf(mixed, name, index).map(l => l.value);

  it('are those of the selected subject in the selected window', () => {
    expect(values('a', 0)).toEqual([0.02, 0.2]);
    expect(values('a', 1)).toEqual([0.02, 0.1]);
    expect(values('b', 0)).toEqual([0.005, 0.02]);
    expect(values(null, 1)).toEqual([0.02, 0.1]);
  });

  it('stay where a window has no finding, and leave out paging where nothing can page', () => {
    expect(values('b', 1)).toEqual([0.005, 0.02]);
    expect(values('c', 0)).toEqual([0.02]);
    expect(values('d', 1)).toEqual([]);
  });
});

describe('windowVerdicts', () => {
  it('takes the worst of each window and null where nothing was found', () => {
    const mixed = view([subject('a', [entry('stable', 0), null]), subject('b', [entry('drift', 1), null])]);
    expect(windowVerdicts(mixed)).toEqual(['drift', null]);
  });
});

describe('markedWindows', () => {
  const run = (text: string) =>
    [...text].map(c => (c === 'd' ? entry('drift', 1) : c === '.' ? entry('stable', 0) : null));
  it('marks the first of a run and keeps marks apart', () => {
    expect(markedWindows(run('..dddddd..'), 4)).toEqual([2, 6]);
    expect(markedWindows(run('d.d.d'), 4)).toEqual([0, 2, 4]);
    expect(markedWindows(run('. .'), 4)).toEqual([]);
  });
});
