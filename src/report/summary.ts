import type { ComparedColumn, Comparison, Measured } from './comparison.ts';
import { html, type Markup } from './markup.ts';
import { countText, percentText, probabilityText, unusableShare } from './numbers.ts';
import { verdictWords } from './words.ts';

/** The two files and how they were compared. */
export function head({ reference, current, options, alpha, tested, at, version }: Comparison): Markup {
  const fileText = (file: Comparison['reference']) =>
    html`<span class="file">${file.name}</span> <span class="muted">${countText(file.rows)} rows, ${countText(file.columns)} columns</span>`;
  const chosen = [
    options.columns === null ? 'all columns' : `columns ${options.columns.join(', ')}`,
    options.ignore.length === 0 ? '' : `without ${options.ignore.join(', ')}`,
  ];
  return html`<dl class="head">
<div><dt><span class="key reference"></span>Reference</dt><dd>${fileText(reference)}</dd></div>
<div><dt><span class="key current"></span>Current</dt><dd>${fileText(current)}</dd></div>
<div><dt>Compared</dt><dd>${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC by Leeway ${version}; ${chosen.filter(Boolean).join(', ')}</dd></div>
<div><dt>False alarms</dt><dd>${options.falseAlarms} expected at most if nothing changed, so each of ${countText(tested)} columns drifts at p ≤ ${probabilityText(alpha)}</dd></div>
<div><dt>Tolerance</dt><dd>${percentText(options.tolerance)} of rows moved; ${percentText(options.rareTolerance)} for missing values, extremes and single values</dd></div>
</dl>`;
}

/** All tested columns, worst first. */
export function summaryTable(
  columns: readonly ComparedColumn[],
  idOf: (column: ComparedColumn) => string,
): Markup {
  const tested = columns.filter(column => column.verdict !== 'aside');
  if (tested.length === 0) return html``;
  return html`<div class="scroll"><table class="summary"><caption>Columns, worst first. The lines show rows moved with limits from 0 to 100 % (square-root scale), dashed the tolerance.</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Verdict</th><th scope="col" class="number">Rows moved</th><th scope="col">95 % limits</th><th scope="col" class="number">p</th><th scope="col" class="number">Missing before</th><th scope="col" class="number">now</th></tr></thead>
<tbody>${tested.map(column => row(column, idOf(column)))}</tbody></table></div>`;
}

function row(column: ComparedColumn, id: string): Markup {
  const { name, measured } = column;
  const badge = html`<td>${verdictBadge(column)}</td>`;
  const link = html`<th scope="row"><a href="#${id}">${name}</a></th>`;
  if (measured === null) return html`<tr>${link}${badge}<td colspan="5">${column.reason}</td></tr>`;
  const { effect, effectLow, effectHigh, p, reference, current } = measured;
  return html`<tr>${link}${badge}<td class="number">${percentText(effect)}</td><td class="limits">${limitsBar(measured)} ${percentText(effectLow)} to ${percentText(effectHigh)}</td><td class="number">${probabilityText(p)}</td><td class="number">${percentText(unusableShare(reference))}</td><td class="number">${percentText(unusableShare(current))}</td></tr>`;
}

/** Verdict as a word with a mark, so that colour is not needed. */
export function verdictBadge({ verdict }: Pick<ComparedColumn, 'verdict'>): Markup {
  return html`<span class="badge ${verdict}">${verdictWords[verdict]}</span>`;
}

/** Effect and limits on a line from nothing to all rows, as a square root so that small ones are seen. */
function limitsBar({ effect, effectLow, effectHigh, tolerance }: Measured): Markup {
  const x = (share: number) => Math.round(Math.sqrt(Math.min(1, Math.max(0, share))) * 1000) / 10;
  return html`<svg class="limits-bar" viewBox="0 0 104 12" aria-hidden="true"><line class="base" x1="2" x2="102" y1="6" y2="6"/><line class="tolerance" x1="${2 + x(tolerance)}" x2="${2 + x(tolerance)}" y1="1" y2="11"/><line class="span" x1="${2 + x(effectLow)}" x2="${2 + x(effectHigh)}" y1="6" y2="6"/><circle cx="${2 + x(effect)}" cy="6" r="3"/></svg>`;
}

/** Columns that were not tested, with the reason. */
export function asideTable(columns: readonly ComparedColumn[]): Markup {
  const aside = columns.filter(column => column.verdict === 'aside');
  if (aside.length === 0) return html``;
  return html`<table class="aside"><caption>Set aside</caption><thead><tr><th scope="col">Column</th><th scope="col">Reason</th></tr></thead>
<tbody>${aside.map(({ name, reason }) => html`<tr><th scope="row">${name}</th><td>${reason}</td></tr>`)}</tbody></table>`;
}
