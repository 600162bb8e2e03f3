import { describe, expect, it } from 'vitest';
import type { ComparedColumn, Comparison, Measured } from './comparison.ts';
import { html } from './markup.ts';
import { intervalText, numberText, percentText, probabilityText } from './numbers.ts';
import { page } from './page.ts';
import { linearScale, logScale } from './scale.ts';

const seen = { rows: 1000, missing: 10, notNumbers: 5, mismatches: 0 };
const measured: Measured = {
  p: 1e-20,
  alpha: 0.01,
  by: 'z1',
  components: { z1: 1e-21, tail: 0.3 },
  effect: 0.2,
  effectLow: 0.1,
  effectHigh: 0.3,
  tolerance: 0.02,
  part: 'body',
  interval: { low: 1, high: null },
  values: null,
  category: null,
  direction: 1,
  missingMoved: null,
  smallestDetectable: 0.01,
  method: 'numeric',
  measures: { psi: 0.25, welch: null },
  reference: seen,
  current: { ...seen, missing: 500 },
};
const numeric: ComparedColumn = {
  name: '<script>alert(1)</script>',
  verdict: 'drift',
  kind: 'numeric',
  reason: '',
  sentence: 'x " onload=alert(1) \u0000 <b>: moved',
  measured,
  shape: {
    kind: 'numeric',
    bars: {
      low: 1,
      high: 100,
      values: null,
      shares: [
        { reference: 0.5, current: 0.2 },
        { reference: 0.4, current: 0.6 },
      ],
      below: { reference: 0, current: 0 },
      above: { reference: 0.1, current: 0.2 },
    },
    logBars: {
      low: 1,
      high: 100,
      values: null,
      shares: [{ reference: 1, current: 1 }],
      below: { reference: 0, current: 0 },
      above: { reference: 0, current: 0 },
    },
    curve: [
      { x: 1, reference: 0, current: 0 },
      { x: 50, reference: 0.5, current: 0.2 },
    ],
  },
};
const categorical: ComparedColumn = {
  ...numeric,
  name: "o'hara & sons",
  verdict: 'stable',
  kind: 'categorical',
  shape: {
    kind: 'categorical',
    bars: [{ name: '</svg><script>', reference: 0.5, current: 0.25 }],
    others: { categories: 3, reference: 0.5, current: 0.75 },
  },
};
const comparison = (columns: readonly ComparedColumn[]): Comparison => ({
  version: '1.2.3',
  at: Date.UTC(2026, 10, 21, 12),
  reference: { name: '<img src=x>.csv', rows: 1000, columns: 2 },
  current: { name: 'b.csv', rows: 1200, columns: 2 },
  options: { falseAlarms: 0.05, tolerance: 0.02, rareTolerance: 0.005, columns: null, ignore: ['<i>'] },
  tested: 2,
  alpha: 0.025,
  columns,
});

