import { parseTime } from '../../decode/time.ts';
import { utcTime } from './layout.ts';
import type { FileAnswer } from './ports.ts';

/** Rows that were refused for one reason, with the first of them. */
export interface RefusedRows {
  readonly reason: string;
  rows: number;
  readonly example: {
    readonly file: string;
    readonly line: number;
    readonly row: number;
    readonly detail: string;
  };
}

/** What became of the rows of all files. */
export interface Tally {
  read: number;
  stored: number;
  /** There already, in this run or an earlier one. */
  known: number;
  labels: number;
  ignored: number;
  nameless: number;
  refused: number;
  /** Rows an earlier run had dealt with, not read again. */
  skipped: number;
  /** Rows refused for a time without an offset, which would be taken as UTC. */
  withoutOffset: number;
  /** Event time of the oldest row that was refused for its age, epoch milliseconds. */
  oldest: number | null;
  readonly reasons: Map<string, RefusedRows>;
}

export function createTally(): Tally {
  return {
    read: 0,
    stored: 0,
    known: 0,
    labels: 0,
    ignored: 0,
    nameless: 0,
    refused: 0,
    skipped: 0,
    withoutOffset: 0,
    oldest: null,
    reasons: new Map(),
  };
}

/** Where a row of a batch stood, and what its reader had to say about it. */
export interface RowPlace {
  readonly line: number;
  readonly problem: string;
  readonly body: Uint8Array;
}

/** What a row has as its time, where it says it as payload version 1 does. */
function timeIn(body: Uint8Array): unknown {
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { readonly time?: unknown } | null)?.time;
  } catch {
    return undefined;
  }
}

/** The earlier of a time and that of a row. */
function older(time: number | null, place: RowPlace | undefined): number | null {
  const own = place === undefined ? Number.NaN : parseTime(timeIn(place.body));
  return Number.isNaN(own) ? time : Math.min(time ?? own, own);
}

/** Whether the time of a row would be one if it were said to be UTC. */
export function lacksOffset(body: Uint8Array): boolean {
  const time = timeIn(body);
  return typeof time === 'string' && Number.isNaN(parseTime(time)) && !Number.isNaN(parseTime(utcTime(time)));
}

/** Adds the answer for some rows; `placeOf` finds a row by its number. */
export function addAnswer(
  tally: Tally,
  answer: FileAnswer,
  of: { readonly file: string; readonly placeOf: (row: number) => RowPlace | undefined },
): void {
  tally.stored += answer.stored;
  tally.known += answer.known;
  tally.labels += answer.labels;
  tally.ignored += answer.ignored;
  tally.nameless += answer.nameless;
  tally.refused += answer.refused.length;
  for (const { row, reason, detail } of answer.refused) {
    const place = of.placeOf(row);
    if (reason === 'bucket-sealed') tally.oldest = older(tally.oldest, place);
    if (reason === 'bad-time' && place !== undefined && lacksOffset(place.body)) tally.withoutOffset++;
    const broken = place !== undefined && place.problem !== '';
    const name = broken ? 'broken-row' : reason;
    const found = tally.reasons.get(name);
    if (found !== undefined) {
      found.rows++;
      continue;
    }
    const example = { file: of.file, line: place?.line ?? 0, row, detail: broken ? place.problem : detail };
    tally.reasons.set(name, { reason: name, rows: 1, example });
  }
}
