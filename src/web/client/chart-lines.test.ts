import { describe, expect, it } from 'vitest';
import type { FindingEntry, Verdict } from './answers.ts';
import { chartLines, effectTop, markedWindows, windowVerdicts } from './chart-lines.ts';
import type { SeriesView, SubjectSeries } from './series.ts';

const entry = (verdict: Verdict, effect: number) => ({ verdict, effect }) as FindingEntry;
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
  tolerances: [0.02],
  pagings: [0.1],
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
