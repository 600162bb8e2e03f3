import Table from 'cli-table3';
import type { CliContext } from './context.ts';
import { printable } from './terminal.ts';

/** No column is made narrower than this, characters. */
const narrowest = 8;
/** Spaces beside the text of a cell, characters. */
const padding = 2;

/** What a table shows. */
export interface TableContent {
  readonly head: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** Said instead of an empty table. */
  readonly nothing: string;
}

/** A table for people. On a terminal its widest columns are wrapped so that it fits; piped it is as wide as it is. */
export function table({ terminal }: Pick<CliContext, 'terminal'>, content: TableContent): string {
  const { head, nothing } = content;
  if (content.rows.length === 0) return nothing;
  const rows = content.rows.map(row => row.map(cell));
  const natural = head.map((name, i) => padding + Math.max(name.length, ...rows.map(row => row[i]!.length)));
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    ...(terminal.columns === undefined
      ? {}
      : { colWidths: fitted(natural, terminal.columns), wordWrap: true }),
  });
  for (const row of rows) drawn.push(row);
  return drawn.toString();
}

/** Widths of columns that together with their borders have at most `columns` characters, if that can be. */
function fitted(natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  const borders = widths.length + 1;
  for (let over = widths.reduce((sum, width) => sum + width, borders) - columns; over > 0; over--) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return printable(String(value));
}

function numberText(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** Epoch milliseconds as `2026-11-21 10:00:00`, UTC; 0 and null are `-`. */
export function timeText(milliseconds: number | null): string {
  if (milliseconds === null || milliseconds === 0) return '-';
  return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ');
}

/** `3600` as `1 h`. */
export function hoursText(seconds: number): string {
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${seconds} s`;
}
