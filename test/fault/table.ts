import { recoveries, type Verdict } from './story/campaign.ts';
import { points, settled, type Victim } from './story/kill-plan.ts';
import type { Over } from './story/lives.ts';

/** What the runs came to, a line for each kind of kill. */
export function closingTable(verdicts: readonly Verdict[]): string {
  const kinds = (['embedded', 'http'] as const).flatMap(over => [
    ...[...points, settled].map(point => lineOf(verdicts, { over, point, victim: 'service' })),
    lineOf(verdicts, { over, point: null, victim: 'service' }),
    lineOf(verdicts, { over, point: null, victim: 'store' }),
  ]);
  const header = [
    'over',
    'killed',
    'when',
    'runs',
    'kills',
    'lost',
    'double',
    'other',
    'back after s (median, most)',
  ];
  return align([header, ...kinds.filter(line => line !== null)]);
}

interface Kind {
  readonly over: Over;
  /** Null for random moments. */
  readonly point: string | null;
  readonly victim: Victim;
}

function lineOf(verdicts: readonly Verdict[], { over, point, victim }: Kind): string[] | null {
  const of = verdicts.filter(({ task }) => task.over === over && (task.points === null) === (point === null));
  const hit = (verdict: Verdict) =>
    verdict.run.killed.filter(
      kill => kill.victim === victim && (point === null || kill.after.startsWith(point)),
    );
  const kills = of.flatMap(hit);
  if (kills.length === 0) return null;
  const seconds = of.flatMap(verdict => recoveries(verdict.run, hit(verdict))).sort((a, b) => a - b);
  const faults = of.flatMap(verdict => verdict.faults);
  const lost = faults.filter(fault => fault.includes(': missing ')).length;
  const double = faults.filter(fault => fault.includes(': too much ')).length;
  const numbers = [of.length, kills.length, lost, double, faults.length - lost - double];
  const back = `${shown(seconds[seconds.length >> 1])}, ${shown(seconds.at(-1))}`;
  const who = victim === 'service' ? 'Leeway' : 'ClickHouse';
  return [over, who, point ?? 'at random', ...numbers.map(String), back];
}

function shown(seconds: number | undefined): string {
  return seconds === undefined ? '-' : seconds.toFixed(1);
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows
    .map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
