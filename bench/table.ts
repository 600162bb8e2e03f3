import Table from 'cli-table3';
import { type Breakdown, type Figure, median, type Report } from './figure.ts';

/** Three significant digits, which is more than such figures mean. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) < 0.005) return '0';
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

export const figureHead = ['what', 'unit', 'median', 'min', 'max', 'goal', 'ratio'];

/** One row a figure: the ratio is the one taken in the same run, or else the share of the goal. */
export function figureRow(figure: Figure): string[] {
  const { name, unit, values, goal } = figure;
  const least = short(Math.min(...values));
  const most = short(Math.max(...values));
  const wanted = goal === undefined ? '' : `${goal.better === 'less' ? '<=' : '>='} ${goal.value}`;
  return [name, unit, short(median(values)), least, most, wanted, ratioText(figure)];
}

function ratioText({ values, goal, ratio }: Figure): string {
  const texts: string[] = [];
  if (ratio !== undefined) texts.push(`${short(median(ratio.values))} x ${ratio.to}`);
  if (goal !== undefined) texts.push(`${short(median(values) / goal.value)} x goal`);
  return texts.join(', ');
}

export function figureTable(reports: readonly Report[]): string {
  const table = new Table({ head: figureHead, style: { head: [], border: [] } });
  for (const figure of reports.flatMap(report => report.figures)) table.push(figureRow(figure));
  return table.toString();
}

export const breakdownHead = ['part', 'median', 'min', 'max'];

export function breakdownRows({ parts }: Breakdown): string[][] {
  return parts.map(({ name, values }) => [
    name,
    short(median(values)),
    short(Math.min(...values)),
    short(Math.max(...values)),
  ]);
}

export function breakdownTable(breakdown: Breakdown): string {
  const table = new Table({ head: breakdownHead, style: { head: [], border: [] } });
  table.push(...breakdownRows(breakdown));
  return `${breakdown.title}, ${breakdown.unit}\n${table.toString()}`;
}
