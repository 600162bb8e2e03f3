import type { Clock } from '../../lib/clock.ts';
import type { RangeReader } from '../../source/kafka/range.ts';
import type { Intake } from '../../store/intake.ts';
import type { ProgressStore } from '../../store/progress.ts';
import type { PositionStore } from '../../store/reingest.ts';
import type { Decoders } from '../decoders.ts';
import { note, pendingOf } from './reingest-note.ts';
import {
  clip,
  join,
  lostMeanwhile,
  type NotedRange,
  type PlannedRange,
  planRanges,
  sizeOf,
} from './reingest-plan.ts';
import { readAgain } from './reingest-read.ts';
import { type Obstacles, type OldRange, refusal, takenFrom } from './reingest-refusal.ts';

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
  readonly missing: readonly MissingRange[];
}

/** Offsets of an interrupted reingest that the brokers no longer hold: what was removed of them is lost. */
export interface MissingRange {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
  /** Rows of them that are still stored, and stay. */
  readonly rows: number;
}

export interface ReingestResult {
  readonly read: number;
  readonly stored: number;
  readonly labels: number;
  readonly refused: number;
  readonly missing: readonly MissingRange[];
}

export interface ReingestDeps {
  readonly open: (source: string) => Promise<RangeReader>;
  readonly positions: PositionStore;
  readonly progress: Pick<ProgressStore, 'all' | 'write'>;
  readonly storeNow: () => Promise<number>;
  readonly intake: Pick<Intake, 'write'>;
  readonly decoders: Pick<Decoders, 'of'>;
  readonly clock: Clock;
  /** Days that rows are kept; decoding refuses older ones. */
  readonly rawDays: number;
}

export interface Reingest {
  /** @throws LeewayError LW_REINGEST_REFUSED when the brokers no longer hold all of it, or decoding would refuse some. */
  plan(request: ReingestRequest): Promise<ReingestPlan>;
  run(
    request: ReingestRequest,
    control: { readonly signal: AbortSignal; readonly progress: (read: number, of: number) => void },
  ): Promise<ReingestResult>;
}

/**
 * Rows of a Kafka source anew: what was stored at some positions is removed, and the positions are decoded again as the
 * source is configured now. What is to be read is written down before anything is removed, so that an interrupted run
 * is finished by the next one, whatever is left of the rows. Rows that decoding would refuse for their age stop it before
 * anything is removed: what is stored lives longer than what comes in may be old.
 */
export function createReingest(deps: ReingestDeps): Reingest {
  return {
    plan: request =>
      withReader(deps, request, async reader => {
        const { readable, missing, rowsOfTime, unfinished } = await prepare(deps, request, reader);
        const counted = { rows: 0, labels: 0, rejects: 0 };
        for (const range of readable) {
          const found = await deps.positions.count({ ...request, range });
          counted.rows += found.rows;
          counted.labels += found.labels;
          counted.rejects += found.rejects;
        }
        const ranges = readable.map(({ prefix, first, last }) => ({
          partition: prefix.slice(0, -1),
          first,
          last,
        }));
        const lost = await listed(deps, request, missing);
        return { ranges, records: sizeOf(readable), rowsOfTime, ...counted, unfinished, missing: lost };
      }),
    run: (request, control) =>
      withReader(deps, request, async reader => {
        const { whole, readable, missing } = await prepare(deps, request, reader);
        await note(deps, request, { ranges: whole, open: true });
        const kept: string[] = [];
        for (const range of readable) {
          await deps.positions.remove({ ...request, range });
          kept.push(...(await deps.positions.keptRejects({ ...request, range })));
        }
        const { firsts, ...counts } = await readAgain(deps, request, {
          ...control,
          reader,
          ranges: readable,
          kept: new Set(kept),
        });
        const held = await reader.held(request.from, request.to);
        const read = readable.map(range => ({ range, first: firsts.get(range.prefix) ?? null }));
        const lost = await listed(deps, request, [...missing, ...lostMeanwhile(held, read)]);
        await note(deps, request, { ranges: whole, open: false });
        return { ...counts, missing: lost };
      }),
  };
}

interface Prepared {
  /** All that is written down, of an interrupted run too. */
  readonly whole: readonly NotedRange[];
  /** The part of it that the brokers hold, and the others. */
  readonly readable: readonly NotedRange[];
  readonly missing: readonly PlannedRange[];
  readonly rowsOfTime: number;
  readonly unfinished: boolean;
}

/** @throws LeewayError LW_REINGEST_REFUSED */
async function prepare(deps: ReingestDeps, request: ReingestRequest, reader: RangeReader): Promise<Prepared> {
  const free = ({ gone, old }: Obstacles) => gone.length + old.length === 0;
  const looked = await look(deps, request, reader);
  if (free(looked)) return looked;
  const possible = async (from: number) => free(await look(deps, { ...request, from }, reader));
  throw await refusal(deps, request, { ...looked, possible });
}

async function look(
  deps: ReingestDeps,
  request: ReingestRequest,
  reader: RangeReader,
): Promise<Prepared & Obstacles> {
  const moment = deps.clock.now();
  const pending = await pendingOf(deps, request);
  const held = await reader.held(request.from, request.to);
  const stored = await deps.positions.ranges(request);
  const { ranges, gone } = planRanges(reader.cluster, held, stored, pending);
  const noted = ranges.map(range => ({ ...range, moment, since: request.from }));
  const joined = join(noted, pending);
  const { readable, missing } = clip(held, joined);
  const old: OldRange[] = [];
  const oldest = new Map<string, number>();
  for (const range of readable) {
    const before = takenFrom(range.moment, deps.rawDays);
    const ages = await deps.positions.ages({ ...request, range, before });
    if (ages.old > 0) old.push({ prefix: range.prefix, ...ages });
    if (ages.oldest !== null) oldest.set(range.prefix, ages.oldest);
  }
  const whole = joined.map(range => ({
    ...range,
    since: Math.min(range.since, oldest.get(range.prefix) ?? range.since),
  }));
  const rowsOfTime = stored.reduce((sum, { rows }) => sum + rows, 0);
  return { whole, readable, missing, rowsOfTime, unfinished: pending.length > 0, gone, old };
}

async function listed(
  { positions }: ReingestDeps,
  request: ReingestRequest,
  missing: readonly PlannedRange[],
): Promise<MissingRange[]> {
  const found: MissingRange[] = [];
  for (const range of missing) {
    const { rows } = await positions.count({ ...request, range });
    found.push({ partition: range.prefix.slice(0, -1), first: range.first, last: range.last, rows });
  }
  return found;
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
