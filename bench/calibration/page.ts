import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.ts';
import type { Calibration, Section, Table } from './table.ts';

/** A table and what it took to make. */
export interface Result {
  readonly table: Table;
  readonly cpuSeconds: number;
}

interface Kept extends Result {
  readonly machine: string;
  readonly date: string;
}

/** Keeps the latest result of a table as JSON. */
export function keepResult(folder: string, result: Result): void {
  mkdirSync(folder, { recursive: true });
  const date = new Date(systemClock.now()).toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`;
  const kept: Kept = { ...result, machine, date };
  writeFileSync(join(folder, `${result.table.name}.json`), `${JSON.stringify(kept, null, 1)}\n`);
}

/** Writes the page from the kept results, in the order of the tables. */
export function writePage(file: string, folder: string, calibrations: readonly Calibration[]): void {
  const kept = calibrations
    .map(({ name }) => join(folder, `${name}.json`))
    .filter(existsSync)
    .map(path => JSON.parse(readFileSync(path, 'utf8')) as Kept);
  const peers = readFileSync(join(folder, '../../peers/table.md'), 'utf8').trim();
  writeFileSync(file, `${page(kept)}\n## Beside other tools\n\n${peers}\n`);
}

function page(kept: readonly Kept[]): string {
  const head = [
    '# Are the verdicts right?',
    'Simulated evidence for the statistics, made by `npm run calibrate -- --write`. `--only NAME` runs one table again, `--scale 0.01` what the tests run of most of them (they print it, and fail only on what cannot be chance). All seeds are fixed: the same command gives the same figures, times apart. The figures behind the tables are in bench/calibration/results.',
    'Scale 1 is the number of repeats a table is stated for; each part ends with the command that made it. Standard errors follow ±.',
  ];
  return `${[...head, ...kept.map(part)].join('\n\n')}\n`;
}

function part(kept: Kept): string {
  const { table, machine, date } = kept;
  const command = `npm run calibrate -- --only ${table.name}${table.scale === 1 ? '' : ` --scale ${table.scale}`}`;
  const made = `\`${command}\`, ${date}, ${machine}, ${Math.round(kept.cpuSeconds)} s of CPU.`;
  return `${markdownOf(kept)}\n\n${made}`;
}

/** A table as Markdown. */
export function markdownOf({ table }: Result): string {
  const { title, findings, about, sections } = table;
  return [
    `## ${title}`,
    findings.map(line => `- ${line}`).join('\n'),
    ...about,
    ...sections.map(sectionText),
  ].join('\n\n');
}

function sectionText({ caption, head, rows }: Section): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`${caption}:\n`, line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
