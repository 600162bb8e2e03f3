import type { Bars, Shares } from './comparison.ts';
import { html, type Markup } from './markup.ts';
import { numberText, percentText } from './numbers.ts';
import { across, figure, round, shareAxis, upwards, valueAxis } from './plot.ts';
import { atValues, linearScale, logScale, type Scale } from './scale.ts';

/** Room of a bar beyond the range, and the gap to it, pixels. */
const outer = 12;
const gap = 5;

/** Histogram of the reference as an area, the current file as an outline over it. */
export function histogram(name: string, id: string, bars: Bars, log: boolean): Markup {
  const most = Math.max(...[...bars.shares, bars.below, bars.above].flatMap(s => [s.reference, s.current]));
  const y = linearScale([0, most || 1], upwards, 4);
  const inner: readonly [number, number] = [
    across[0] + (some(bars.below) ? outer + gap : 0),
    across[1] - (some(bars.above) ? outer + gap : 0),
  ];
  const x = (log ? logScale : linearScale)([bars.low, bars.high], inner);
  return figure(captionOf(bars, log), wordsOf({ name, id, log }, bars), [
    shareAxis(y),
    html`<path class="reference" d="${outline(bars, inner, y, 'reference')}Z"/>`,
    html`<path class="current" d="${outline(bars, inner, y, 'current')}"/>`,
    some(bars.below) ? beyond(bars.below, across[0], y) : html``,
    some(bars.above) ? beyond(bars.above, across[1] - outer, y) : html``,
    valueAxis(atValues(x, bars)),
  ]);
}

function captionOf({ below, above }: Bars, log: boolean): string {
  const notes = [log ? 'logarithmic axis' : '', some(below) || some(above) ? 'outer bars: all beyond' : ''];
  const said = notes.filter(Boolean).join('; ');
  return `How often each value occurs${said === '' ? '' : ` (${said})`}`;
}

function some(shares: Shares): boolean {
  return shares.reference > 0 || shares.current > 0;
}

/** Steps over all bars, from the axis and back to it. Bars are equally wide on either kind of axis. */
function outline(bars: Bars, [from, to]: readonly [number, number], y: Scale, side: keyof Shares): string {
  const width = (to - from) / bars.shares.length;
  const steps = bars.shares.map(
    (shares, i) => `V${round(y.at(shares[side]))}H${round(from + (i + 1) * width)}`,
  );
  return `M${round(from)},${round(y.at(0))}${steps.join('')}V${round(y.at(0))}`;
}

/** One bar for everything beyond the range. */
function beyond(shares: Shares, x: number, y: Scale): Markup {
  const box = (side: keyof Shares) =>
    `M${round(x)},${round(y.at(0))}V${round(y.at(shares[side]))}H${round(x + outer)}V${round(y.at(0))}`;
  return html`<path class="reference" d="${box('reference')}Z"/><path class="current" d="${box('current')}"/>`;
}

function wordsOf(
  { name, id, log }: { readonly name: string; readonly id: string; readonly log: boolean },
  { low, high, values, shares, below, above }: Bars,
) {
  const startOf = (i: number) => {
    const part = i / shares.length;
    return log ? low * (high / low) ** part : low + (high - low) * part;
  };
  const highest = (side: keyof Shares) => {
    const i = shares.reduce((best, s, at) => (s[side] > shares[best]![side] ? at : best), 0);
    const value = values?.find(one => one >= startOf(i) && one < startOf(i + 1));
    const place = value === undefined ? `from ${numberText(startOf(i))}` : `at ${numberText(value)}`;
    return `${percentText(shares[i]![side])} ${place}`;
  };
  const outside = (s: Shares) => `${percentText(s.reference)} and ${percentText(s.current)}`;
  return {
    id,
    title: `Histogram of ${name}`,
    description:
      `Shares of rows from ${numberText(low)} to ${numberText(high)} in ${shares.length} bars. Highest bar: ` +
      `reference ${highest('reference')}, current ${highest('current')}. Below the range lie ${outside(below)} ` +
      `of reference and current, above it ${outside(above)}.`,
  };
}
