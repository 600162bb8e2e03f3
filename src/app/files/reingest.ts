import type { RawRecord } from '../../domain/record.ts';
import type { Outcome } from '../../domain/reject.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeewayError } from '../../lib/errors.ts';
import type { RangeReader } from '../../source/kafka/range.ts';
import type { Intake } from '../../store/intake.ts';
import type { ProgressStore } from '../../store/progress.ts';
import type { PositionStore } from '../../store/reingest.ts';
import type { Decoders } from '../decoders.ts';
import { type GoneRange, type PlannedRange, planRanges } from './reingest-plan.ts';

/** Which rows are to be read again; times are event times, epoch milliseconds, [from, to). */
export interface ReingestRequest {
  readonly source: string;
  /** '' is every model. */
  readonly model: string;
  readonly from: number;
  readonly to: number;
}

/** What a reingest would do. */
export interface ReingestPlan {
  readonly ranges: readonly { readonly partition: string; readonly first: number; readonly last: number }[];
  /** Offsets that would be read. */
  readonly records: number;
  /** Rows of the time; at the positions there may be more. */
  readonly rowsOfTime: number;
  /** What lies at the positions, and would be removed first. */
  readonly rows: number;
  readonly labels: number;
  readonly rejects: number;
  /** Whether an earlier reingest was interrupted: its positions are among these. */
  readonly unfinished: boolean;
}

export interface ReingestResult {
  readonly read: number;
  readonly stored: number;
  readonly labels: number;
  readonly refused: number;
}

export interface ReingestDeps {
  readonly open: (source: string) => Promise<RangeReader>;
  readonly positions: PositionStore;
  readonly progress: Pick<ProgressStore, 'all' | 'write'>;
  readonly storeNow: () => Promise<number>;
  readonly intake: Pick<Intake, 'write'>;
  readonly decoders: Pick<Decoders, 'of'>;
  readonly clock: Clock;
}

export interface Reingest {
  /** @throws LeewayError LW_REINGEST_REFUSED when the brokers no longer hold all of it. */
  plan(request: ReingestRequest): Promise<ReingestPlan>;
  run(
    request: ReingestRequest,
    control: { readonly signal: AbortSignal; readonly progress: (read: number, of: number) => void },
  ): Promise<ReingestResult>;
}

/**
 * Rows of a Kafka source anew: what was stored at some positions is removed, and the positions are decoded again as the
 * source is configured now. What is to be read is written down before anything is removed, so that an interrupted run
 * is finished by the next one, whatever is left of the rows.
 */
export function createReingest(deps: ReingestDeps): Reingest {
  const prepare = async (request: ReingestRequest, reader: RangeReader): Promise<Prepared> => {
    const stored = await deps.positions.ranges(request);
    const { ranges, gone } = planRanges(reader.cluster, await reader.held(request.from, request.to), stored);
    if (gone.length > 0) throw await refusal(deps, request, gone);
    const pending = await pendingOf(deps, request);
    return {
      ranges: join(ranges, pending),
      rowsOfTime: stored.reduce((sum, { rows }) => sum + rows, 0),
      unfinished: pending.length > 0,
    };
  };
  return {
    plan: request =>
      withReader(deps, request, async reader => {
        const { ranges, rowsOfTime, unfinished } = await prepare(request, reader);
        const counted = { rows: 0, labels: 0, rejects: 0 };
        for (const range of ranges) {
          const found = await deps.positions.count({ ...request, range });
          counted.rows += found.rows;
          counted.labels += found.labels;
          counted.rejects += found.rejects;
        }
        const listed = ranges.map(({ prefix, first, last }) => ({
          partition: prefix.slice(0, -1),
          first,
          last,
        }));
        return { ranges: listed, records: sizeOf(ranges), rowsOfTime, ...counted, unfinished };
      }),
    run: (request, { signal, progress }) =>
      withReader(deps, request, async reader => {
        const { ranges } = await prepare(request, reader);
        await note(deps, request, { ranges, open: true });
        for (const range of ranges) await deps.positions.remove({ ...request, range });
        const result = { read: 0, stored: 0, labels: 0, refused: 0 };
        const of = sizeOf(ranges);
        const take = async (records: readonly RawRecord[]) => {
          signal.throwIfAborted();
          const answer = await store(deps, request, records);
          result.read += records.length;
          result.stored += answer.stored;
          result.labels += answer.labels;
          result.refused += answer.refused;
          progress(result.read, of);
        };
        await reader.read(ranges, take, signal);
        await note(deps, request, { ranges, open: false });
        return result;
      }),
  };
}

