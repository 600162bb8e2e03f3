import type { Comparison } from '../report/comparison.ts';
import { intervalText, percentText, probabilityText, unusableShare } from '../report/numbers.ts';
import { drifted, headline, verdictWords } from '../report/words.ts';
import type { CliContext } from './context.ts';
import { table } from './table.ts';
import { printable } from './terminal.ts';

/** A comparison for the terminal: a table, a sentence for each column that drifted, and what to do next. */
export function comparisonText(
  context: Pick<CliContext, 'terminal'>,
  comparison: Comparison,
  html: string | null,
): string {
  const { columns, alpha, options } = comparison;
  const tested = columns.filter(column => column.verdict !== 'aside');
  const rows = tested.map(({ name, verdict, measured, reason }) => {
    if (measured === null) return [name, verdictWords[verdict], null, null, null, null, null, reason];
    const { effect, effectLow, effectHigh, p, reference, current, category } = measured;
    const place = category === null ? intervalText(measured) : `to or from ${intervalText(measured)}`;
    return [
      name,
      verdictWords[verdict],
      percentText(effect),
      `${percentText(effectLow)} to ${percentText(effectHigh)}`,
      probabilityText(p),
      percentText(unusableShare(reference)),
      percentText(unusableShare(current)),
      verdict === 'drift' ? place : null,
    ];
  });
  const head = ['column', 'verdict', 'moved', '95 % limits', 'p', 'missing before', 'now', 'where'];
  const aside = columns.filter(column => column.verdict === 'aside');
  const parts = [
    tested.length === 0 ? '' : table(context, { head, rows, nothing: '' }),
    drifted(comparison)
      .map(column => printable(column.sentence))
      .join('\n'),
    aside.map(({ name, reason }) => printable(`${name} was set aside: ${reason}.`)).join('\n'),
    `${headline(comparison)} (p at most ${probabilityText(alpha)}, so that the whole comparison gives ` +
      `${options.falseAlarms} false alarms; tolerance ${percentText(options.tolerance)} of rows).`,
    nextStep(comparison, html),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

function nextStep({ reference, current, columns }: Comparison, html: string | null): string {
  if (html !== null) return `Next: open ${html} in a browser.`;
  if (columns.every(column => column.shape === null)) return '';
  return `Next: leeway compare ${quoted(reference.name)} ${quoted(current.name)} --html report.html draws every column.`;
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
