import type { RawRecord } from '../../domain/record.ts';
import type { Outcome } from '../../domain/reject.ts';
import type { RangeReader } from '../../source/kafka/range.ts';
import { positionOf } from './desk.ts';
import type { ReingestDeps, ReingestRequest } from './reingest.ts';
import { type NotedRange, sizeOf } from './reingest-plan.ts';

export interface Reading {
  readonly reader: Pick<RangeReader, 'read'>;
  readonly ranges: readonly NotedRange[];
  /** Positions of rejects that were left, as they may be of other models. */
  readonly kept: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly progress: (read: number, of: number) => void;
}

/** Reads ranges and stores what their records are now; `firsts` is the first offset that was read, by prefix. */
export async function readAgain(deps: ReingestDeps, request: ReingestRequest, reading: Reading) {
  const { reader, ranges, signal, progress } = reading;
  const result = { read: 0, stored: 0, labels: 0, refused: 0, firsts: new Map<string, number>() };
  const of = sizeOf(ranges);
  const take = async (records: readonly RawRecord[]) => {
    signal.throwIfAborted();
    const answer = await store(deps, request, { ...reading, records });
    for (const { position } of records) {
      const range = rangeOf(ranges, position);
      if (range !== undefined && !result.firsts.has(range.prefix))
        result.firsts.set(range.prefix, Number(position.slice(range.prefix.length)));
    }
    result.read += records.length;
    result.stored += answer.stored;
    result.labels += answer.labels;
    result.refused += answer.refused;
    progress(result.read, of);
  };
  await reader.read(ranges, take, signal);
  return result;
}

async function store(
  { decoders, intake, clock, positions }: ReingestDeps,
  { source, model }: ReingestRequest,
  { records, ranges, kept }: Pick<Reading, 'ranges' | 'kept'> & { readonly records: readonly RawRecord[] },
) {
  const decoder = decoders.of(source);
  const now = clock.now();
  const decode = (record: RawRecord) => {
    const outcomes = [...decoder.decode(record, now)];
    const moment = rangeOf(ranges, record.position)?.moment ?? now;
    // What was young enough before its row was removed is so still.
    return moment < now && outcomes.some(isSealed) ? [...decoder.decode(record, moment)] : outcomes;
  };
  const outcomes = records.flatMap(decode).filter(outcome => isOf(outcome, model));
  const own = outcomes.map(positionOf).filter(position => kept.has(position));
  if (own.length > 0) await positions.removeRejects(source, own);
  const answer = await intake.write({ outcomes, progress: [] });
  const rejected = outcomes.filter(({ kind }) => kind === 'rejected').length;
  return { stored: answer.stored, labels: answer.labels, refused: rejected + answer.refused.length };
}

function rangeOf(ranges: readonly NotedRange[], position: string): NotedRange | undefined {
  return ranges.find(({ prefix }) => position.startsWith(prefix));
}

function isSealed(outcome: Outcome): boolean {
  return outcome.kind === 'rejected' && outcome.reject.reason === 'bucket-sealed';
}

function isOf(outcome: Outcome, model: string): boolean {
  if (model === '') return true;
  if (outcome.kind === 'inference') return outcome.inference.model === model;
  return outcome.kind === 'label' ? outcome.label.model === model : true;
}
