import type { CategoricalShape, Shares } from './comparison.ts';
import { html, type Markup } from './markup.ts';
import { percentText } from './numbers.ts';
import { figure, plot, round } from './plot.ts';
import { linearScale } from './scale.ts';

/** Pixels: a pair of bars with its gap, a bar, where bars begin, and room for a share behind them. */
const rowHeight = 30;
const barHeight = 10;
const left = 150;
const room = 60;
/** Most characters of a name beside its bars; the whole name is in its tooltip. */
const nameLength = 22;

/** A pair of bars for each category: reference above, current below. */
export function categoryBars(name: string, id: string, shape: CategoricalShape): Markup {
  const { others } = shape;
  const rows = [
    ...shape.bars,
    ...(others === null ? [] : [{ ...others, name: `${others.categories} other categories` }]),
  ];
  const most = Math.max(...rows.flatMap(row => [row.reference, row.current]));
  const x = linearScale([0, most || 1], [left, plot.width - room]);
  const largest = rows.reduce((best, row) => (apart(row) > apart(best) ? row : best));
  const words = {
    id,
    title: `Categories of ${name}`,
    description:
      `The largest change is ${nameText(largest.name)}: ${percentText(largest.reference)} of the reference and ` +
      `${percentText(largest.current)} of the current file.`,
  };
  const bars = rows.map((row, i) => {
    const y = 4 + i * rowHeight;
    const bar = (side: keyof Shares, top: number) => {
      const end = round(x.at(row[side]));
      return html`<rect class="${side}" x="${left}" y="${top}" width="${round(end - left)}" height="${barHeight}"/><text class="value" x="${end + 5}" y="${top + 9}">${percentText(row[side])}</text>`;
    };
    return html`<g><title>${nameText(row.name)}</title><text class="name" x="${left - 8}" y="${y + 15}" text-anchor="end">${shortened(nameText(row.name))}</text>${bar('reference', y)}${bar('current', y + barHeight + 1)}</g>`;
  });
  return figure('Share of rows in each category', words, bars, rows.length * rowHeight + 4);
}

function apart({ reference, current }: Shares): number {
  return Math.abs(reference - current);
}

function nameText(name: string): string {
  return name === '' ? '(empty text)' : name;
}

function shortened(name: string): string {
  const characters = [...name];
  return characters.length > nameLength ? `${characters.slice(0, nameLength - 1).join('')}…` : name;
}