describe('the report', () => {
  const aside = {
    ...categorical,
    name: 'id',
    verdict: 'aside' as const,
    reason: 'an <identifier>',
    measured: null,
  };
  const text = page(comparison([numeric, categorical, aside]));

  it('escapes every name and sentence, in text and in plots', () => {
    expect(text).not.toMatch(/<script|<img|<i>|<b>|<identifier>/);
    expect(text).not.toContain('\u0000');
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    expect(text).not.toMatch(/" onload/);
    expect(text).toContain('o&#39;hara &#38; sons');
  });

  it('needs nothing else and runs nothing', () => {
    expect(text).not.toMatch(/https?:|<[^>]*\ssrc=|@import|url\(|javascript:/);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('says the verdicts, the numbers and why columns were set aside', () => {
    for (const part of [
      '<h1>1 of 2 columns drifted</h1>',
      '1,000 rows',
      '2026-11-21 12:00 UTC by Leeway 1.2.3',
      '1e-20 (allowed 0.01)',
      '20 %, 95 % limits 10 % to 30 %',
      'more rows above 1',
      'location: values are higher or lower (decided)',
      '<th scope="row">psi</th><td class="number">0.25</td>',
      '<th scope="row">welch</th><td class="number">-</td>',
      '50 %',
    ])
      expect(text).toContain(part);
    expect(text).toContain('an &#60;identifier&#62;');
  });

  it('every plot has a title and a description of its own', () => {
    const labels = [...text.matchAll(/aria-labelledby="(\S+-t) (\S+-d)"/g)].flatMap(m => [m[1]!, m[2]!]);
    expect(labels).toHaveLength(8);
    expect(new Set(labels).size).toBe(8);
    for (const id of labels) expect(text).toContain(` id="${id}"`);
  });

  it('no number in it is not a number', () => {
    const odd = { ...numeric, measured: { ...measured, p: NaN, effectHigh: Infinity, interval: null } };
    expect(page(comparison([odd]))).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says so when there was nothing to compare', () => {
    expect(page(comparison([aside]))).toContain('<h1>No column could be compared</h1>');
  });
});

describe('markup', () => {
  it('escapes what is filled in and keeps markup', () => {
    const inner = html`<b>${'<&>'}</b>`;
    expect(html`<p title="${'"'}">${[inner, 1, null]}</p>`.markup).toBe(
      '<p title="&#34;"><b>&#60;&#38;&#62;</b>1</p>',
    );
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.1235'],
    [12345.6, '12,346'],
    [1e12, '1e12'],
    [-2.5e-7, '-2.5e-7'],
    [-Infinity, '-infinity'],
  ])('%s is %s', (value, text) => expect(numberText(value)).toBe(text));

  it.each([
    [0.5, '0.5'],
    [0.00123, '0.0012'],
    [1.26e-9, '1.3e-9'],
    [1e-20, '1e-20'],
    [1e-300, '< 1e-300'],
  ])('p %s is %s', (p, text) => expect(probabilityText(p)).toBe(text));

  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.9999, '100 %'],
    [0.0312, '3.1 %'],
    [0.00001, '1e-3 %'],
  ])('share %s is %s', (share, text) => expect(percentText(share)).toBe(text));

  it('places are in the units of the column', () => {
    const of = (low: number | null, high: number | null) =>
      intervalText({ interval: { low, high }, category: null, values: null });
    expect([of(1, 2), of(null, 2), of(1, null), of(3, 3), of(null, null)]).toEqual([
      'between 1 and 2',
      'below 2',
      'above 1',
      'at 3',
      '',
    ]);
    expect(intervalText({ interval: null, category: 'a', values: null })).toBe('"a"');
    const values = (...found: number[]) =>
      intervalText({ interval: { low: 0.5, high: 4.5 }, category: null, values: found });
    expect([values(1), values(1, 2), values(2, 3, 4)]).toEqual([
      'the value 1',
      'the values 1 and 2',
      'the values 2 to 4',
    ]);
  });
});

describe('scales', () => {
  it('linear ones have round ticks inside the domain', () => {
    const scale = linearScale([3, 97], [0, 940]);
    expect(scale.ticks).toEqual([20, 40, 60, 80]);
    expect(scale.at(50)).toBeCloseTo(470);
  });

  it('a span without width or end has ticks too', () => {
    expect(linearScale([5, 5], [0, 10]).ticks).toEqual([5]);
    expect(linearScale([-1e308, 1e308], [0, 10]).ticks.length).toBeGreaterThan(0);
  });

  it('logarithmic ones place a factor always as far', () => {
    const scale = logScale([1, 1000], [0, 300]);
    expect([scale.at(1), scale.at(10), scale.at(100)].map(Math.round)).toEqual([0, 100, 200]);
    expect(scale.ticks).toEqual([1, 3, 10, 30, 100, 300, 1000].slice(0, scale.ticks.length));
  });
});
