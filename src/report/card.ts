import { categoryBars } from './category-bars.ts';
import type { ComparedColumn, Measured, Shape } from './comparison.ts';
import { curves } from './curves.ts';
import { histogram } from './histogram.ts';
import { html, type Markup } from './markup.ts';
import { countText, intervalText, numberText, percentText, probabilityText } from './numbers.ts';
import { verdictBadge } from './summary.ts';
import { componentWords } from './words.ts';

/** Everything about one column. */
export function card(column: ComparedColumn, id: string): Markup {
  const { name, sentence, kind, measured, shape, verdict } = column;
  return html`<section class="card ${verdict}" id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${name} ${verdictBadge(column)}${kind === null ? null : html` <span class="kind">${kind}</span>`}</h2>
<p class="sentence">${sentence}</p>
${shape === null ? null : html`<div class="plots">${plots(name, id, shape)}</div>`}
${measured === null ? null : numbers(name, measured)}</section>`;
}

function plots(name: string, id: string, shape: Shape): readonly Markup[] {
  if (shape.kind === 'categorical') return [categoryBars(name, `${id}-b`, shape)];
  const { bars, logBars } = shape;
  const main =
    logBars === null ? histogram(name, `${id}-h1`, bars, false) : histogram(name, `${id}-h1`, logBars, true);
  const other =
    logBars === null
      ? []
      : [html`<details><summary>Linear axis</summary>${histogram(name, `${id}-h2`, bars, false)}</details>`];
  return [html`<div>${main}${other}</div>`, curves(name, `${id}-c`, shape)];
}

function numbers(name: string, measured: Measured): Markup {
  return html`<details class="numbers"><summary>All numbers</summary><div class="tables">
${facts(name, measured)}
${components(name, measured)}
${measures(name, measured)}
</div></details>`;
}

function facts(name: string, measured: Measured): Markup {
  const { p, alpha, effect, effectLow, effectHigh, tolerance, part, smallestDetectable, direction } =
    measured;
  const place = intervalText(measured);
  const partText = part === 'body' ? 'for the body of the distribution' : 'for its rare parts';
  const rows: readonly (readonly [string, string])[] = [
    ['p', `${probabilityText(p)} (allowed ${probabilityText(alpha)})`],
    [
      'Rows moved',
      `${percentText(effect)}, 95 % limits ${percentText(effectLow)} to ${percentText(effectHigh)}`,
    ],
    ['Tolerance', `${percentText(tolerance)} ${partText}`],
    [
      'Where',
      place === ''
        ? 'nowhere in particular'
        : `${direction < 0 ? 'fewer' : 'more'} rows ${measured.values === null ? '' : 'with '}${place}`,
    ],
    ['Smallest shift seen', `${percentText(smallestDetectable)} of rows, half of the time`],
    ...seenRows(measured),
    ['Method', measured.method],
  ];
  return html`<table><caption>Verdict of ${name}</caption><tbody>${rows.map(([label, text]) => html`<tr><th scope="row">${label}</th><td>${text}</td></tr>`)}</tbody></table>`;
}

function seenRows({ reference, current }: Measured): (readonly [string, string])[] {
  const both = (label: string, before: number, now: number) =>
    [label, `${countText(before)} before, ${countText(now)} now`] as const;
  const rows = [
    both('Rows', reference.rows, current.rows),
    both('Missing', reference.missing, current.missing),
  ];
  if (reference.notNumbers + current.notNumbers > 0)
    rows.push(both('Not-a-number, infinite', reference.notNumbers, current.notNumbers));
  if (reference.mismatches + current.mismatches > 0)
    rows.push(both('Text among numbers', reference.mismatches, current.mismatches));
  return rows;
}

function components(name: string, { components: found, by }: Measured): Markup {
  const names = Object.keys(found);
  if (names.length === 0) return html``;
  return html`<table><caption>Parts of the test of ${name}</caption><thead><tr><th scope="col">Part</th><th scope="col" class="number">p</th></tr></thead><tbody>${names.map(
    part =>
      html`<tr${part === by ? html` class="decided"` : null}><th scope="row">${componentWords[part] ?? part}${part === by ? ' (decided)' : null}</th><td class="number">${probabilityText(found[part]!)}</td></tr>`,
  )}</tbody></table>`;
}

function measures(name: string, { measures: found }: Measured): Markup {
  const names = Object.keys(found);
  if (names.length === 0) return html``;
  return html`<table><caption>Measures of ${name} (shown, they do not judge)</caption><thead><tr><th scope="col">Measure</th><th scope="col" class="number">Value</th></tr></thead><tbody>${names.map(
    measure =>
      html`<tr><th scope="row">${measure}</th><td class="number">${found[measure] == null ? '-' : numberText(found[measure])}</td></tr>`,
  )}</tbody></table>`;
}
