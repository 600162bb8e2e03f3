import { card } from './card.ts';
import type { ComparedColumn, Comparison } from './comparison.ts';
import { html } from './markup.ts';
import { style } from './style.ts';
import { asideTable, head, summaryTable } from './summary.ts';
import { drifted, headline } from './words.ts';

/**
 * A comparison as one HTML page: no script, nothing fetched, readable on paper, in the dark and by a screen reader. All
 * names are escaped.
 */
export function page(comparison: Comparison): string {
  const { columns } = comparison;
  const places = new Map(columns.map((column, i) => [column, `column-${i + 1}`]));
  const idOf = (column: ComparedColumn) => places.get(column)!;
  const tested = columns.filter(column => column.verdict !== 'aside');
  const title = headline(comparison);
  const sentences = drifted(comparison).filter(column => column.sentence !== '');
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} - Leeway</title><style>${style}</style></head><body><main>
<p class="eyebrow">Leeway comparison</p><h1>${title}</h1>
${head(comparison)}
${sentences.length === 0 ? null : html`<ul class="sentences">${sentences.map(column => html`<li>${column.sentence}</li>`)}</ul>`}
${summaryTable(columns, idOf)}
${asideTable(columns)}
${tested.map(column => card(column, idOf(column)))}
<p class="how">How to read it: p is the probability of a difference at least this large if nothing had changed; both files count as samples. A column drifts when p is at most the level allowed and the share of rows that moved reaches the tolerance. The share comes with limits that hold with 95 %, for all places at once. Rows count as independent of each other: where they come in batches, or one file holds another time of day or week than the other, p is too small. Missing, not-a-number and infinite values have no place in the plots.</p>
</main></body></html>
`.markup;
}
