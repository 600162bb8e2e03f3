import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { systemClock } from '../src/lib/clock.ts';
import type { Report } from './figure.ts';
import { breakdownHead, breakdownRows, figureHead, figureRow } from './table.ts';

const begin = '<!-- figures: written by `npm run bench -- --write` -->';
const end = '<!-- end of figures -->';

/** Replaces what stands between the markers by the figures, with machine and date. */
export function writeReadme(file: string, reports: readonly Report[]): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers of the figures`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${figures(reports)}\n${text.slice(to)}`);
}

function figures(reports: readonly Report[]): string {
  const parts = [
    machine(),
    markdown(figureHead, reports.flatMap(report => report.figures).map(figureRow)),
    ...reports
      .flatMap(report => report.breakdowns)
      .map(part => `${part.title}, ${part.unit}:\n\n${markdown(breakdownHead, breakdownRows(part))}`),
    ...reports.flatMap(report => report.notes),
  ];
  return `\n${parts.join('\n\n')}\n`;
}

/** The load average is shown because CPU figures of a busy machine are too high: caches are shared. */
function machine(): string {
  const date = new Date(systemClock.now()).toISOString().slice(0, 10);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[1]?.toFixed(1);
  return `${date}; ${model}, ${cpus().length} cores, ${memory} GiB; Node ${process.version}; load average over five minutes at the end ${load}.`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