interface Prepared {
  readonly ranges: readonly PlannedRange[];
  readonly rowsOfTime: number;
  readonly unfinished: boolean;
}

async function withReader<T>(
  deps: ReingestDeps,
  { source }: ReingestRequest,
  work: (reader: RangeReader) => Promise<T>,
): Promise<T> {
  const reader = await deps.open(source);
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

function sizeOf(ranges: readonly PlannedRange[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

async function store(
  { decoders, intake, clock }: ReingestDeps,
  { source, model }: ReingestRequest,
  records: readonly RawRecord[],
) {
  const decoder = decoders.of(source);
  const now = clock.now();
  const outcomes = records
    .flatMap(record => [...decoder.decode(record, now)])
    .filter(outcome => isOf(outcome, model));
  const answer = await intake.write({ outcomes, progress: [] });
  const rejected = outcomes.filter(({ kind }) => kind === 'rejected').length;
  return { stored: answer.stored, labels: answer.labels, refused: rejected + answer.refused.length };
}

function isOf(outcome: Outcome, model: string): boolean {
  if (model === '') return true;
  if (outcome.kind === 'inference') return outcome.inference.model === model;
  return outcome.kind === 'label' ? outcome.label.model === model : true;
}

/** Name under which the positions of an unfinished reingest stand in `progress`; no configured source can have it. */
const noteOf = (source: string) => `reingest:${source}`;

/** Writes down what is being done: `lag` is what is left to be read, 0 once it is over. */
async function note(
  deps: ReingestDeps,
  { source, model }: ReingestRequest,
  of: { readonly ranges: readonly PlannedRange[]; readonly open: boolean },
): Promise<void> {
  const rows = of.ranges.map(range => ({
    source: noteOf(source),
    partition: range.prefix.slice(0, -1),
    position: `${range.first}-${range.last} ${model}`,
    watermark: 0,
    lag: of.open ? range.last - range.first + 1 : 0,
  }));
  if (rows.length > 0) await deps.progress.write(rows, await deps.storeNow());
}

async function pendingOf(deps: ReingestDeps, { source, model }: ReingestRequest): Promise<PlannedRange[]> {
  const rows = (await deps.progress.all()).filter(row => row.source === noteOf(source) && row.lag > 0);
  return rows.map(({ partition, position }) => {
    const [, first = '', last = '', of = ''] = /^(\d+)-(\d+) (.*)$/s.exec(position) ?? [];
    if (of !== model)
      throw new LeewayError(
        'LW_REINGEST_REFUSED',
        `A reingest of ${source} ${of === '' ? 'without --model' : `with --model ${of}`} was interrupted, and some of its rows are removed and not read again yet. Type that command again first.`,
      );
    const [, topic = '', number = ''] = /^[^/]*\/(.*)\/(\d+)$/s.exec(partition) ?? [];
    return {
      prefix: `${partition}/`,
      topic,
      partition: Number(number),
      first: Number(first),
      last: Number(last),
    };
  });
}

/** One range a partition that holds both. */
function join(ranges: readonly PlannedRange[], pending: readonly PlannedRange[]): PlannedRange[] {
  const joined = new Map(ranges.map(range => [range.prefix, range]));
  for (const range of pending) {
    const other = joined.get(range.prefix);
    joined.set(range.prefix, {
      ...range,
      first: Math.min(range.first, other?.first ?? range.first),
      last: Math.max(range.last, other?.last ?? range.last),
    });
  }
  return [...joined.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}

/** What is gone, and from when on everything is there. */
async function refusal(
  deps: ReingestDeps,
  request: ReingestRequest,
  gone: readonly GoneRange[],
): Promise<LeewayError> {
  const lines: string[] = [];
  let from = request.from;
  for (const { prefix, first, low } of gone) {
    const partition = prefix.slice(0, -1);
    lines.push(
      low === null
        ? `${partition} is not at these brokers, or no longer read`
        : `${partition} has rows from offset ${first} on, the brokers hold ${low} and later`,
    );
    const latest = await deps.positions.latestBefore({
      ...request,
      prefix,
      position: low ?? Number.MAX_SAFE_INTEGER,
    });
    if (latest !== null) from = Math.max(from, latest + 1);
  }
  const rest =
    from < request.to
      ? `Available is --from ${new Date(from).toISOString()} --to ${new Date(request.to).toISOString()}.`
      : 'None of it is available.';
  return new LeewayError('LW_REINGEST_REFUSED', `${lines.join('; ')}. ${rest}`);
}
