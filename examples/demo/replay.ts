import { systemClock } from '../../src/lib/clock.ts';
import { createRecordedEvents } from '../../src/lib/events.ts';
import { createReplay, type Replay } from '../../src/source/replay.ts';
import type { ReplayRow } from '../../src/source/replay-file.ts';
import { type LoanRow, totalRows } from './data.ts';

/** Event time delivered at once: short enough to follow, long enough to be quick. */
const stepSeconds = 6 * 3600;

/** The car-loan rows at a steady rate over [from, to), epoch milliseconds. */
export function createDemoReplay(of: {
  readonly from: number;
  readonly to: number;
  readonly rows: () => AsyncIterable<ReplayRow>;
  readonly toRecord: (row: LoanRow, time: number) => Record<string, unknown>;
  readonly gate: (eventTime: number) => Promise<void>;
}): Replay {
  const { from, to, gate, toRecord } = of;
  return createReplay({
    name: 'replay',
    // Asked for when the replay starts: by then the service, which reads the files, is up.
    rows: { [Symbol.asyncIterator]: () => of.rows()[Symbol.asyncIterator]() },
    rowCount: totalRows,
    from,
    to,
    times: { kind: 'even' },
    stepSeconds,
    speed: Number.POSITIVE_INFINITY,
    clock: systemClock,
    random: Math.random,
    events: createRecordedEvents(),
    gate,
    toRecord: (row, time) => toRecord(row.values as unknown as LoanRow, time),
  });
}
