import type { IngestResult } from '../app/files/ingest.ts';
import type { CliContext } from './context.ts';
import { table } from './table.ts';

/** What the closing lines need besides the result. */
export interface IngestEnd {
  readonly where: string;
  readonly rawDays: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** What to type next. */
  readonly next: string;
}

const dayMs = 86_400_000;

/** The closing table of an ingest, and what to make of it. */
export function ingestText(context: CliContext, result: IngestResult, end: IngestEnd): string {
  const { tally, seconds } = result;
  const counts: [string, number][] = [
    ['read', tally.read],
    ['stored, new', tally.stored],
    ['there already', tally.known],
    ['with a label', tally.labels],
    ['refused', tally.refused],
    ['passed over: erased ids', tally.ignored],
    ['not read again: dealt with by an earlier run', tally.skipped],
  ];
  const shown = counts.filter(
    ([name, rows]) => rows > 0 || ['read', 'stored, new', 'refused'].includes(name),
  );
  const rate =
    seconds > 0 && tally.read > 0
      ? `, ${Math.round(tally.read / seconds).toLocaleString('en-US')} rows/s`
      : '';
  return [
    table(context, { head: [`rows, into ${end.where}`, 'number'], rows: shown, nothing: '' }),
    ...refusedText(context, result),
    ...offsetText(result),
    ...retentionText(result, end),
    ...namelessText(result),
    ...endText(result),
    `${seconds.toFixed(1)} s${rate}. Next: ${end.next}`,
  ].join('\n');
}

function refusedText(context: CliContext, { tally }: IngestResult): string[] {
  if (tally.reasons.size === 0) return [];
  const rows = [...tally.reasons.values()]
    .sort((a, b) => b.rows - a.rows)
    .map(({ reason, rows: count, example }) => {
      const place = example.line > 0 ? `line ${example.line}` : `row ${example.row + 1}`;
      return [reason, count, `${example.file}, ${place}`, example.detail];
    });
  return [table(context, { head: ['refused for', 'rows', 'first at', 'why'], rows, nothing: '' })];
}

/** A time without an offset is of a place nobody knows. */
function offsetText({ tally }: IngestResult): string[] {
  if (tally.withoutOffset === 0) return [];
  return [
    `${tally.withoutOffset.toLocaleString('en-US')} rows have a time without an offset (Z or +01:00). If these times are UTC, type the command again with --utc.`,
  ];
}

/** What is too old, and the setting that decides it. */
function retentionText({ tally }: IngestResult, { rawDays, now }: IngestEnd): string[] {
  const sealed = tally.reasons.get('bucket-sealed');
  if (sealed === undefined) return [];
  const days = tally.oldest === null ? null : Math.ceil((now - tally.oldest) / dayMs) + 1;
  const to = days === null ? 'Raise it' : `Set it to ${days} or more`;
  return [
    `${sealed.rows.toLocaleString('en-US')} rows are older than retention.rawDays (${rawDays} days) keeps. ${to} in the configuration, start the service again and type this command once more: rows that were refused are tried again.`,
  ];
}

function namelessText({ tally }: IngestResult): string[] {
  if (tally.nameless === 0) return [];
  return [
    `${tally.nameless.toLocaleString('en-US')} rows have no id: they are known by the file's content and their place in it. A copy of this file with one row more would be stored as new rows; with --id COLUMN it would not.`,
  ];
}

function endText({ files }: IngestResult): string[] {
  const last = files.at(-1);
  if (last?.outcome === 'stopped')
    return [`Stopped in ${last.file}. The same command goes on where it ended; nothing is stored twice.`];
  if (last?.outcome === 'all-refused')
    return [
      `The first rows of ${last.file} were all refused, so the rest was not read. Correct what the table names (--time, --id, --prediction, --column, --source) and type the command again.`,
    ];
  const known = files.filter(file => file.outcome === 'known').map(file => file.file);
  return known.length === 0
    ? []
    : [
        `Read to the end before, with these options: ${known.join(', ')}. --again reads such files once more.`,
      ];
}
