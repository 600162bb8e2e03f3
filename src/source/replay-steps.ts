import type { RawRecord } from '../domain/record.ts';
import { LeewayError } from '../lib/errors.ts';
import type { RawBatch } from './ports.ts';
import type { ReplayRow } from './replay-file.ts';
import { type ReplayTimes, replayTime } from './replay-times.ts';

/** What is replayed, and when in event time. */
export interface ReplayPlan {
  readonly name: string;
  readonly rows: AsyncIterable<ReplayRow>;
  /** Rows there are, for even times and for the lag. */
  readonly rowCount: number;
  /** Event times are rewritten onto [from, to), epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly times: ReplayTimes;
  /** Event time delivered at once. Steps are aligned to the Unix epoch. */
  readonly stepSeconds: number;
  /** The payload of a row, given its rewritten time (epoch milliseconds). It is sent as JSON. */
  readonly toRecord: (row: ReplayRow, time: number) => Readonly<Record<string, unknown>>;
}

/** Most records of one batch. */
const mostRecords = 5_000;
/** One partition whatever the file, so that the progress of an earlier replay does not hold windows up. */
export const replayPartition = 'replay';

/** One step of event time. */
export interface ReplayStep {
  /** Event time reached when its rows are stored. */
  readonly end: number;
  readonly batches: readonly (readonly RawRecord[])[];
}

/** Rows gathered by step of event time. A row earlier than its predecessor is delivered late, as it would be live. */
export async function* replaySteps(plan: ReplayPlan): AsyncGenerator<ReplayStep> {
  const stepMilliseconds = plan.stepSeconds * 1000;
  const endOf = (time: number) =>
    Math.min(plan.to, (Math.floor(time / stepMilliseconds) + 1) * stepMilliseconds);
  let end = endOf(plan.from);
  let batches: RawRecord[][] = [[]];
  let index = 0;
  for await (const row of plan.rows) {
    const time = replayTime(plan.times, plan, index++, row.values);
    if (time === null)
      throw new LeewayError(
        'LW_FILE_INVALID',
        `${plan.name}: row ${row.number + 1} has no time that can be read`,
      );
    if (time >= end) {
      yield { end, batches: batches.filter(b => b.length > 0) };
      // Time without rows passes in one step, up to where rows are again.
      const start = endOf(time) - stepMilliseconds;
      if (start > end) yield { end: start, batches: [] };
      end = endOf(time);
      batches = [[]];
    }
    if (batches.at(-1)!.length >= mostRecords) batches.push([]);
    batches.at(-1)!.push(recordOf(plan, row, time));
  }
  yield { end, batches: batches.filter(b => b.length > 0) };
  if (end < plan.to) yield { end: plan.to, batches: [] };
}

function recordOf(plan: ReplayPlan, row: ReplayRow, time: number): RawRecord {
  const position = `${row.file}/${row.number}`;
  return {
    source: plan.name,
    position,
    body: Buffer.from(JSON.stringify(plan.toRecord(row, time))),
    time,
    fallbackId: `${plan.name}/${position}`,
  };
}

/** A batch that ends after `stored` rows. */
export function replayBatch(plan: ReplayPlan, records: readonly RawRecord[], stored: number): RawBatch {
  return {
    source: plan.name,
    partition: replayPartition,
    records,
    lag: Math.max(0, plan.rowCount - stored),
    lastPosition: records.at(-1)!.position,
  };
}
