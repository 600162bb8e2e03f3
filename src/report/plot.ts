import { html, type Markup } from './markup.ts';
import { numberText, percentText } from './numbers.ts';
import type { Scale } from './scale.ts';

/** Size of every plot, and the room its axes take, pixels. */
export const plot = { width: 480, height: 220, left: 46, right: 12, top: 10, bottom: 26 } as const;

/** Ends of the axes. */
export const across: readonly [number, number] = [plot.left, plot.width - plot.right];
export const upwards: readonly [number, number] = [plot.height - plot.bottom, plot.top];

/** A plot with a title and a description for those who do not see it. `id` is unique in the page. */
export function figure(
  caption: string,
  words: { readonly id: string; readonly title: string; readonly description: string },
  content: readonly Markup[],
  height: number = plot.height,
): Markup {
  const { id, title, description } = words;
  return html`<figure><figcaption>${caption}</figcaption>
<svg viewBox="0 0 ${plot.width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${content}</svg></figure>`;
}

/** The axis of values below a plot. */
export function valueAxis(scale: Scale): Markup {
  const y = upwards[0];
  return html`<g class="axis"><line x1="${across[0]}" x2="${across[1]}" y1="${y}" y2="${y}"/>${scale.ticks.map(
    tick =>
      html`<text x="${round(scale.at(tick))}" y="${y + 16}" text-anchor="middle">${numberText(tick)}</text>`,
  )}</g>`;
}

/** The axis of shares beside a plot, with a line across at every tick. */
export function shareAxis(scale: Scale): Markup {
  return html`<g class="axis">${scale.ticks.map(tick => {
    const y = round(scale.at(tick));
    return html`<line class="grid" x1="${across[0]}" x2="${across[1]}" y1="${y}" y2="${y}"/><text x="${across[0] - 6}" y="${y + 4}" text-anchor="end">${percentText(tick)}</text>`;
  })}</g>`;
}

/** Pixels with one decimal. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
