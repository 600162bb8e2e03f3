import { type Latencies, shownPercentiles } from './latencies.ts';
import type { Count, Tally } from './tally.ts';

/** Column names are those of Locust's files, so that what reads the one reads the other. */
const percentileNames = shownPercentiles.map(percent => `${percent}%`);

export const statsHead = csvLine([
  'Type',
  'Name',
  'Request Count',
  'Failure Count',
  'Median Response Time',
  'Average Response Time',
  'Min Response Time',
  'Max Response Time',
  'Average Content Size',
  'Requests/s',
  'Failures/s',
  ...percentileNames,
  'Accepted',
  'Rejected',
]);

export const historyHead = csvLine([
  'Timestamp',
  'User Count',
  'Type',
  'Name',
  'Requests/s',
  'Failures/s',
  ...percentileNames,
  'Total Request Count',
  'Total Failure Count',
  'Total Median Response Time',
  'Total Average Response Time',
  'Total Min Response Time',
  'Total Max Response Time',
  'Total Average Content Size',
]);

/** `PREFIX_stats.csv`: a line for every kind of payload that was sent, and one for all. */
export function statsCsv(tally: Tally, target: string, seconds: number): string {
  const kinds = [...tally.kinds].filter(([, count]) => count.sent > 0);
  const lines = kinds.map(([kind, count]) => statsLine([target, kind], count, seconds));
  return [statsHead, ...lines, statsLine(['', 'Aggregated'], tally.all, seconds)].join('\n').concat('\n');
}

function statsLine([type, name]: readonly [string, string], count: Count, seconds: number): string {
  const { latencies } = count;
  return csvLine([
    type,
    name,
    count.sent,
    count.failed,
    ...summary(count),
    count.sent / seconds,
    count.failed / seconds,
    ...percentiles(latencies),
    count.accepted,
    count.rejected,
  ]);
}

/** A line of `PREFIX_history.csv`: the last second, and everything so far. */
export function historyLine(
  tally: Tally,
  of: { readonly time: number; readonly users: number; readonly seconds: number },
): string {
  const { recent, all } = tally;
  return csvLine([
    Math.floor(of.time / 1000),
    of.users,
    '',
    'Aggregated',
    recent.sent / of.seconds,
    recent.failed / of.seconds,
    ...percentiles(recent.latencies),
    all.sent,
    all.failed,
    ...summary(all),
  ]);
}

function summary({ sent, bytes, latencies }: Count): number[] {
  return [
    latencies.percentile(50),
    latencies.mean,
    latencies.least,
    latencies.most,
    sent === 0 ? 0 : bytes.sum / sent,
  ];
}

function percentiles(latencies: Latencies): number[] {
  return shownPercentiles.map(percent => latencies.percentile(percent));
}

function csvLine(cells: readonly (string | number)[]): string {
  return cells
    .map(cell => {
      if (typeof cell === 'number') return String(Number(cell.toPrecision(6)));
      return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(',');
}

/** `PREFIX_failures.csv`: what failed on the way, and what the service refused. */
export function failuresCsv(tally: Tally, target: string): string {
  const lines = [
    ...[...tally.failed].map(([reason, n]) => csvLine(['failed', target, reason, n])),
    ...[...tally.rejected].map(([reason, n]) => csvLine(['rejected', target, reason, n])),
  ];
  return [csvLine(['Method', 'Name', 'Error', 'Occurrences']), ...lines].join('\n').concat('\n');
}
