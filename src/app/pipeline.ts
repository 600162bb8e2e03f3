import type { Decoder } from '../decode/decoder.ts';
import type { Progress } from '../domain/record.ts';
import type { Outcome } from '../domain/reject.ts';
import type { Clock } from '../lib/clock.ts';
import type { LeewayError } from '../lib/errors.ts';
import type { Events } from '../lib/events.ts';
import type { PartitionLag, RawBatch, Intake as SourceIntake } from '../source/ports.ts';
import type { Intake } from '../store/intake.ts';

export interface PipelineDeps {
  /** The decoder of a source, by its name. */
  readonly decoderOf: (source: string) => Decoder;
  readonly intake: Pick<Intake, 'write'>;
  readonly clock: Clock;
  readonly events: Pick<Events, 'lagMeasured' | 'problemOccurred'>;
  /** Wait for more rows before an insert: right for sources that deliver all the time, wrong for a replay in steps. */
  readonly linger: boolean;
  readonly crashed: (error: LeewayError) => void;
}

/** consume, decode, write: resolves when a batch is stored, and the source commits then. */
export function createPipeline(deps: PipelineDeps): SourceIntake {
  const watermarks = new Map<string, number>();
  const positions = new Map<string, string>();
  const progressOf = (of: Pick<PartitionLag, 'source' | 'partition' | 'position' | 'lag'>): Progress => {
    const { source, partition, lag } = of;
    const key = `${source}\n${partition}`;
    // A partition that was just taken over again does not say where it stands.
    const position = of.position === '' ? (positions.get(key) ?? '') : of.position;
    positions.set(key, position);
    return { source, partition, position, lag, watermark: watermarks.get(key) ?? 0 };
  };
  const store = async (batch: RawBatch): Promise<void> => {
    const now = deps.clock.now();
    const decoder = deps.decoderOf(batch.source);
    const outcomes: Outcome[] = [];
    for (const record of batch.records) outcomes.push(...decoder.decode(record, now));
    const key = `${batch.source}\n${batch.partition}`;
    const watermark = Math.max(watermarks.get(key) ?? 0, Math.min(now, latestTime(outcomes, batch)));
    const { source, partition, lastPosition: position, lag } = batch;
    await deps.intake.write(
      { outcomes, progress: [{ ...progressOf({ source, partition, position, lag }), watermark }] },
      { linger: deps.linger },
    );
    // Only now: a measurement that comes in between must not speak for rows that are not stored.
    watermarks.set(key, Math.max(watermarks.get(key) ?? 0, watermark));
    deps.events.lagMeasured({ source, partition, lag });
  };
  const measured = (partitions: readonly PartitionLag[]): void => {
    for (const { source, partition, lag } of partitions) deps.events.lagMeasured({ source, partition, lag });
    const caughtUp = partitions.filter(({ lag }) => lag === 0);
    for (const { source, partition, at } of caughtUp) {
      const key = `${source}\n${partition}`;
      watermarks.set(key, Math.max(watermarks.get(key) ?? 0, at));
    }
    if (partitions.length === 0) return;
    deps.intake
      .write({ outcomes: [], progress: partitions.map(progressOf) })
      .catch((error: Error) =>
        deps.events.problemOccurred({ code: 'LW_STORE_AWAY', message: `progress: ${error.message}` }),
      );
  };
  return { store, measured, crashed: deps.crashed };
}

/**
 * Highest event time of a batch; of one without an inference (labels, rejects) the highest time of its records, for a
 * partition that never holds one would otherwise count as unread whenever it has lag.
 */
function latestTime(outcomes: readonly Outcome[], { records }: RawBatch): number {
  let latest = 0;
  for (const outcome of outcomes)
    if (outcome.kind === 'inference') latest = Math.max(latest, outcome.inference.time);
  if (latest > 0) return latest;
  return records.reduce((most, { time }) => Math.max(most, time ?? 0), 0);
}
